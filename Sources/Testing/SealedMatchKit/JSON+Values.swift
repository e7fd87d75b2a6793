internal import Foundation
internal import SealedMatchJSON
internal import SealedMatchProtocol

extension JSON {
    /// Bytes as base64.
    static func bytes(_ bytes: [UInt8]) -> JSON { .text(Data(bytes).base64EncodedString()) }
    static func hexadecimal(_ bytes: [UInt8]) -> JSON {
        .text(Hexadecimal.text(bytes))
    }
    static func number(_ value: some BinaryInteger) -> JSON { .integer(Int128(value)) }
    static func texts(_ texts: [String]) -> JSON { .list(texts.map { .text($0) }) }
}
