import SealedMatchPostgreSQL
import SealedMatchTesting
import Testing

/// What is in the database without the keys, and the change of keys.
@Suite struct SecrecyTests {
    private func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { (String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)) }.joined()
    }

    /// A store with something of everything, and the secret bytes that went into it.
    private func fill(_ store: PostgreSQLOpenings) throws -> (secrets: [[UInt8]], pages: [PositionedVoucher]) {
        var synthetic = SyntheticVouchers(seed: 51)
        let page = try synthetic.page(12, of: [alice, bob])
        _ = try store.record(page, of: source, cursor: nil)
        let sealed = try SealedVoucher(canonical: synthetic.voucher(bob))
        try store.keepSealed([StoredVoucher(position: 99, voucher: sealed)], of: source)
        let epochKey = synthetic.bytes(32)
        try store.keepReveal(
            of: alice, epochKey: SecretBytes.copying(epochKey),
            basis: store.openings(of: alice, form).openings.prefix(3).map(\.number))
        let openings = page.flatMap(\.voucher.openings)
        return (
            [epochKey, Array(sealed.encoded.dropFirst(VoucherHeader.encodedCount))]
                + openings.flatMap { [$0.key.bytes, $0.body] }, page
        )
    }

    @Test func aDumpOpensNothing() throws {
        let database = try Database()
        let store = try database.make()
        let (secrets, pages) = try fill(store)
        let dump = try database.server.dump(database.connection)
        // That the search finds what is there.
        #expect(dump.contains(hex(alice.pseudonym.encoded.bytes)))
        #expect(dump.contains(hex(pages[0].voucher.header.voucherID.encoded)))
        for secret in secrets {
            for start in stride(from: 0, through: secret.count - 16, by: 16) {
                #expect(!dump.contains(hex(secret[start..<(start + 16)])))
            }
        }
        // Headers, too: they say how many vouchers each device sealed.
        for voucher in pages { #expect(!dump.contains(hex(voucher.voucher.header.encoded.prefix(32)))) }
    }

    @Test func keysAreChanged() throws {
        let database = try Database()
        _ = try fill(database.make())
        let memory = MemoryOpenings()
        var synthetic = SyntheticVouchers(seed: 51)
        _ = try memory.record(synthetic.page(12, of: [alice, bob]), of: source, cursor: nil)
        // The new key behind, then in front: rows are under both.
        var more = SyntheticVouchers(seed: 52)
        for keys in [try keys(1, 2), try keys(2, 1)] {
            let store = try database.open(keys)
            let page = try more.page(2, of: [alice, bob])
            _ = try store.record(page, of: source, cursor: nil)
            _ = try memory.record(page, of: source, cursor: nil)
        }
        let store = try database.open(keys(2, 1))
        // 14 vouchers with 27 openings, K_e, a sealed voucher: all that was not written under the new key.
        let openings = try store.kept(of: alice).count + store.kept(of: bob).count
        let change = try store.encryptAnew(batch: 5)
        #expect(change.changed == 14 + openings - 3 + 2 && change.damaged == 0)
        #expect(try store.encryptAnew() == KeyChange())
        #expect(code { _ = try database.open(keys(1)) } == .authenticationFailed)
        let alone = try database.open(keys(2))
        for name in [alice, bob] { #expect(try alone.kept(of: name) == memory.kept(of: name)) }
        #expect(try alone.sealed(of: source, after: 0, limit: 9).count == 1)
        #expect(try alone.epochKey(of: alice) != nil)
        #expect(try alone.openings(of: alice, form).basis.count == 3)
    }

    @Test func damagedCellsAreLeftByAChangeOfKeys() throws {
        let database = try Database()
        _ = try fill(database.make())
        try database.sql("UPDATE sealedmatch.sealed SET bytes = substring(bytes FROM 1 FOR 30)")
        try database.sql("UPDATE sealedmatch.account SET epoch_key = epoch_key || 'x' WHERE epoch_key IS NOT NULL")
        let change = try database.open(keys(2, 1)).encryptAnew()
        #expect(change.damaged == 2 && change.changed > 20)
        #expect(try database.sql("SELECT octet_length(bytes) FROM sealedmatch.sealed") == "30\n")
    }
}
