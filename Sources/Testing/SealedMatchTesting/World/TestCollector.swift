public import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchProtocol

/// The collector of a test world: the one in memory, with refusals that a test asks for.
public final class TestCollector {
    package let memory: MemoryCollector
    private var refusals: [SealedMatchError.Code] = []
    private var voucherRefusals: [SealedMatchError.Code] = []
    /// While it is false, every request fails as if the server's disk did (`fileFailed`).
    public var isUp = true
    /// Requests so far, refused ones included.
    public private(set) var requests = 0

    init(identity: Bytes32) { memory = MemoryCollector(identity: identity) }

    /// Refuses the next requests with this code, whatever they ask.
    public func refuse(_ code: SealedMatchError.Code, times: Int = 1) {
        refusals += [SealedMatchError.Code](repeating: code, count: max(0, times))
    }

    /// Refuses the next vouchers with this code; registrations pass.
    public func refuseVouchers(_ code: SealedMatchError.Code, times: Int = 1) {
        voucherRefusals += [SealedMatchError.Code](repeating: code, count: max(0, times))
    }

    private func begin() throws(SealedMatchError) {
        requests += 1
        guard isUp else { throw SealedMatchError(.fileFailed, "the test's collector is down") }
        if !refusals.isEmpty { throw Self.refusal(refusals.removeFirst()) }
    }

    private static func refusal(_ code: SealedMatchError.Code) -> SealedMatchError {
        SealedMatchError(code, "the test asked for this refusal")
    }

    /// Registers as a collector does. (Docs/Protocol.md, "Collector")
    /// - Throws: what `Intake.register` throws, and the refusals that a test asks for.
    @discardableResult
    public func register(_ registration: Registration, from account: AccountID) throws(SealedMatchError)
        -> IntakeOutcome
    {
        try begin()
        return try memory.register(registration, authenticatedAs: account)
    }

    /// Stores a voucher as a collector does.
    /// - Throws: what `Intake.store` refuses with, and the refusals that a test asks for.
    @discardableResult
    public func store(_ voucher: [UInt8], from account: AccountID) throws(SealedMatchError) -> IntakeOutcome {
        try begin()
        if !voucherRefusals.isEmpty { throw Self.refusal(voucherRefusals.removeFirst()) }
        // One outcome for one voucher.
        return try memory.store(all: [voucher], authenticatedAs: account)[0].get()
    }

    /// Forgets everything of epochs before this one.
    @discardableResult
    public func expire(before epoch: UInt32) throws(SealedMatchError) -> ExpiredCounts {
        try memory.expire(before: epoch)
    }
}
