package import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchLists
package import SealedMatchProtocol

/// What a custodian does for one table: until when, how much, how fast, and for whom. Its operator writes it, with the
/// other operators' agreement; without one nothing is evaluated. (Docs/Operating.md, "Custodians")
package struct CustodianPolicy: Equatable, Sendable {
    /// The table.
    package var tableID: TableID
    /// The last second in which something is evaluated, since 1970.
    package var until: UInt64
    /// The most elements, ever: of building, proving and opening together.
    package var slots: UInt64
    /// Elements a second, on average.
    package var rate: UInt32
    /// Ed25519 keys of those who may ask, 1 to 16.
    package var coordinators: [Bytes32]

    package init(tableID: TableID, until: UInt64, slots: UInt64, rate: UInt32, coordinators: [Bytes32]) {
        self.tableID = tableID
        self.until = until
        self.slots = slots
        self.rate = rate
        self.coordinators = coordinators
    }

    private static var title: String { "sealedmatch-custodian-policy-1" }
    /// No longer file is a policy.
    private static let maximumCount = 4_096

    /// Lines of text; numbers are decimal, keys hexadecimal.
    package var encoded: [UInt8] {
        var lines = [
            Self.title, "table \(Hexadecimal.text(tableID.encoded))", "until \(until)", "slots \(slots)",
            "rate \(rate)",
        ]
        lines += coordinators.map { "coordinator \(Hexadecimal.text($0.bytes))" }
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    /// - Throws: `invalidMagic` for another first line; `nonCanonical` for anything that is not as `encoded` writes it;
    ///   `parameterOutOfRange` for no coordinator or more than 16.
    package init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map {
            $0.split(separator: " ", maxSplits: 1).map(String.init)
        }
        guard bytes.starts(with: Array((Self.title + "\n").utf8)) else {
            throw SealedMatchError(.invalidMagic, "not a custodian's policy")
        }
        func value(_ line: Int, _ name: String) -> String? {
            line < lines.count && lines[line].count == 2 && lines[line][0] == name ? lines[line][1] : nil
        }
        guard let table = value(1, "table").flatMap({ Hexadecimal.bytes($0.utf8) }), table.count == 16,
            let until = value(2, "until").flatMap(UInt64.init),
            let slots = value(3, "slots").flatMap(UInt64.init), let rate = value(4, "rate").flatMap(UInt32.init)
        else { throw SealedMatchError(.nonCanonical, "a custodian's policy is not written as it should be") }
        var coordinators: [Bytes32] = []
        for line in lines.indices.dropFirst(5) {
            guard let key = value(line, "coordinator").flatMap({ Hexadecimal.bytes($0.utf8) }), key.count == 32 else {
                throw SealedMatchError(.nonCanonical, "a custodian's policy is not written as it should be")
            }
            coordinators.append(try Bytes32(exactly: key))
        }
        guard (1...16).contains(coordinators.count) else {
            throw SealedMatchError(.parameterOutOfRange, "a policy names 1 to 16 coordinators")
        }
        self.init(
            tableID: try TableID(canonical: table), until: until, slots: slots, rate: rate, coordinators: coordinators)
        guard encoded == bytes else {
            throw SealedMatchError(.nonCanonical, "a custodian's policy is not written as it should be")
        }
    }

    /// The policy of a table in a custodian's folder; nil if there is none.
    /// - Throws: `fileFailed`, `notPrivate` if others may write it; what decoding throws; `setMismatch` for another
    ///   table's.
    package static func read(_ table: TableID, in folder: String) throws(SealedMatchError) -> CustodianPolicy? {
        guard
            let bytes = try DurableFile.readIfPresent(
                path(of: table, in: folder), limit: maximumCount, access: .written)
        else { return nil }
        let policy = try CustodianPolicy(canonical: bytes)
        guard policy.tableID == table else {
            throw SealedMatchError(.setMismatch, "a custodian's policy is of another table")
        }
        return policy
    }

    /// Puts the policy in the place of an older one. A running custodian keeps to it from the next request on.
    /// - Throws: `fileFailed`, `randomSourceFailed`.
    package func write(in folder: String) throws(SealedMatchError) {
        try LockedDirectory.make("\(folder)/policies")
        try DurableFile.write(encoded, to: Self.path(of: tableID, in: folder), secret: true)
    }

    private static func path(of table: TableID, in folder: String) -> String {
        "\(folder)/policies/\(Hexadecimal.text(table.encoded)).policy"
    }
}
