public import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchOpenings
internal import SealedMatchProtocol

/// A resolver of names, and the intake through which it is filled.
public struct FilledResolver<Front: Intake, Resolver: NameResolver>: Sendable {
    /// Where registrations arrive.
    public let intake: Front
    /// What releases their names.
    public let resolver: Resolver

    /// A pair that belongs together.
    public init(intake: Front, resolver: Resolver) {
        self.intake = intake
        self.resolver = resolver
    }
}

/// Checks what releases names against the contract of its seam, without any test framework. It is filled through the
/// intake that belongs to it.
public enum ResolverConformance {
    /// Runs every check on stores of their own.
    /// - Parameters:
    ///   - make: a new, empty pair of intake and resolver.
    ///   - reopen: the same resolver as another process would open it; for a store that has no file, itself.
    /// - Throws: `ConformanceFailure`, or what the store throws unasked.
    public static func run<Front: Intake, Resolver: NameResolver>(
        make: () throws -> FilledResolver<Front, Resolver>, reopen: (Resolver) throws -> Resolver
    ) async throws {
        try await releases(make, reopen)
        try await refuses(make, reopen)
        try await expires(make)
    }

    private static let alice = AccountEpoch(1, 7)
    private static let bob = AccountEpoch(2, 7)
    private static let later = AccountEpoch(1, 8)

    /// Alice in two epochs and Bob, each with a token of their own.
    private static func fill<Front: Intake>(_ intake: Front) async throws {
        for (name, token) in [(alice, 8), (bob, 9), (later, 10)] as [(AccountEpoch, UInt8)] {
            _ = try await intake.register(name.registration(token), authenticatedAs: name.account)
        }
    }

    private static func releases<Front: Intake, Resolver: NameResolver>(
        _ make: () throws -> FilledResolver<Front, Resolver>, _ reopen: (Resolver) throws -> Resolver
    ) async throws {
        let made = try make()
        let (intake, resolver) = (made.intake, made.resolver)
        try require(try await resolver.resolutionCounts().isEmpty, "nothing was asked for")
        try await fill(intake)
        let first = try await resolver.resolve(bob.request(9))
        try require(
            try first == ReleasedName(number: 1, token: AccountEpoch.token(9), registration: bob.registration(9)),
            "a name against its token")
        try require(try await resolver.resolve(alice.request(8)).number == 2, "releases are numbered")
        let again = try reopen(resolver)
        try require(try await again.resolve(bob.request(9)) == first, "a repeat is the same release")
        let third = try await again.resolve(later.request(10))
        try require(
            third.number == 3 && third.registration.account == alice.account, "each epoch's name has a token of its own"
        )
        try require(
            try await again.resolutionCounts() == [
                ResolutionCounts(epoch: 7, releases: 2, repeats: 1), ResolutionCounts(epoch: 8, releases: 1),
            ], "releases and repeats are counted by epoch")
    }

    private static func refuses<Front: Intake, Resolver: NameResolver>(
        _ make: () throws -> FilledResolver<Front, Resolver>, _ reopen: (Resolver) throws -> Resolver
    ) async throws {
        let made = try make()
        let (intake, resolver) = (made.intake, made.resolver)
        try await fill(intake)
        let asked = alice.request(8)
        let refusals: [([UInt8], SealedMatchError.Code, String)] = [
            (Array(asked[..<40]), .wrongLength, "no token"), ([], .wrongLength, "nothing"),
            (asked + [0], .wrongLength, "a byte too many"), ([0] + asked[1...], .invalidMagic, "another kind"),
            (alice.request(0), .tokenMismatch, "a token of zeros"), (alice.request(99), .tokenMismatch, "made up"),
            (alice.request(9), .tokenMismatch, "another account's token"),
            (alice.request(10), .tokenMismatch, "another epoch's token"),
            (later.request(8), .tokenMismatch, "the token in another epoch"),
            (AccountEpoch(3, 7).request(8), .notRegistered, "a pseudonym that is nobody's"),
            (AccountEpoch(1, 9).request(8), .notRegistered, "an epoch in which nobody is registered"),
        ]
        for (request, code, clause) in refusals {
            try await require(code, clause) { try await resolver.resolve(request) }
        }
        let registered = try alice.registration(8)
        let commitment = ResolutionRequest(
            epoch: 7, pseudonym: alice.pseudonym, token: ResolutionToken(canonical: registered.commitment.encoded))
        try await require(.tokenMismatch, "the commitment in place of the token") {
            try await resolver.resolve(commitment.encoded)
        }
        for resolver in [resolver, try reopen(resolver)] {
            try require(
                try await resolver.resolutionCounts() == [
                    ResolutionCounts(epoch: nil, refusals: 5), ResolutionCounts(epoch: 7, refusals: 6),
                    ResolutionCounts(epoch: 8, refusals: 1),
                ], "every refusal is counted")
        }
        try require(try await resolver.resolve(asked).number == 1, "a refusal releases nothing")
    }

    private static func expires<Front: Intake, Resolver: NameResolver>(
        _ make: () throws -> FilledResolver<Front, Resolver>
    ) async throws {
        let made = try make()
        let (intake, resolver) = (made.intake, made.resolver)
        try await fill(intake)
        _ = try await resolver.resolve(alice.request(8))
        _ = try await intake.expire(before: 8)
        try await require(.epochInPast, "no name of an expired epoch") { try await resolver.resolve(alice.request(8)) }
        try require(try await resolver.resolve(later.request(10)).number == 2, "numbers go on after an expiry")
        try require(
            try await resolver.resolutionCounts() == [
                ResolutionCounts(epoch: nil, refusals: 1), ResolutionCounts(epoch: 7, releases: 1),
                ResolutionCounts(epoch: 8, releases: 1),
            ], "and counts stay")
    }
}
