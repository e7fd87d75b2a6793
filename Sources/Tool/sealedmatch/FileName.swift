internal import ArgumentParser
internal import Glibc

/// A file's name as the system has it: bytes, which need not be UTF-8.
///
/// Swift's `CommandLine.arguments` replaces what is no UTF-8, and the file is not found any more. So `main` gives the
/// parser arguments in which each such byte is one code point of a private range, and this type turns them back.
struct FileName: Hashable, Sendable, ExpressibleByArgument {
    let bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }

    init?(argument: String) {
        var bytes: [UInt8] = []
        for scalar in argument.unicodeScalars {
            if FileName.escapes.contains(scalar.value) {
                bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            } else {
                bytes += Array(String(scalar).utf8)
            }
        }
        self.bytes = bytes
    }

    /// The part behind the last slash.
    var last: [UInt8] { Array(bytes[(bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0)...]) }

    /// U+10FE80 to U+10FEFF, in a private use area, stand for the bytes 0x80 to 0xFF.
    private static let escapes: ClosedRange<UInt32> = 0x10FE80...0x10FEFF

    /// The process's arguments, for the parser.
    static func commandLine() -> [String] {
        (1..<max(1, Int(CommandLine.argc))).compactMap { index in
            guard let argument = CommandLine.unsafeArgv[index] else { return nil }
            return escaped(UnsafeRawBufferPointer(start: argument, count: strlen(argument)))
        }
    }

    /// The bytes as text that `init(argument:)` turns back into the same bytes: what is no UTF-8 is escaped, and so is
    /// a code point of the private range itself.
    static func escaped(_ bytes: some RandomAccessCollection<UInt8>) -> String {
        pieces(bytes).reduce(into: "") { text, piece in
            if let scalar = piece.scalar, !escapes.contains(scalar.value) {
                text.unicodeScalars.append(scalar)
            } else {
                text.unicodeScalars.append(contentsOf: piece.bytes.compactMap { Unicode.Scalar(0x10FE00 + UInt32($0)) })
            }
        }
    }

    /// Code points, and bytes that belong to none.
    private static func pieces(
        _ bytes: some RandomAccessCollection<UInt8>
    ) -> [(scalar: Unicode.Scalar?, bytes: [UInt8])] {
        var rest = Array(bytes)[...]
        var pieces: [(scalar: Unicode.Scalar?, bytes: [UInt8])] = []
        while !rest.isEmpty {
            let length = (1...4).first { String(validating: rest.prefix($0), as: UTF8.self) != nil } ?? 1
            let piece = Array(rest.prefix(length))
            pieces.append((String(validating: piece, as: UTF8.self)?.unicodeScalars.first, piece))
            rest = rest.dropFirst(length)
        }
        return pieces
    }
}

extension FileName: CustomStringConvertible {
    /// The name in a text that `Terminal` prints, which escapes it like every other one.
    var description: String { FileName.escaped(bytes) }

    /// The name as a text for JSON: itself, or as it is printed where bytes of it are no UTF-8.
    var text: String { String(validating: bytes, as: UTF8.self) ?? sealedmatch.escaped(description) }

    /// The byte that a code point of the private range stands for.
    static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
        escapes.contains(scalar.value) ? UInt8(truncatingIfNeeded: scalar.value) : nil
    }
}
