internal import SealedMatchCrypto
public import SealedMatchProtocol

/// What would be revealed of an account in an epoch now, and why not yet. No party of a real deployment knows all of
/// it.
public struct AccountReport: Sendable, Equatable {
    /// The messenger's name for the account.
    public let account: String
    /// e
    public let epoch: UInt32
    /// Vouchers that wait on the account's devices, of all epochs.
    public let waiting: Int
    /// Requests that are on their way, of all epochs.
    public let inFlight: Int
    /// Vouchers at the collector.
    public let stored: Int
    /// V: vouchers of which a slot opened and counts.
    public let openedVouchers: Int
    /// C: openings that count, matches and those by chance.
    public let openings: Int
    /// R: vouchers and shares that are matches; nil for an account whose client the world does not run, until it is
    /// revealed.
    public let matches: Int?
    /// t + ⌈e/k⌉, e the openings by chance: from so many matches on the account is revealed, if no more chance openings
    /// come. Nil where `matches` is.
    public let neededMatches: Int?
    /// The decision.
    public let verdict: Verdict

    /// What the authority decides.
    public enum Verdict: Sendable, Equatable {
        /// Exactly these matches are open, in the order of opening.
        case revealed([RevealedItem])
        /// Everything is sealed.
        case sealed(Reason)
    }

    /// Why everything is sealed.
    public enum Reason: String, Sendable, Equatable {
        /// No voucher has arrived.
        case nothingArrived
        /// The collector has no registration.
        case notRegistered
        /// The authority has not the key of a set that vouchers were sealed under.
        case keyMissing
        /// Fewer vouchers than the threshold have an opening.
        case belowThreshold
        /// Too few matches among the chance openings.
        case notDecodable
        /// Only openings of others' polynomials were found.
        case commitmentMismatch
        /// Another reason; `RevealDecision` has it.
        case other
    }

    /// The names of the items that are revealed, in the order of opening; none while everything is sealed. An item that
    /// the world does not know is named by its note, or by its fingerprint.
    public var revealed: [String] {
        if case .revealed(let items) = verdict { items.map(\.name) } else { [] }
    }

    /// One sentence: what is revealed, or why nothing is, and what would have to happen.
    public var explanation: String {
        switch verdict {
        case .revealed(let items): "revealed: \(items.map(\.name).joined(separator: ", "))"
        case .sealed(.nothingArrived): "sealed: no voucher has arrived in epoch \(epoch)"
        case .sealed(.notRegistered): "sealed: nothing is registered for epoch \(epoch)"
        case .sealed(.keyMissing): "sealed: the authority has not the keys of the vouchers' sets"
        case .sealed(.commitmentMismatch): "sealed: the openings are not of the registered polynomials"
        case .sealed(let reason):
            if let matches, let neededMatches {
                "sealed: \(matches) of \(neededMatches) matches that it takes have arrived [\(reason.rawValue)]"
            } else {
                "sealed: vouchers that have arrived: \(stored) [\(reason.rawValue)]"
            }
        }
    }
}

/// A match that was revealed.
public struct RevealedItem: Sendable, Equatable {
    /// The item's name in the world; for others their note as text, or their fingerprint in hexadecimal digits.
    public let name: String
    /// The voucher's name, 16 bytes.
    public let voucherID: VoucherID
    /// What the client put in.
    public let payload: Payload
}

/// What the collector knows of an account in an epoch: nothing of what is inside vouchers.
public struct CollectorKnowledge: Sendable, Equatable {
    /// The messenger's name for the account; nil if the world has no account of this ID.
    public let account: String?
    /// e
    public let epoch: UInt32
    /// The account's name in this epoch, which vouchers carry.
    public let pseudonym: Pseudonym
    /// How many vouchers arrived.
    public let vouchers: Int
    /// Their bytes.
    public let bytes: Int
}
