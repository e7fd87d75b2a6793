/// A table with a header, as RFC 4180 says: fields apart by commas (or semicolons or tabulators, if the header has
/// them), in quotation marks where they hold such a sign.
struct TableReader {
    private let source: ByteSource
    private let separator: UInt8

    private static let maximumRow = 1 << 16
    private static let maximumFields = 256

    /// What a column holds.
    private enum Column {
        case hash(String)
        /// A hash whose kind another column says, or none.
        case anyHash
        case kind, quality, className, category
    }

    static func read(
        _ source: ByteSource, into collector: ImportCollector, _ format: ImportFormat, _ options: ImportOptions
    ) throws(ImportFailure) {
        let header = try source.ahead().prefix { $0 != 0x0A }
        let signs: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09]
        let separator = signs.max { a, b in header.count { $0 == a } < header.count { $0 == b } }
        let reader = TableReader(source: source, separator: separator ?? signs[0])
        guard let (_, names) = try reader.row() else { throw source.broken("the file is empty") }
        guard let names else { throw .broken(source.name, line: 1, "the header is no UTF-8 text, or too long") }
        let columns = try columns(names, source, collector, format, options).sorted { $0.key < $1.key }
        while let (line, fields) = try reader.row() {
            guard let fields else {
                collector.leave(.malformed, line: line)
                continue
            }
            if fields.count == 1, fields[0].isEmpty { continue }
            guard fields.count == names.count else {
                collector.leave(.malformed, line: line)
                continue
            }
            try add(fields, columns, line, collector, format, options)
        }
    }

    /// What each column is. Everything that is not known is said.
    private static func columns(
        _ names: [String], _ source: ByteSource, _ collector: ImportCollector, _ format: ImportFormat,
        _ options: ImportOptions
    ) throws(ImportFailure) -> [Int: Column] {
        func broken(_ reason: String) -> ImportFailure { .broken(source.name, line: 1, reason) }
        var columns: [Int: Column] = [:]
        var unread: [String] = []
        func asked(_ name: String?, _ given: String) -> Bool {
            guard let name else { return false }
            return plainName(name) == plainName(given)
        }
        for (index, name) in names.enumerated() {
            /// A column by its usual name, unless another one was asked for.
            func known(_ column: Column, if isMeant: Bool) {
                if isMeant { columns[index] = column } else { unread.append(Quotation.short(name)) }
            }
            if asked(options.hashColumn, name) {
                columns[index] = .anyHash
            } else if asked(options.kindColumn, name) {
                columns[index] = .kind
            } else if asked(options.qualityColumn, name) {
                columns[index] = .quality
            } else if asked(options.classColumn, name) {
                columns[index] = .className
            } else if ImportedHash.Kind(name: name) != nil {
                columns[index] = .hash(name)
            } else {
                switch plainName(name) {
                case "sha1", "sha1hash", "photodna", "pdna", "photodnahash", "tmk", "tmkpdqf", "sha512":
                    columns[index] = .hash(name)
                case "hash", "hashvalue", "value", "signal", "signalstr":
                    known(.anyHash, if: options.hashColumn == nil && format != .icse)
                case "kind", "type", "hashtype", "algorithm", "signaltype":
                    known(.kind, if: options.kindColumn == nil && format != .icse)
                case "quality", "pdqquality", "hashquality": known(.quality, if: options.qualityColumn == nil)
                case "category" where format == .threatexchange: columns[index] = .category
                case "class", "classification", "category": known(.className, if: options.classColumn == nil)
                case "time", "timestamp": break
                default: unread.append(Quotation.short(name))
                }
            }
        }
        for (option, what) in [
            (options.hashColumn, "hash"), (options.kindColumn, "kind"), (options.qualityColumn, "quality"),
            (options.classColumn, "class"),
        ] {
            if let option, names.count(where: { plainName($0) == plainName(option) }) != 1 {
                throw broken(
                    "no column, or several, of the name that was given for the \(what): \(Quotation.short(option))")
            }
        }
        var kinds: [String] = []
        for column in columns.values {
            switch column {
            case .hash(let name): kinds.append("hash " + (ImportedHash.Kind(name: name)?.name ?? plainName(name)))
            case .anyHash: kinds.append("hash")
            case .kind: kinds.append("kind")
            case .quality: kinds.append("quality")
            case .className: kinds.append("class")
            case .category: kinds.append("category")
            }
        }
        guard Set(kinds).count == kinds.count else {
            throw broken("two columns of one meaning: say which with --hash-column and the like")
        }
        let hashes = columns.values.filter {
            switch $0 {
            case .hash(let name): ImportedHash.Kind(name: name) != nil
            case .anyHash: true
            default: false
            }
        }
        guard !hashes.isEmpty else {
            throw broken(
                "the header names no column of PDQ, MD5 or SHA-256 hashes" + (format == .csv ? " (--hash-column)" : ""))
        }
        if kinds.contains("hash"), kinds.contains(where: { $0.hasPrefix("hash ") }) {
            throw broken("a column of hashes of any kind beside one of one kind")
        }
        if !unread.isEmpty {
            collector.report.warn("columns that are not read: \(unread.prefix(12).joined(separator: ", "))")
        }
        return columns
    }

    private static func add(
        _ fields: [String], _ columns: [(key: Int, value: Column)], _ line: Int, _ collector: ImportCollector,
        _ format: ImportFormat, _ options: ImportOptions
    ) throws(ImportFailure) {
        var entry = ImportedEntry(line: line)
        var kind: String?
        var value: String?
        var quality = ImportedHash.Quality.unknown
        for (index, column) in columns {
            let field = fields[index]
            switch column {
            case .hash(let name):
                if !field.isEmpty { entry.hashes.append(ImportedHash(name: name, digits: Array(field.utf8))) }
            case .anyHash: value = field
            case .kind: kind = field
            case .quality: quality = ImportedHash.Quality(field)
            case .className: entry.className = field
            // Older versions of the program have another name for it.
            case .category: entry.isUnconfirmed = !["POSITIVE_CLASS", "TRUE_POSITIVE"].contains(field)
            }
        }
        if let value {
            let name = kind ?? options.kind?.name ?? ImportedHash.Kind.pdq.name
            entry.hashes.append(ImportedHash(name: name, digits: Array(value.utf8)))
        }
        guard !entry.hashes.isEmpty else { return collector.leave(.malformed, line: line) }
        for index in entry.hashes.indices { entry.hashes[index].quality = quality }
        try collector.add(entry)
    }

    /// The next row and its line; nil behind the last. No fields for one that is broken: bad UTF-8, too long, too many
    /// fields, or a quotation mark out of place.
    private func row() throws(ImportFailure) -> (line: Int, fields: [String]?)? {
        guard try source.peek() != nil else { return nil }
        let line = source.line
        var fields: [String] = []
        var field: [UInt8] = []
        var isGood = true
        var length = 0
        func end() {
            let front = field.drop { $0 == 0x20 || $0 == 0x09 }
            let last = front.lastIndex { $0 != 0x20 && $0 != 0x09 }
            let trimmed = front[..<(last.map { $0 + 1 } ?? front.startIndex)]
            guard fields.count < Self.maximumFields, let text = String(validating: trimmed, as: UTF8.self) else {
                isGood = false
                return
            }
            fields.append(text)
            field.removeAll(keepingCapacity: true)
        }
        var isQuoted = false
        var wasQuoted = false
        while let byte = try source.next() {
            length += 1
            if length > Self.maximumRow {
                isGood = false
                // A quotation mark that is never closed must not take the rest of the file for a row.
                if isQuoted { throw source.broken("a row of more than 64 KiB: a quotation mark that is not closed?") }
            }
            if isQuoted {
                if byte != UInt8(ascii: "\"") {
                    if isGood { field.append(byte) }
                } else if try source.peek() == UInt8(ascii: "\"") {
                    _ = try source.next()
                    if isGood { field.append(byte) }
                } else {
                    isQuoted = false
                    wasQuoted = true
                }
            } else if byte == UInt8(ascii: "\"") {
                if !field.isEmpty || wasQuoted { isGood = false }
                isQuoted = true
            } else if byte == separator {
                end()
                wasQuoted = false
            } else if byte == 0x0A {
                break
            } else if byte == 0x0D, try source.peek() == 0x0A {
                continue
            } else {
                if wasQuoted && byte != 0x0D && byte != 0x20 { isGood = false }
                if isGood && !wasQuoted { field.append(byte) }
            }
        }
        if isQuoted { throw source.broken("a quotation mark that is not closed") }
        end()
        return (line, isGood ? fields : nil)
    }
}
