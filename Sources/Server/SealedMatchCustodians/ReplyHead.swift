internal import SealedMatchCrypto

/// What stands before the body of an HTTP/1.1 reply, read strictly: who sends it may want two readers of it to disagree
/// about where it ends. Chunks are not understood, as a custodian's service sends none.
package struct ReplyHead: Equatable, Sendable {
    /// 100…999.
    package let status: Int
    /// Bytes of the body.
    package let length: Int
    /// Whether the connection ends after it.
    package let closes: Bool

    /// No longer head is one.
    package static let maximumCount = 65_536

    /// Bytes up to the end of the empty line; nil if it is not there.
    /// - Parameter start: where to search from.
    package static func count(in bytes: [UInt8], from start: Int) -> Int? {
        guard bytes.count >= 4, start <= bytes.count - 4 else { return nil }
        for at in start...(bytes.count - 4)
        where bytes[at] == 13 && bytes[at + 1] == 10 && bytes[at + 2] == 13 && bytes[at + 3] == 10 {
            return at + 4
        }
        return nil
    }

    /// - Parameter bytes: the status line and fields, with the empty line.
    /// - Throws: `wrongLength` for anything but HTTP/1.1 with one length in digits.
    package init(parsing bytes: ArraySlice<UInt8>) throws(SealedMatchError) {
        let refused = SealedMatchError(.wrongLength, "a custodian's reply is none of HTTP/1.1 with one length")
        guard bytes.count <= Self.maximumCount, bytes.count >= 4, bytes.suffix(4) == [13, 10, 13, 10] else {
            throw refused
        }
        var lines = Self.lines(bytes.dropLast(4))
        let first = lines.removeFirst()
        guard first.starts(with: Array("HTTP/1.1 ".utf8)), let status = Self.number(first.dropFirst(9).prefix(3)),
            first.count >= 12, status >= 100, first.count == 12 || first[first.startIndex + 12] == 32
        else { throw refused }
        var length: Int?
        var closes = false
        for line in lines {
            // A field: a name without blanks, a colon. Lines that go on with the one before are obsolete.
            guard let colon = line.firstIndex(of: 58), colon > line.startIndex,
                line[..<colon].allSatisfy({ $0 > 32 && $0 < 127 }),
                line.allSatisfy({ $0 != 13 && $0 != 10 && $0 != 0 })
            else { throw refused }
            let value = line[(colon + 1)...].drop { $0 == 32 || $0 == 9 }
            let trimmed = value.dropLast(value.reversed().prefix { $0 == 32 || $0 == 9 }.count)
            switch String(decoding: line[..<colon], as: UTF8.self).lowercased() {
            case "content-length":
                guard length == nil, let number = Self.number(trimmed) else { throw refused }
                length = number
            case "transfer-encoding": throw refused
            case "connection":
                let words = String(decoding: trimmed, as: UTF8.self).lowercased()
                closes = closes || words.contains("close")
            default: break
            }
        }
        guard let length else { throw refused }
        self.status = status
        self.length = length
        self.closes = closes
    }

    private static func lines(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = bytes.startIndex
        var at = start
        while at + 1 < bytes.endIndex {
            if bytes[at] == 13 && bytes[at + 1] == 10 {
                lines.append(bytes[start..<at])
                at += 2
                start = at
            } else {
                at += 1
            }
        }
        return lines + [bytes[start...]]
    }

    /// Digits, and nothing else; nine at most.
    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard (1...9).contains(digits.count), digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return digits.reduce(0) { 10 * $0 + Int($1 - 48) }
    }
}
