public import SealedMatchCrypto
public import SealedMatchProtocol

/// Where a collector keeps whose pseudonym is whose, and releases a name against a token: the seam between what asks
/// and the store. (Docs/Protocol.md, "Resolve")
///
/// The contract, which `ResolverConformance` of SealedMatchTesting runs against an implementation:
///
/// - *Against a token alone.* A name is released if and only if the request's token opens the registered commitment;
///   compared in constant time. Who asks does not matter.
/// - *Counted.* Every request is counted before it is answered, releases and refusals, and the count is durable. Counts
///   are by epoch, where an account is registered in it, and never forgotten.
/// - *Numbered.* The first release of a registration takes the next number, from 1; a repeat has the same one.
/// - *As long as the registration is there.* Forgotten vouchers do not matter; after an expiry no name of the epoch is
///   released.
/// - *Hostile input.* Any bytes may arrive, and no amount of them makes what is kept grow.
public protocol NameResolver: Sendable {
    /// Releases the name that an encoded `ResolutionRequest` asks for.
    /// - Throws: `wrongLength`, also for a request without a token; `invalidMagic`; `epochInPast`; `notRegistered`;
    ///   `tokenMismatch` for a token of another epoch or account, or a made-up one. Each is counted. `fileFailed`,
    ///   `damagedStore`: then nothing was released.
    func resolve(_ request: [UInt8]) async throws(SealedMatchError) -> ReleasedName

    /// What was asked for so far, by epoch, ascending; first what belongs to none.
    func resolutionCounts() async throws(SealedMatchError) -> [ResolutionCounts]
}

/// A name that was released, before it is signed.
public struct ReleasedName: Equatable, Sendable {
    /// From 1.
    public let number: UInt64
    /// What it was released against.
    public let token: ResolutionToken
    /// Whose name it is, as it was registered.
    public let registration: Registration

    /// A released name from its parts, for a resolver.
    public init(number: UInt64, token: ResolutionToken, registration: Registration) {
        self.number = number
        self.token = token
        self.registration = registration
    }

    /// Signs it as the collector.
    /// - Throws: `primitiveFailed`.
    public func signed(by key: borrowing SigningKey) throws(SealedMatchError) -> Release {
        try Release(number: number, token: token, registration: registration, key: key)
    }
}

/// How many requests for names there were.
public struct ResolutionCounts: Equatable, Sendable {
    /// nil for requests that belong to no epoch in which an account is registered, or did not decode.
    public let epoch: UInt32?
    /// Names that were released.
    public var releases: Int
    /// Released again.
    public var repeats: Int
    /// Requests that were refused.
    public var refusals: Int

    /// Counts of an epoch, or of none.
    public init(epoch: UInt32?, releases: Int = 0, repeats: Int = 0, refusals: Int = 0) {
        self.epoch = epoch
        self.releases = releases
        self.repeats = repeats
        self.refusals = refusals
    }
}

extension ResolutionRequest {
    /// Resolve, step 4: the token opens the registered commitment, compared in constant time.
    /// - Throws: `notRegistered` where none is registered; `tokenMismatch`.
    package func check(_ registered: Registration?) throws(SealedMatchError) -> Registration {
        guard let registered else {
            throw SealedMatchError(.notRegistered, "the pseudonym is not registered in this epoch")
        }
        guard try token.opens(registered.commitment, pseudonym: pseudonym, epoch: epoch) else {
            throw SealedMatchError(.tokenMismatch, "the token is not this registration's: no name is released")
        }
        return registered
    }
}
