internal import SealedMatchCrypto
internal import SealedMatchFingerprint
internal import SealedMatchProtocol

/// What a file says of one picture or video: its name there, and its hashes.
struct ImportedEntry {
    /// Entries of one name are versions of one, of which the newest counts; nil where a file has no names.
    var name: [UInt8]?
    /// Of this version; of equal times the one that is read last.
    var time: UInt64 = 0
    /// It says that the entry is gone.
    var isDeleted = false
    /// The source has not confirmed it, or does no longer.
    var isUnconfirmed = false
    /// Something that an entry needs is missing or wrong.
    var isMalformed = false
    var line: Int
    var className = ""
    var hashes: [ImportedHash] = []
}

/// Takes entries in, says why it takes one not, and gives what is left, sorted.
final class ImportCollector {
    private let options: ImportOptions
    private let files: [String]
    private var file = 0
    private var order: UInt64 = 0
    private var classes: [String] = [""]
    private let entries: RowSorter
    private let hashes: RowSorter
    /// Lines of videos, in order.
    private var videos: [String] = []
    private var videosSeen: Set<String> = []
    var report = ImportReport()

    static let maximumHashes = 64
    private static let maximumClasses = 200

    init(_ options: ImportOptions, files: [String], list: String, rowsInMemory: Int) {
        self.options = options
        self.files = files
        entries = RowSorter(beside: list, rowsInMemory: rowsInMemory)
        hashes = RowSorter(beside: list, rowsInMemory: rowsInMemory)
    }

    func begin(file index: Int) { file = index }

    private func place(_ line: Int) -> ImportReport.Place { ImportReport.Place(file: files[file], line: line) }

    /// A line or an entry that is none.
    func leave(_ reason: ImportReport.Reason, line: Int) {
        report.read += 1
        report.leave(reason, place(line))
    }

    func add(_ entry: ImportedEntry) throws(ImportFailure) {
        let place = place(entry.line)
        guard !entry.isMalformed, entry.hashes.count <= Self.maximumHashes else {
            report.read += max(1, entry.hashes.count)
            for _ in 0..<max(1, entry.hashes.count) { report.leave(.malformed, place) }
            return
        }
        var key = InlineArray<6, UInt64>(repeating: 0)
        if let name = entry.name {
            let digest = try digest(name)
            for index in 0..<4 { key[index] = digest[index] }
            // Of versions of one time a deletion is the newest; of others what they hold decides, and not their order.
            let content =
                [entry.className]
                + entry.hashes.map { "\($0.name) \(String(decoding: $0.digits, as: UTF8.self)) \($0.quality)" }.sorted()
            let last = try self.digest(Array(content.joined(separator: "\n").utf8))[0] >> 8
            (key[4], key[5]) = (entry.time, last | (entry.isDeleted ? 1 << 56 : 0))
            if entry.isDeleted { report.deletions += 1 }
        }
        let isAsked = options.classes.isEmpty || options.classes.contains(entry.className)
        let classIndex = try classIndex(entry.className)
        var kept = 0
        for hash in entry.hashes {
            report.read += 1
            guard let kind = hash.kind else {
                report.leave(unsupported: hash.name, place)
                continue
            }
            guard let value = Hexadecimal.bytes(hash.digits) else {
                let isHex = hash.digits.allSatisfy { Hexadecimal.bytes([$0, 0x30]) != nil }
                report.leave(isHex && !hash.digits.isEmpty ? .wrongLength : .malformed, place)
                continue
            }
            var quality = ImportRow.noQuality
            let reason: ImportReport.Reason? =
                if hash.digits.count != kind.digits {
                    hash.digits.isEmpty ? .malformed : .wrongLength
                } else if hash.quality == .wrong {
                    .malformed
                } else if entry.isDeleted {
                    .deleted
                } else if entry.isUnconfirmed {
                    .otherStatus
                } else if !isAsked {
                    .otherClass
                } else if case .known(let number) = hash.quality, kind == .pdq {
                    number < options.minimumQuality ? .lowQuality : nil
                } else {
                    nil
                }
            if let reason {
                report.leave(reason, place)
                continue
            }
            if case .known(let number) = hash.quality { quality = UInt8(number) }
            kept += 1
            let row = ImportRow(
                key: key,
                about: ImportRow.about(kind, quality: quality, classIndex: classIndex, isMark: false, file: file),
                line: UInt64(entry.line), hash: ImportRow.words(value))
            if entry.name == nil {
                try keep(row)
            } else {
                try failing { () throws(SealedMatchError) in try entries.append(row) }
            }
        }
        if entry.name != nil, kept == 0 {
            // Nothing to list, but it replaces older versions.
            let row = ImportRow(
                key: key,
                about: ImportRow.about(.pdq, quality: 0, classIndex: 0, isMark: true, file: file),
                line: UInt64(entry.line), hash: .init(repeating: 0))
            try failing { () throws(SealedMatchError) in try entries.append(row) }
        }
    }

    /// A video of a file of its own. Its hashes count as one.
    func add(video: [PDQHash], line: Int) {
        report.read += 1
        let text = "video " + video.map { $0.hexadecimal }.joined(separator: " ")
        guard videosSeen.insert(text).inserted else { return report.leave(.duplicate, place(line)) }
        videos.append(text)
    }

    private func failing<Result>(_ work: () throws(SealedMatchError) -> Result) throws(ImportFailure) -> Result {
        do throws(SealedMatchError) {
            return try work()
        } catch {
            throw .file("a temporary file", error)
        }
    }

    private func digest(_ bytes: [UInt8]) throws(ImportFailure) -> InlineArray<4, UInt64> {
        try failing { () throws(SealedMatchError) in
            ImportRow.words(try KDF.plainDigest(of: bytes).bytes)
        }
    }

    private func classIndex(_ name: String) throws(ImportFailure) -> Int {
        if let index = classes.firstIndex(of: name) { return index }
        guard classes.count < Self.maximumClasses else {
            throw .broken(
                files[file], line: 1, "more than \(Self.maximumClasses) classes: is that column one of classes?")
        }
        classes.append(name)
        return classes.count - 1
    }

    /// For the list, unless it is there already.
    private func keep(_ row: ImportRow) throws(ImportFailure) {
        var row = row
        order += 1
        row.key[0] = UInt64(row.kind.rawValue) << 56
        for index in 0..<4 {
            row.key[index] |= row.hash[index] >> 8
            row.key[index + 1] = row.hash[index] << 56
        }
        row.key[5] = order
        try failing { () throws(SealedMatchError) in try hashes.append(row) }
    }

    /// Of each entry the newest version; everything else is counted.
    private func choose() throws(ImportFailure) {
        var version: [ImportRow] = []
        var failure: ImportFailure?
        func leave(_ reason: ImportReport.Reason) {
            for row in version where !row.isMark {
                report.leave(reason, ImportReport.Place(file: files[row.file], line: Int(row.line)))
            }
            version = []
        }
        func take() {
            for row in version where !row.isMark && failure == nil {
                do throws(ImportFailure) { try keep(row) } catch { failure = error }
            }
            version = []
        }
        try failing { () throws(SealedMatchError) in
            try entries.merge { (row) throws(SealedMatchError) in
                if let last = version.last, !row.isOfVersion(of: last) {
                    if row.isOfEntry(of: last) {
                        leave(row.key[5] >> 56 == 1 ? .deleted : .superseded)
                    } else {
                        take()
                    }
                }
                version.append(row)
            }
        }
        take()
        if let failure { throw failure }
    }

    /// What the list says of a hash that is there twice, in whatever order: the greater quality, and of two classes
    /// the one whose name comes first.
    private func merged(_ one: ImportRow, _ other: ImportRow) -> ImportRow {
        var one = one
        let known = [one.quality, other.quality].filter { $0 != ImportRow.noQuality }
        let named = [one.classIndex, other.classIndex].filter { !classes[$0].isEmpty }
        one.about = ImportRow.about(
            one.kind, quality: known.max() ?? ImportRow.noQuality,
            classIndex: named.min { classes[$0] < classes[$1] } ?? 0, isMark: false, file: one.file)
        return one
    }

    /// Gives the lines of the list, each once: by kind and hash, so that the order of pages does not matter; then the
    /// videos.
    func lines(_ body: (String) throws(SealedMatchError) -> Void) throws(ImportFailure) {
        try choose()
        try failing { () throws(SealedMatchError) in
            var last: ImportRow?
            func write(_ row: ImportRow) throws(SealedMatchError) {
                report.taken[row.kind.name, default: 0] += 1
                var line = "\(row.kind.name) \(Hexadecimal.text(row.hashBytes))"
                if row.kind == .pdq, row.quality != ImportRow.noQuality { line += " \(row.quality)" }
                let name = Self.field(classes[row.classIndex])
                if !name.isEmpty { line += " class=\(name)" }
                try body(line)
            }
            try hashes.merge { (row) throws(SealedMatchError) in
                if let before = last, before.isSameHash(as: row) {
                    report.leave(.duplicate, ImportReport.Place(file: files[row.file], line: Int(row.line)))
                    last = merged(before, row)
                    return
                }
                if let before = last { try write(before) }
                last = row
            }
            if let last { try write(last) }
            for line in videos {
                report.taken["video", default: 0] += 1
                try body(line)
            }
        }
    }

    /// A name from outside as a part of one field of a line: what separates fields, ends lines or does not show comes
    /// out as `\xNN`. At most 100 code points of it.
    static func field(_ name: String) -> String {
        var out = ""
        for scalar in name.unicodeScalars.prefix(100) {
            let isSeen: Bool =
                switch scalar.properties.generalCategory {
                case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
                    .spaceSeparator:
                    false
                default: !",:;\\#".unicodeScalars.contains(scalar)
                }
            if isSeen, !scalar.properties.isDefaultIgnorableCodePoint {
                out.unicodeScalars.append(scalar)
            } else {
                for byte in String(scalar).utf8 { out += "\\x" + Hexadecimal.text([byte]) }
            }
        }
        return out
    }
}
