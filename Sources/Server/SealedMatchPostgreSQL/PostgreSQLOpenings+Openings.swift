public import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchOpenings
internal import SealedMatchProtocol

extension PostgreSQLOpenings {
    static let mostContent =
        VoucherHeader.encodedCount + SealedVoucher.maximumEncodedCount + SealedCell.overhead
    /// Vouchers of a page.
    private static let page = 512
    private static let most = OpeningCaps.counted + OpeningCaps.quarantined

    /// The openings of one account, epoch and form, in the order of opening; none for a form that it does not have.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`. A damaged row is reported in the result; one of a
    ///   voucher takes its openings with it.
    public func openings(of name: AccountEpoch, _ form: OpeningForm) throws(SealedMatchError) -> KeptOpenings {
        try pool.read { connection in
            let count = try Self.forms(of: [name], connection)[name]?.get().first { $0.count.form == form }
            var kept = Kept()
            var last: Int64 = -1
            while kept.openings.count < Self.most {
                let rows = try connection.run(
                    """
                    SELECT place, number, \(Rows.bounded("voucher_id", VoucherID.encodedCount)),
                        \(Rows.bounded("content", Self.mostContent)) FROM voucher
                    WHERE pseudonym = $1 AND epoch = $2::int8 AND threshold = $3::int8 AND polynomials = $4::int8
                        AND place > $5::int8
                    ORDER BY place LIMIT $6::int8
                    """, .bytes(name.pseudonym.encoded.bytes), .integer(name.epoch), .integer(form.threshold),
                    .integer(form.polynomials), .integer(last), .integer(Self.page))
                guard rows.count > 0 else { break }
                last = try rows.integer(rows.count - 1, 0)
                try add(rows, of: name, to: &kept, connection)
            }
            return KeptOpenings(
                openings: Array(kept.openings.prefix(Self.most)), counted: count?.count.openings ?? 0,
                basis: kept.basis, damaged: kept.damaged)
        }
    }

    private struct Kept {
        var openings: [KeptOpening] = []
        var basis: Set<Int64> = []
        var damaged: [DamagedRow] = []
    }

    /// A page of vouchers, with their openings.
    private func add(_ rows: Rows, of name: AccountEpoch, to kept: inout Kept, _ connection: Connection) throws {
        var vouchers: [Voucher] = []
        for row in 0..<rows.count {
            do throws(SealedMatchError) {
                vouchers.append(
                    try voucher(VoucherID(canonical: rows.bytes(row, 2)), of: name, content: rows.bytes(row, 3)))
            } catch {
                guard error.code != .outOfMemory else { throw error }
                kept.damaged.append(DamagedRow(table: .voucher, row: try rows.integer(row, 1), error: error))
            }
        }
        let openings = try openings(of: vouchers.map { ($0.header.voucherID, name) }, connection)
        for voucher in vouchers {
            for cell in openings[VoucherKey(id: voucher.header.voucherID, name: name)] ?? [] {
                do throws(SealedMatchError) {
                    let opening = try opening(cell, of: voucher)
                    if cell.isOfBasis { kept.basis.insert(cell.number) }
                    kept.openings.append(
                        KeptOpening(number: cell.number, opening: opening, quarantined: cell.isQuarantined))
                } catch {
                    guard error.code != .outOfMemory else { throw error }
                    kept.damaged.append(DamagedRow(table: .opening, row: cell.number, error: error))
                }
            }
        }
    }

    /// A voucher as it is kept.
    struct Voucher {
        let header: VoucherHeader
        let body: [UInt8]
    }

    /// Which voucher it is.
    struct VoucherKey: Hashable {
        let id: VoucherID
        let name: AccountEpoch
    }

    /// An opening's row.
    struct OpeningCell {
        let slot: Int64
        let number: Int64
        /// Nil if it is longer than any.
        let rkey: [UInt8]?
        let isQuarantined: Bool
        let isOfBasis: Bool
    }

    /// Header and body of a voucher's encrypted content.
    /// - Throws: `damagedStore`, and what decoding the header throws.
    func voucher(
        _ id: VoucherID, of name: AccountEpoch, content: [UInt8]
    ) throws(SealedMatchError) -> Voucher {
        let plain = try SealedCell.voucher(id, of: name).open(content, keys)
        let header = try VoucherHeader(canonical: Array(plain.prefix(VoucherHeader.encodedCount)))
        guard header.voucherID == id, header.pseudonym == name.pseudonym, header.epoch == name.epoch else {
            throw SealedMatchError(.damagedStore, "a voucher's row is not its header's")
        }
        let body = Array(plain.dropFirst(VoucherHeader.encodedCount))
        guard body.count == header.bodyCount else {
            throw SealedMatchError(.damagedStore, "a voucher's body has not its header's size")
        }
        return Voucher(header: header, body: body)
    }

    /// - Throws: `damagedStore`, `wrongLength`.
    func opening(_ cell: OpeningCell, of voucher: Voucher) throws(SealedMatchError) -> Opening {
        let header = voucher.header
        guard let rkey = cell.rkey, (0..<Int64(header.probes)).contains(cell.slot) else {
            throw SealedMatchError(.damagedStore, "an opening's row is none that was written")
        }
        let name = AccountEpoch(pseudonym: header.pseudonym, epoch: header.epoch)
        let key = try SealedCell.opening(Int(cell.slot), header.voucherID, of: name).open(rkey, keys)
        return try Opening(header: header, slot: Int(cell.slot), key: Bytes32(exactly: key), body: voucher.body)
    }

    /// The rows of vouchers' openings, by slot.
    func openings(
        of vouchers: [(id: VoucherID, name: AccountEpoch)], _ connection: Connection
    ) throws -> [VoucherKey: [OpeningCell]] {
        guard !vouchers.isEmpty else { return [:] }
        let rows = try connection.run(
            """
            SELECT opening.pseudonym, opening.epoch, opening.voucher_id, slot, number,
                \(Rows.bounded("rkey", Bytes32.count + SealedCell.overhead)), quarantined, basis
            FROM unnest($1::bytea[], $2::int8[], $3::bytea[]) AS name (pseudonym, epoch, voucher_id)
            JOIN opening ON opening.pseudonym = name.pseudonym AND opening.epoch = name.epoch
                AND opening.voucher_id = name.voucher_id
            """, .bytesArray(vouchers.map(\.name.pseudonym.encoded.bytes)),
            .integers(vouchers.map { Int64($0.name.epoch) }), .bytesArray(vouchers.map(\.id.encoded)))
        var openings: [VoucherKey: [OpeningCell]] = [:]
        for row in 0..<rows.count {
            let name = AccountEpoch(
                pseudonym: Pseudonym(canonical: try rows.bytes32(row, 0)), epoch: try rows.epoch(row, 1))
            let key = VoucherKey(id: try VoucherID(canonical: rows.bytes(row, 2)), name: name)
            openings[key, default: []].append(
                OpeningCell(
                    slot: try rows.integer(row, 3), number: try rows.integer(row, 4),
                    rkey: rows.isNull(row, 5) ? nil : try rows.bytes(row, 5), isQuarantined: try rows.flag(row, 6),
                    isOfBasis: try rows.flag(row, 7)))
        }
        return openings.mapValues { $0.sorted { $0.slot < $1.slot } }
    }
}
