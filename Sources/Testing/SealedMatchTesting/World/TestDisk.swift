internal import SealedMatchCrypto

/// What a device keeps, by name, as `ClientDirectory` names it.
public struct TestDisk: Sendable, Equatable {
    /// While it is full, nothing can be written; what is there stays.
    public var isFull = false
    /// The files.
    public private(set) var files: [String: [UInt8]] = [:]
    /// Writes so far: the name and the bytes' number of each.
    private(set) var writes: [String] = []

    mutating func write(_ name: String, _ bytes: [UInt8]) throws(SealedMatchError) {
        guard !isFull else { throw SealedMatchError(.fileFailed, "the test's disk is full") }
        files[name] = bytes
        writes.append("\(name.prefix { $0 != "/" }) \(bytes.count)")
    }

    mutating func remove(_ name: String) { files[name] = nil }

    mutating func forgetWrites() { writes = [] }
}
