public import SealedMatchCollector
internal import GRDB
public import SealedMatchProtocol
public import SealedMatchCrypto

/// A reveal, with what was wrong in the store while it was made.
public struct RevealResult: Equatable, Sendable {
    public let reveal: Reveal
    /// Rows that were skipped.
    public let damaged: [DamagedRow]
}

extension AuthorityStore {
    /// Reveals an account in an epoch if its matches are above the threshold, and keeps K_e, so that its later matches
    /// of the epoch open directly.
    ///
    /// Tries every (t, k) that its openings were sealed with, at milestones: when there are t openings, and 5 % more
    /// than at the last try.
    ///
    /// - Parameters:
    ///   - commitment: the one registered with the collector; `nil` if none is. The first one used is kept: another one
    ///     later is refused.
    ///   - force: decode even between milestones.
    /// - Returns: exactly the openings whose shares lie on the account's polynomials and whose payloads open under K_e;
    ///   `nil` when nothing new is worth a try.
    /// - Throws: `notRegistered`, `commitmentConflict`; `belowThreshold`, `notDecodable`, `commitmentMismatch` as
    ///   `Revealer` decides (then nothing was revealed); `fileFailed`, `damagedStore`.
    public func reveal(
        account: AccountID, epoch: UInt32, commitment: Commitment?, force: Bool = false
    ) throws(SealedMatchError) -> RevealResult? {
        guard let commitment else {
            throw SealedMatchError(.notRegistered, "no commitment is registered for this account and epoch")
        }
        guard let snapshot = try snapshot(account: account, epoch: epoch, commitment: commitment) else {
            throw SealedMatchError(.belowThreshold, "the account has no openings in this epoch")
        }
        if let known = try listRevealed(snapshot, account: account, epoch: epoch, commitment: commitment) {
            return known
        }
        var failure: SealedMatchError?
        for form in snapshot.forms where force || form.isDue {
            do throws(SealedMatchError) {
                return try decode(form, snapshot, account: account, epoch: epoch, commitment: commitment)
            } catch {
                guard Self.isVerdict(error.code) else { throw error }
                // The most telling verdict stays: a foreign codeword, then too many decoys, then too few openings.
                if let earlier = failure, Self.rank(earlier.code) >= Self.rank(error.code) { continue }
                failure = error
            }
        }
        if let failure { throw failure }
        return nil
    }

    private static func rank(_ code: SealedMatchError.Code) -> Int {
        switch code {
        case .commitmentMismatch: 2
        case .notDecodable: 1
        default: 0
        }
    }

    private static func isVerdict(_ code: SealedMatchError.Code) -> Bool {
        code == .belowThreshold || code == .notDecodable || code == .commitmentMismatch
    }

    /// An account's row and its forms before a decoding.
    private struct Snapshot {
        let id: Int64
        let forms: [Form]
        let epochKey: [UInt8]?
    }

    private func snapshot(account: AccountID, epoch: UInt32, commitment: Commitment) throws(SealedMatchError)
        -> Snapshot?
    {
        try file.write { db in
            guard
                let row = try Row.fetchOne(
                    db, sql: "SELECT id, commitment, epochKey FROM account WHERE account = ? AND epoch = ?",
                    arguments: [account.encoded.databaseBlob, epoch])
            else { return nil }
            let reader = RowReader(row)
            let id = try reader.integer(0)
            // First use decides: whoever can edit the collector's file cannot replace a commitment that was tried.
            if reader.isNull(1) {
                try db.execute(
                    sql: "UPDATE account SET commitment = ? WHERE id = ?",
                    arguments: [commitment.encoded.databaseBlob, id])
            } else if try reader.bytes32(1) != commitment.encoded {
                throw SealedMatchError(
                    .commitmentConflict, "the registered commitment is not the one that was used before")
            }
            return Snapshot(
                id: id, forms: try Self.forms(of: id, db),
                epochKey: reader.isNull(2) ? nil : try reader.bytes32(2).bytes)
        }
    }

    /// The matches of an account that was revealed before, under the K_e and the polynomials that are known; `nil` if
    /// it was not, or what was kept is damaged.
    private func listRevealed(
        _ snapshot: Snapshot, account: AccountID, epoch: UInt32, commitment: Commitment
    ) throws(SealedMatchError) -> RevealResult? {
        guard let bytes = snapshot.epochKey else { return nil }
        let key = EpochKey(
            bytes: try unsafe bytes.span.withUnsafeBytes { (raw) throws(SealedMatchError) in
                try unsafe SecretBytes.copying(raw)
            })
        // The file may have been edited: K_e is checked again.
        guard try key.commitment(account: account, epoch: epoch) == commitment else { return nil }
        for form in snapshot.forms {
            let kept = try openings(of: snapshot.id, form)
            guard kept.basis.count == form.threshold else { continue }
            let revealer = Revealer(
                account: account, epoch: epoch, threshold: form.threshold, polynomials: form.polynomials,
                commitment: commitment)
            do throws(SealedMatchError) {
                let reveal = try revealer.matches(kept.openings, under: key, basis: kept.basis)
                return RevealResult(reveal: reveal, damaged: kept.damaged)
            } catch {
                // What fixes the polynomials was damaged: decoded anew.
                guard error.code == .damagedStore || error.code == .belowThreshold else { throw error }
            }
        }
        return nil
    }

    private func decode(
        _ form: Form, _ snapshot: Snapshot, account: AccountID, epoch: UInt32, commitment: Commitment
    ) throws(SealedMatchError) -> RevealResult {
        let kept = try openings(of: snapshot.id, form)
        let revealer = Revealer(
            account: account, epoch: epoch, threshold: form.threshold, polynomials: form.polynomials,
            commitment: commitment)
        do throws(SealedMatchError) {
            let revealed = try revealer.reveal(kept.openings)
            let key = unsafe revealed.epochKey.bytes.withBytes { unsafe [UInt8]($0) }
            let basis = revealed.basis.map { kept.rows[$0] }
            try file.write { db in
                try db.execute(
                    sql: "UPDATE account SET epochKey = ? WHERE id = ?", arguments: [key.databaseBlob, snapshot.id])
                try db.execute(sql: "UPDATE opening SET basis = 0 WHERE account = ?", arguments: [snapshot.id])
                for row in basis { try db.execute(sql: "UPDATE opening SET basis = 1 WHERE id = ?", arguments: [row]) }
            }
            return RevealResult(reveal: revealed.reveal, damaged: kept.damaged)
        } catch {
            // A verdict stands until more openings arrive; a decoding that was cut short is simply done again.
            if Self.isVerdict(error.code) {
                try file.write { db in
                    try db.execute(
                        sql: "UPDATE form SET attempted = ? WHERE account = ? AND threshold = ? AND polynomials = ?",
                        arguments: [form.kept, snapshot.id, form.threshold, form.polynomials])
                }
            }
            throw error
        }
    }
}
