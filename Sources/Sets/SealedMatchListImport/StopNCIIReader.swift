internal import SealedMatchJSON

/// Pages of StopNCII's FetchHashes: one JSON object after another, each with a list `hashRecords`; or a list of them.
///
/// One record is in memory at a time.
struct StopNCIIReader {
    private let source: ByteSource
    private let collector: ImportCollector
    private var hasMore = false

    /// Longest record, and longest other value of a page, in bytes.
    private static let maximumValue = 1 << 20
    private static let maximumDepth = 60

    /// - Returns: whether the last page says that there are no more.
    static func read(_ source: ByteSource, into collector: ImportCollector) throws(ImportFailure) -> Bool {
        var reader = StopNCIIReader(source: source, collector: collector)
        try reader.skipBlanks()
        guard try source.peek() != nil else { throw source.broken("the file is empty") }
        while let byte = try source.peek() {
            switch byte {
            case UInt8(ascii: "{"): try reader.page()
            case UInt8(ascii: "["): try reader.records()
            default: throw source.broken("no page: a JSON object, or a list of records")
            }
            try reader.skipBlanks()
        }
        return !reader.hasMore
    }

    private func skipBlanks() throws(ImportFailure) {
        while let byte = try source.peek(), byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
            _ = try source.next()
        }
    }

    private func take(_ byte: UInt8) throws(ImportFailure) -> Bool {
        guard try source.peek() == byte else { return false }
        _ = try source.next()
        return true
    }

    /// The bytes of the value that begins here.
    private func value() throws(ImportFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        var depth = 0
        var isText = false
        var isEscaped = false
        while let byte = try source.peek() {
            if !isText, depth == 0, !bytes.isEmpty,
                bytes[0] != UInt8(ascii: "{") && bytes[0] != UInt8(ascii: "[") && bytes[0] != UInt8(ascii: "\""),
                [0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]")].contains(byte)
            {
                return bytes
            }
            _ = try source.next()
            bytes.append(byte)
            guard bytes.count <= Self.maximumValue else { throw source.broken("a value of more than 1 MiB") }
            if isText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isText = false
                    if depth == 0 { return bytes }
                }
            } else if byte == UInt8(ascii: "\"") {
                isText = true
            } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                depth += 1
                guard depth <= Self.maximumDepth else {
                    throw source.broken("more than \(Self.maximumDepth) values in each other")
                }
            } else if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
                depth -= 1
                if depth <= 0 { return bytes }
            }
        }
        throw source.broken("the JSON ends too early")
    }

    private func parsed() throws(ImportFailure) -> JSON {
        let line = source.line
        let bytes = try value()
        do throws(JSONError) {
            return try JSON(parsing: bytes)
        } catch {
            throw .broken(source.name, line: line, "\(error)")
        }
    }

    private mutating func page() throws(ImportFailure) {
        _ = try source.next()
        var seen: Set<String> = []
        hasMore = false
        try skipBlanks()
        if try !take(UInt8(ascii: "}")) {
            while true {
                try skipBlanks()
                guard try source.peek() == UInt8(ascii: "\""), case .text(let key) = try parsed() else {
                    throw source.broken("no key")
                }
                guard seen.count < 1000, seen.insert(key).inserted else { throw source.broken("a key twice in a page") }
                try skipBlanks()
                guard try take(UInt8(ascii: ":")) else { throw source.broken("no colon behind a key") }
                try skipBlanks()
                if key == "hashRecords" {
                    try records()
                } else {
                    let value = try parsed()
                    if key == "hasMoreRecords" {
                        guard case .boolean(let isMore) = value else {
                            throw source.broken("hasMoreRecords is no boolean")
                        }
                        hasMore = isMore
                    }
                }
                try skipBlanks()
                if try take(UInt8(ascii: "}")) { break }
                guard try take(UInt8(ascii: ",")) else { throw source.broken("neither comma nor end of a page") }
            }
        }
        guard seen.contains("hashRecords") else { throw source.broken("a page without hashRecords") }
    }

    private func records() throws(ImportFailure) {
        guard try take(UInt8(ascii: "[")) else { throw source.broken("hashRecords is no list") }
        try skipBlanks()
        if try take(UInt8(ascii: "]")) { return }
        while true {
            try skipBlanks()
            let line = source.line
            try add(parsed(), line: line)
            try skipBlanks()
            if try take(UInt8(ascii: "]")) { return }
            guard try take(UInt8(ascii: ",")) else { throw source.broken("neither comma nor end of the records") }
        }
    }

    private func add(_ record: JSON, line: Int) throws(ImportFailure) {
        guard case .object(let members) = record, case .text(let type)? = members["signalType"],
            case .text(let value)? = members["hashValue"], case .text(let status)? = members["hashStatus"],
            case .integer(let time)? = members["lastModtimestamp"], let time = UInt64(exactly: time)
        else { return collector.leave(.malformed, line: line) }
        var entry = ImportedEntry(
            name: Array(type.utf8) + [0] + Array(value.lowercased().utf8), time: time, line: line)
        switch status {
        case "Active", "Received": break
        case "Withdrawn", "Deleted": entry.isDeleted = true
        default: entry.isUnconfirmed = true
        }
        entry.hashes = [ImportedHash(name: type, digits: Array(value.utf8))]
        try collector.add(entry)
    }
}
