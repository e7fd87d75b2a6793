internal import SealedMatchCrypto

/// What a device keeps, by name, as `ClientDirectory` names it.
public struct TestDisk: Sendable, Equatable {
    /// While it is full, nothing can be written; what is there stays.
    public var isFull = false
    /// The files.
    public private(set) var files: [String: [UInt8]] = [:]

    mutating func write(_ name: String, _ bytes: [UInt8]) throws(SealedMatchError) {
        try checkRoom()
        files[name] = bytes
    }

    /// What a backup brings back.
    mutating func replace(with others: [String: [UInt8]]) throws(SealedMatchError) {
        try checkRoom()
        files = others
    }

    mutating func remove(_ name: String) { files[name] = nil }

    private func checkRoom() throws(SealedMatchError) {
        guard !isFull else { throw SealedMatchError(.fileFailed, "the test's disk is full") }
    }
}
