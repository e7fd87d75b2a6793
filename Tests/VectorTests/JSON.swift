import Foundation
import SealedMatchJSON
import SealedMatchVectors

// How values are written in vectors (Vectors/README.md, "Form").
extension JSON {
    static func bytes(_ bytes: some Sequence<UInt8>) -> JSON {
        .text(bytes.map { String(format: "%02x", $0) }.joined())
    }
    static func word(_ word: UInt64) -> JSON { .bytes(withUnsafeBytes(of: word.littleEndian) { Array($0) }) }
    /// The bits of a float32, which tell −0 from 0.
    static func float(_ value: Float) -> JSON {
        .bytes(withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) })
    }
    static func number(_ number: some BinaryInteger) -> JSON { .integer(Int128(number)) }
    static func texts(_ texts: [String]) -> JSON { .list(texts.map { .text($0) }) }
    static func numbers(_ numbers: [some BinaryInteger]) -> JSON { .list(numbers.map { .number($0) }) }
}
