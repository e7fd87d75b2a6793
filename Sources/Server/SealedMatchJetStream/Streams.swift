internal import SealedMatchCollector
internal import SealedMatchCrypto

/// The two streams of a deployment: made once, looked at whenever they are opened.
struct Streams: Sendable {
    let client: JetStreamClient
    let options: JetStreamOptions
    private var subjects: Subjects { Subjects(name: options.name) }

    private struct Nothing: Encodable {}

    struct Info: Decodable {
        struct State: Decodable {
            let messages: Int
            let bytes: UInt64
            let last_seq: UInt64
        }
        let config: StreamConfiguration
        let state: State
    }

    func info(_ stream: String) throws(SealedMatchError) -> Info? {
        try client.call("STREAM.INFO.\(stream)", Nothing())
    }

    func make(_ configuration: StreamConfiguration) throws(SealedMatchError) {
        guard try client.call("STREAM.CREATE.\(configuration.name)", configuration, as: Made.self) != nil else {
            throw SealedMatchError(.fileFailed, "a stream cannot be made")
        }
    }

    /// Gives a stream that is there this configuration.
    func change(_ configuration: StreamConfiguration) throws(SealedMatchError) {
        guard try client.call("STREAM.UPDATE.\(configuration.name)", configuration, as: Made.self) != nil else {
            throw SealedMatchError(.damagedStore, "a stream is gone")
        }
    }

    private struct Made: Decodable { let config: StreamConfiguration }

    /// The identity of the deployment whose streams are there.
    /// - Throws: `fileFailed` when there are none; `damagedStore` when one is gone, is another deployment's, or is not
    ///   configured as these options say; `invalidMagic`.
    func open() throws(SealedMatchError) -> StoreIdentity {
        switch try (info(subjects.vouchers), info(subjects.registrations)) {
        case (nil, nil): throw SealedMatchError(.fileFailed, "the deployment has no streams: it was never set up")
        case (nil, _): throw SealedMatchError(.damagedStore, "the stream of vouchers is gone")
        case (_, nil): throw SealedMatchError(.damagedStore, "the stream of registrations is gone")
        case (let vouchers?, let registrations?):
            let identity = try vouchers.config.identity()
            guard try registrations.config.identity() == identity else {
                throw SealedMatchError(.damagedStore, "the two streams are of different deployments")
            }
            try check(vouchers.config, is: .vouchers(options, identity))
            try check(registrations.config, is: .registrations(options, identity))
            return identity
        }
    }

    /// Sees that the streams are those of this deployment still, and take what is written.
    /// - Parameter written: subjects, of which nothing is stored here.
    /// - Throws: as `open`.
    func check(_ identity: StoreIdentity, writing written: [String]) throws(SealedMatchError) {
        guard try open() == identity else {
            throw SealedMatchError(.damagedStore, "the deployment's streams were removed and made anew: start again")
        }
        for subject in written { try client.probe(subject) }
    }

    /// For how long a look at the servers waits, in seconds.
    static let lookPatience = 5.0

    private func check(
        _ found: StreamConfiguration, is wanted: StreamConfiguration
    ) throws(SealedMatchError) {
        guard let difference = found.difference(from: wanted) else { return }
        options.report?(difference.line)
        throw SealedMatchError(.damagedStore, difference.reason)
    }

    /// Makes what is not there. The stream of vouchers is made first: it is without the other only where a set-up was
    /// cut off, and then it is empty.
    func setUp() throws(SealedMatchError) {
        var vouchers = try info(subjects.vouchers)
        var registrations = try info(subjects.registrations)
        if vouchers == nil, registrations == nil {
            try Sodium.start()
            var random = SystemRandom()
            let identity = try random.bytes32()
            // Somebody else may set up at this moment: of two identities one wins.
            do throws(SealedMatchError) { try make(.vouchers(options, identity)) } catch {
                guard try info(subjects.vouchers) != nil else { throw error }
            }
            vouchers = try info(subjects.vouchers)
            registrations = try info(subjects.registrations)
        }
        if let vouchers, registrations == nil {
            guard vouchers.state.last_seq == 0 else {
                throw SealedMatchError(.damagedStore, "the stream of registrations is gone")
            }
            try make(.registrations(options, vouchers.config.identity()))
        }
        _ = try open()
    }
}
