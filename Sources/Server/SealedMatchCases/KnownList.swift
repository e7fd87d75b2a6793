public import SealedMatchCrypto
public import SealedMatchLists

/// One source's plaintext list, as a reviewer's software compares with it. As sensitive as the list.
public struct KnownList: Sendable {
    /// What a case file calls it: the file's name, without the folders that it is in. Case files go to people who
    /// need not know the machine.
    public let name: String
    /// The source's public key.
    public let source: Bytes32
    /// The hashes that are compared with, in the order of the list.
    public let hashes: [ListedHash]
    /// The line of each hash, from 1.
    public let lines: [Int]
    /// Lines that were left out because their quality is too low.
    public let poorLines: Int
    /// Lines that were left out because they are no hash.
    public let badLines: Int

    /// The hashes of a list that was read, of this name or path. The source's key is not checked here:
    /// `CaseComparison.check` does.
    public init(name: String, source: Bytes32, list: HashList) {
        self.name = Self.fileName(name)
        self.source = source
        hashes = list.hashes
        lines = list.lines
        poorLines = list.poorLines.count
        badLines = list.badLines.count
    }

    /// Hashes that come from no file; each is a line.
    public init(name: String, source: Bytes32, hashes: [ListedHash]) {
        self.name = Self.fileName(name)
        self.source = source
        self.hashes = hashes
        lines = Array(1..<(hashes.count + 1))
        poorLines = 0
        badLines = 0
    }

    private static func fileName(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? "list"
    }
}
