public import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchOpenings
internal import SealedMatchProtocol

extension PostgreSQLOpenings {
    /// What `state` reads of an account's row.
    static let stateColumns = """
        \(Rows.bounded("account.pseudonym", 32)), account.epoch, account.number, account.quarantined,
        \(Rows.bounded("account.commitment", 32)), account.commitment IS NULL, account.epoch_key IS NOT NULL
        """
    /// Accounts of a page of the list.
    private static let page = 4_096

    /// All accounts and epochs with openings, in the order of their pseudonyms.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`. A damaged row is reported in the list.
    public func accounts() throws(SealedMatchError) -> AccountList {
        try pool.read { connection in
            var accounts: [AccountState] = []
            var damaged: [DamagedRow] = []
            var last: (pseudonym: [UInt8], epoch: Int64) = ([], -1)
            while true {
                let rows = try connection.run(
                    """
                    SELECT \(Self.stateColumns) FROM account WHERE (pseudonym, epoch) > ($1::bytea, $2::int8)
                    ORDER BY pseudonym, epoch LIMIT $3::int8
                    """, .bytes(last.pseudonym), .integer(last.epoch), .integer(Self.page))
                guard rows.count > 0 else { break }
                let next = (pseudonym: try rows.bytes(rows.count - 1, 0), epoch: try rows.integer(rows.count - 1, 1))
                guard (last.pseudonym.lexicographicallyPrecedes(next.pseudonym)) || last.epoch < next.epoch else {
                    throw SealedMatchError(.damagedStore, "the database's accounts are in no order")
                }
                last = next
                let (found, broken) = try Self.states(rows, connection)
                accounts += found
                damaged += broken
            }
            return AccountList(accounts: accounts, damaged: damaged)
        }
    }

    /// One account and epoch; nil if nothing of it ever opened.
    /// - Throws: `damagedStore` when its row is damaged; `fileFailed`, `interrupted`.
    public func account(_ name: AccountEpoch) throws(SealedMatchError) -> AccountState? {
        try pool.read { connection in
            let rows = try connection.run(
                "SELECT \(Self.stateColumns) FROM account WHERE pseudonym = $1 AND epoch = $2::int8",
                .bytes(name.pseudonym.encoded.bytes), .integer(name.epoch))
            let (found, broken) = try Self.states(rows, connection)
            if let broken = broken.first { throw broken.error }
            return found.first
        }
    }

    /// The accounts of these rows, and what is damaged.
    static func states(_ rows: Rows, _ connection: Connection) throws -> ([AccountState], [DamagedRow]) {
        var names: [AccountEpoch?] = []
        var damaged: [DamagedRow] = []
        for row in 0..<rows.count {
            do throws(SealedMatchError) {
                names.append(
                    AccountEpoch(
                        pseudonym: Pseudonym(canonical: try rows.bytes32(row, 0)), epoch: try rows.epoch(row, 1)))
            } catch {
                names.append(nil)
                damaged.append(DamagedRow(table: .account, row: try rows.integer(row, 2), error: error))
            }
        }
        let forms = try forms(of: names.compactMap(\.self), connection)
        var accounts: [AccountState] = []
        for (row, name) in names.enumerated() {
            guard let name else { continue }
            do throws(SealedMatchError) {
                accounts.append(
                    AccountState(
                        name: name, forms: try forms[name]?.get().map(\.count) ?? [],
                        quarantined: try rows.integer(row, 3, in: 0...Int(Int32.max)),
                        commitment: try rows.flag(row, 5) ? nil : Commitment(canonical: rows.bytes32(row, 4)),
                        isRevealed: try rows.flag(row, 6)))
            } catch {
                damaged.append(DamagedRow(table: .account, row: try rows.integer(row, 2), error: error))
            }
        }
        return (accounts, damaged)
    }

    /// A form's counts, and its next voucher's place.
    struct Form {
        let count: FormCount
        let places: Int
    }

    /// The forms of accounts, or what is wrong with one of theirs.
    static func forms(
        of names: [AccountEpoch], _ connection: Connection
    ) throws -> [AccountEpoch: Result<[Form], SealedMatchError>] {
        guard !names.isEmpty else { return [:] }
        let rows = try connection.run(
            """
            SELECT form.pseudonym, form.epoch, threshold, polynomials, vouchers, kept, attempted, places
            FROM unnest($1::bytea[], $2::int8[]) AS name (pseudonym, epoch)
            JOIN form ON form.pseudonym = name.pseudonym AND form.epoch = name.epoch
            """, .bytesArray(names.map(\.pseudonym.encoded.bytes)), .integers(names.map { Int64($0.epoch) }))
        var forms: [AccountEpoch: Result<[Form], SealedMatchError>] = [:]
        for row in 0..<rows.count {
            let name = AccountEpoch(
                pseudonym: Pseudonym(canonical: try rows.bytes32(row, 0)), epoch: try rows.epoch(row, 1))
            do throws(SealedMatchError) {
                let known = try forms[name]?.get() ?? []
                forms[name] = .success(known + [try form(rows, row)])
            } catch {
                forms[name] = .failure(error)
            }
        }
        return forms
    }

    private static func form(_ rows: Rows, _ row: Int) throws(SealedMatchError) -> Form {
        let most = Int(Int32.max)
        let form = OpeningForm(
            threshold: try rows.integer(row, 2, in: Parameters.thresholds),
            polynomials: try rows.integer(row, 3, in: Parameters.polynomialCounts))
        return Form(
            count: FormCount(
                form: form, vouchers: try rows.integer(row, 4, in: 0...most),
                openings: try rows.integer(row, 5, in: 0...most), tried: try rows.integer(row, 6, in: 0...most)),
            places: try rows.integer(row, 7, in: 0...most))
    }
}
