/// A name as bytes: two are equal if and only if their UTF-8 is. (Swift's own comparison takes "é" for "e" and an
/// accent, and accounts of the two are different: Docs/Protocol.md, 4.7.)
struct ExactName: Hashable {
    private let bytes: [UInt8]

    init(_ name: String) { bytes = Array(name.utf8) }
}

extension String {
    func isExactly(_ other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
