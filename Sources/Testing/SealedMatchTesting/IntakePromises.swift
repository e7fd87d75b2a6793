internal import SealedMatchCollector
internal import SealedMatchCrypto

/// Which clauses of its contract an intake keeps. Those that are not here every intake keeps.
public struct IntakePromises: Sendable {
    /// It knows vouchers that it took: a repetition is `alreadyStored`, another one of the same ID is
    /// `voucherConflict`, quotas of vouchers are kept, and expired ones are counted. A work queue does not: both are
    /// `stored`, and the authority counts the first that it opens.
    public var remembersVouchers = true

    /// All of the contract.
    public static let all = IntakePromises()
    /// What a work queue promises.
    public static let workQueue = IntakePromises(remembersVouchers: false)

    /// The fields, each as its property says.
    public init(remembersVouchers: Bool = true) { self.remembersVouchers = remembersVouchers }

    /// Of a voucher that is there.
    var repeated: Result<IntakeOutcome, SealedMatchError> { .success(remembersVouchers ? .alreadyStored : .stored) }

    /// Of another voucher with the ID of one that is there.
    var conflicting: Result<IntakeOutcome, SealedMatchError> {
        remembersVouchers ? .refused(.voucherConflict) : .success(.stored)
    }
}
