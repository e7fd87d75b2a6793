internal import SealedMatchCrypto
internal import SealedMatchFingerprint
internal import SealedMatchProtocol

/// Something in a list that is allowed, and is more likely a mistake.
public struct ListWarning: Equatable, Sendable {
    /// What it is.
    public enum Kind: Equatable, Sendable {
        /// Lines as `sha256sum` prints them, a hash and a file's name, are read as PDQ hashes.
        case checksums
        /// Most of the bare hashes lack the 128 ones of a PDQ hash.
        case unlikePDQ
        /// The hash of the empty file: every empty file would match.
        case emptyFile
        /// The PDQ hash of a picture without any structure: blank pictures would match.
        case blankPicture
        /// The number after a PDQ hash is below the profile's minimum quality, and the line is left out.
        case poor(quality: Int, minimum: Int)
    }

    /// What was noticed.
    public let kind: Kind
    /// The first line that it is about, from 1.
    public let line: Int
    /// How many lines it is about.
    public let count: Int

    /// The warning for a person, without the list's name.
    public var text: String {
        let lines = count == 1 ? "1 line" : "\(count) lines"
        return switch kind {
        case .checksums:
            "\(lines) like sha256sum's output, a hash and a file's name, read as PDQ; write sha256 before such a hash"
        case .unlikePDQ:
            "\(lines) with a bare hash that does not have a PDQ hash's 128 ones; if it is a SHA-256, write sha256 "
                + "before it"
        case .emptyFile: "\(lines) with the hash of the empty file: every empty file would match"
        case .blankPicture: "\(lines) with the PDQ hash of a blank picture: every blank picture would match"
        case .poor(let quality, let minimum):
            "\(lines) left out for low quality; the number after the first such hash is \(quality), and the least "
                + "is \(minimum). If it is no PDQ quality, remove it"
        }
    }

    /// Counts lines while a list is read.
    struct Collector {
        private let minimumQuality: Int
        private var checksums = (line: 0, count: 0)
        private var empty = (line: 0, count: 0)
        private var blank = (line: 0, count: 0)
        private var poor = (line: 0, count: 0)
        private var poorQuality = 0
        private var unlike = (line: 0, count: 0)
        private var bare = 0

        init(minimumQuality: Int) { self.minimumQuality = minimumQuality }

        /// - Parameter bytes: the line without its end.
        mutating func note(_ parsed: ListLine, _ bytes: UnsafeRawBufferPointer, line: Int) {
            switch parsed {
            case .blank: return
            case .poor(let quality):
                if poor.count == 0 { poorQuality = quality }
                Self.count(&poor, line)
            case .hash(.pdq(let hash), let isBare):
                let encoded = Bytes32(hash)
                if encoded == Self.emptySHA256 { Self.count(&empty, line) }
                if encoded == Bytes32() { Self.count(&blank, line) }
                guard isBare else { return }
                bare += 1
                if (0..<4).reduce(0, { $0 + encoded.word(at: $1).nonzeroBitCount }) != 128 { Self.count(&unlike, line) }
                if unsafe Self.isChecksum(bytes) { Self.count(&checksums, line) }
            case .hash(.sha256(let digest), _):
                if digest == Self.emptySHA256 { Self.count(&empty, line) }
            case .hash(.md5(let digest), _):
                if digest.bytes == Self.emptyMD5 { Self.count(&empty, line) }
            case .hash(.video(let key, let companions), _):
                if ([key] + companions).contains(where: { Bytes32($0) == Bytes32() }) { Self.count(&blank, line) }
            }
        }

        var warnings: [ListWarning] {
            var found: [ListWarning] = []
            func add(_ kind: Kind, _ seen: (line: Int, count: Int)) {
                if seen.count > 0 { found.append(ListWarning(kind: kind, line: seen.line, count: seen.count)) }
            }
            add(.checksums, checksums)
            // A PDQ hash has a one for each of 256 coefficients that is greater than their median. One in twenty other
            // hashes has 128 ones by chance, and a few PDQ hashes have others, where coefficients are equal.
            if checksums.count == 0 && bare >= 8 && 2 * unlike.count > bare { add(.unlikePDQ, unlike) }
            add(.emptyFile, empty)
            add(.blankPicture, blank)
            add(.poor(quality: poorQuality, minimum: minimumQuality), poor)
            return found
        }

        private static func count(_ seen: inout (line: Int, count: Int), _ line: Int) {
            if seen.count == 0 { seen.line = line }
            seen.count += 1
        }

        /// 64 digits, two blanks or a blank and a star, and a name: not a quality.
        private static func isChecksum(_ line: UnsafeRawBufferPointer) -> Bool {
            let start = unsafe line.firstIndex { $0 != 0x20 && $0 != 0x09 } ?? 0
            guard line.count > start + 66, unsafe line[start + 64] == 0x20 else { return false }
            let mark = unsafe line[start + 65]
            guard mark == 0x20 || mark == UInt8(ascii: "*") else { return false }
            let name = unsafe line[(start + 66)...]
            let isNumber = unsafe name.count <= 3 && name.allSatisfy { (0x30...0x39).contains($0) }
            return mark != 0x20 || !isNumber
        }

        private static let emptySHA256: Bytes32 = constant(
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        private static let emptyMD5 = Hexadecimal.bytes("d41d8cd98f00b204e9800998ecf8427e".utf8)

        private static func constant(_ digits: String) -> Bytes32 {
            Hexadecimal.bytes(digits.utf8).flatMap { try? Bytes32(exactly: $0) } ?? Bytes32()
        }
    }
}
