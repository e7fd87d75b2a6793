public import SealedMatchCrypto

/// What went wrong between custodians, and whose fault it is, where that can be said.
public struct CustodianError: Error, Equatable, CustomStringConvertible, Sendable {
    /// The party whose message or answer is wrong; nil where it is nobody's, or this party's own. With
    /// `transcriptMismatch` it is the one that was given other messages: whoever signed two that differ is wrong
    /// (`Equivocation`).
    public let party: PartyIndex?
    /// What is wrong.
    public let error: SealedMatchError

    /// The fields.
    public init(_ party: PartyIndex?, _ error: SealedMatchError) {
        self.party = party
        self.error = error
    }

    init(_ party: PartyIndex? = nil, _ code: SealedMatchError.Code, _ reason: StaticString) {
        self.init(party, SealedMatchError(code, reason))
    }

    /// The kind of failure.
    public var code: SealedMatchError.Code { error.code }

    /// "party 3: a signature does not verify [error 303]".
    public var description: String {
        guard let party else { return "\(error)" }
        return "party \(party.number): \(error)"
    }
}

/// What `body` throws, as the fault of a party.
func blaming<Result: ~Copyable>(
    _ party: PartyIndex?, _ body: () throws(SealedMatchError) -> Result
) throws(CustodianError) -> Result {
    do throws(SealedMatchError) {
        return try body()
    } catch {
        throw CustodianError(party, error)
    }
}

/// What `body` throws, without whose fault it is.
func unblamed<Result: ~Copyable>(
    _ body: () throws(CustodianError) -> Result
) throws(SealedMatchError) -> Result {
    do throws(CustodianError) {
        return try body()
    } catch {
        throw error.error
    }
}

extension SealedMatchError.Code {
    /// A share does not open, or is not what its sender committed to.
    public static let shareRejected = SealedMatchError.Code(rawValue: 611)
    /// A message of another run, or made from other messages than this party was given.
    public static let transcriptMismatch = SealedMatchError.Code(rawValue: 612)
    /// Fewer parties than the threshold answer properly.
    public static let tooFewCustodians = SealedMatchError.Code(rawValue: 613)
    /// A run or session that was begun before, or is at another step.
    public static let sessionConflict = SealedMatchError.Code(rawValue: 614)
    /// The share was erased.
    public static let keyErased = SealedMatchError.Code(rawValue: 615)
    /// The custodian's operator has stopped it.
    public static let custodianStopped = SealedMatchError.Code(rawValue: 616)
    /// A custodian's journal is not what it wrote.
    public static let damagedJournal = SealedMatchError.Code(rawValue: 617)
    /// More at a time than the custodian's policy allows; later it may pass.
    public static let rateExceeded = SealedMatchError.Code(rawValue: 618)
}
