internal import SealedMatchProtocol

/// A hash as a file names it.
package struct ImportedHash {
    /// Kinds of hashes that our lists hold.
    package enum Kind: UInt8, CaseIterable, Sendable {
        case pdq, sha256, md5

        /// As our lines name it.
        package var name: String { ["pdq", "sha256", "md5"][Int(rawValue)] }
        var digits: Int { self == .md5 ? 32 : 64 }

        /// - Parameter name: of a column, an element or a type; case, blanks, `_` and `-` do not matter.
        package init?(name: String) {
            switch name {
            // For speed alone.
            case "pdq": self = .pdq
            case "md5": self = .md5
            case "sha256": self = .sha256
            case "sha1", "pdna": return nil
            default: self.init(plainName: plainName(name))
            }
        }

        private init?(plainName: String) {
            switch plainName {
            case "pdq", "pdqhash", "imagepdq": self = .pdq
            case "sha256", "sha256hash": self = .sha256
            case "md5", "md5hash", "videomd5", "imagemd5": self = .md5
            default: return nil
            }
        }
    }

    /// Nil for a kind that our lists do not hold, whose name is `name`.
    var kind: Kind?
    var name: String
    var digits: [UInt8]
    var quality: Quality = .unknown

    enum Quality: Equatable {
        case unknown
        case known(Int)
        /// No number from 0 to 100.
        case wrong

        init(_ text: String) {
            if text.isEmpty {
                self = .unknown
            } else if text.utf8.count <= 3, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(text),
                number <= 100
            {
                self = .known(number)
            } else {
                self = .wrong
            }
        }
    }

    /// - Parameter name: the kind, as the file names it.
    init(name: String, digits: [UInt8]) {
        kind = Kind(name: name)
        self.name = name
        self.digits = digits
    }

    init(kind: Kind, digits: [UInt8]) {
        self.kind = kind
        name = kind.name
        self.digits = digits
    }
}

/// Lower case, without blanks, `_` and `-`: "Signal-Type" and "signal_type" are one.
func plainName(_ text: String) -> String {
    String(text.lowercased().unicodeScalars.filter { !"_- \t".unicodeScalars.contains($0) })
}
