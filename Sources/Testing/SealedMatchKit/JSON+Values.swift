internal import Foundation
internal import SealedMatchJSON

extension JSON {
    /// Bytes as base64.
    static func bytes(_ bytes: [UInt8]) -> JSON { .text(Data(bytes).base64EncodedString()) }
    static func hexadecimal(_ bytes: [UInt8]) -> JSON {
        .text(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }
    static func number(_ value: some BinaryInteger) -> JSON { .integer(Int128(value)) }
    static func texts(_ texts: [String]) -> JSON { .list(texts.map { .text($0) }) }
}
