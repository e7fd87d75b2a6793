import Foundation
import SealedMatchCrypto
import SealedMatchCustodians
import SealedMatchProtocol
import SealedMatchTestSupport
import Testing

@Suite struct CustodianDirectoryTests {
    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "custodian-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    @Test func aKeyIsGeneratedOverFiles() throws {
        try inFolder { folder in
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let parties = try Parties(2, of: 3)
            func each(_ body: (CustodianParty<CustodianDirectory>) throws -> [UInt8]) throws -> [[UInt8]] {
                // Each step by a process of its own, as far as files are concerned.
                try (0..<3).map { place in
                    try body(
                        CustodianParty(
                            identity: parties.key(place), store: CustodianDirectory(path: "\(folder)/\(place)")))
                }
            }
            let table = parties.table
            let first = try each { try $0.begin(parties.plan) }
            let second = try each { try $0.deal(table, first) }
            let third = try each { try $0.confirm(table, second) }
            let records = try each { try $0.finish(table, third).encoded }
            #expect(Set(records).count == 1)
            let path = "\(folder)/0/" + table.encoded.map { String(format: "%02x", $0) }.joined() + ".custodian"
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            // Others may not look: not even the process itself goes on then.
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
            let party = CustodianParty(
                identity: try parties.key(0), store: try CustodianDirectory(path: "\(folder)/0"))
            expectFault(.notPrivate, nil) { _ = try party.share(of: table) }
        }
    }

    /// A killed process leaves a file that it was writing: it may hold a nonce.
    @Test func whatAKilledProcessLeftIsRemoved() throws {
        try inFolder { folder in
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let name = String(repeating: "0a", count: 16) + ".custodian"
            for file in [name, name + ".partial-1f", "other.partial-1f"] {
                try Data([1]).write(to: URL(filePath: "\(folder)/\(file)"))
            }
            _ = try CustodianDirectory(path: folder)
            let left = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(Set(left) == [name, "other.partial-1f", "lock"])
        }
    }

    @Test func oneProcessAtATime() throws {
        try inFolder { folder in
            let one = try CustodianDirectory(path: folder)
            expectCode(.fileFailed) { _ = try CustodianDirectory(path: folder) }
            _ = one
        }
    }

    /// Damaged states are refused, and no state is taken for another table's.
    @Test func damagedStates() throws {
        let parties = try Parties(2, of: 3)
        _ = try parties.second(parties.first())
        let good = parties.stores[0].content(parties.table)!
        for bytes in mutations(of: good, count: 1_500, seed: 6) where bytes != good && !bytes.isEmpty {
            parties.stores[0].restore(parties.table, bytes)
            do {
                _ = try parties.party(0).lastMessage(parties.table)
            } catch let error as CustodianError {
                #expect(error.party == nil)
            }
        }
        let other = try TableID(canonical: Array(repeating: 1, count: 16))
        parties.stores[0].restore(other, good)
        expectFault(.setMismatch, nil) { _ = try parties.party(0).lastMessage(other) }
    }
}
