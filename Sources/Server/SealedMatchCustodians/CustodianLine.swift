package import SealedMatchCrypto
internal import SealedMatchJSON
internal import SealedMatchProtocol
internal import Synchronization

/// The way to a custodian's service: its address, its key, and connections that are kept. Any number of threads may
/// use it; each has a connection of its own.
package final class CustodianLine: Sendable {
    /// The custodian's Ed25519 key, by which plans name it.
    package let publicKey: Bytes32
    /// For messages.
    package let name: String
    private let way: Way
    private let coordinator: Coordinator.Signer
    private let seconds: Int
    private let now: @Sendable () -> UInt64
    private let idle = Mutex<[Kept]>([])

    /// Where the custodian is.
    private enum Way {
        case address(CustodianAddress)
        case service(CustodianService)
    }

    /// A connection that one thread at a time has.
    private final class Kept: @unchecked Sendable {
        let connection: CustodianConnection
        init(_ connection: CustodianConnection) { self.connection = connection }
    }

    /// - Parameters:
    ///   - coordinator: who asks.
    ///   - seconds: for which a custodian may be silent.
    ///   - now: seconds since 1970.
    package init(
        _ address: CustodianAddress, name: String, publicKey: Bytes32, coordinator: Coordinator.Signer,
        seconds: Int = 30, now: @escaping @Sendable () -> UInt64
    ) {
        way = .address(address)
        self.name = name
        self.publicKey = publicKey
        self.coordinator = coordinator
        self.seconds = seconds
        self.now = now
    }

    /// To a custodian in this process.
    package init(
        _ service: CustodianService, name: String, publicKey: Bytes32, coordinator: Coordinator.Signer,
        now: @escaping @Sendable () -> UInt64
    ) {
        way = .service(service)
        self.name = name
        self.publicKey = publicKey
        self.coordinator = coordinator
        self.now = now
        seconds = 0
    }

    /// Where a call goes.
    package static func path(of call: CustodianCall) -> String {
        switch call {
        case .evaluate: "/v1/evaluations"
        case .commit: "/v1/proofs/commitment"
        case .reveal: "/v1/proofs/reveal"
        case .respond: "/v1/proofs/response"
        }
    }

    /// Where the messages of a run go.
    package static var runPath: String { "/v1/runs" }

    /// No longer answer is one.
    private static let maximumAnswer = max(EvaluationAnswer.maximumCount, RunMessages.maximumCount)

    func call(_ call: CustodianCall, _ body: [UInt8]) throws(SealedMatchError) -> [UInt8] {
        let first = now()
        func signed(at time: UInt64) throws(SealedMatchError) -> [UInt8] {
            try coordinator.signing(call, body, to: publicKey, time: time)
        }
        switch way {
        case .address(let address):
            return try unblamed { () throws(CustodianError) in
                // A custodian takes a call once. Its answer may have been lost: so the next try is another call.
                try reply(address, Self.path(of: call)) { (isAgain) throws(SealedMatchError) in
                    try signed(at: isAgain ? max(now(), first &+ 1) : first)
                }
            }
        case .service(let service): return try service.answer(call, signed(at: first))
        }
    }

    /// Brings a run's messages to the custodian, and what it says next back: empty while it waits for others.
    /// - Throws: what the way does; what the custodian refuses, with the party whose fault that is by its word.
    package func run(_ messages: RunMessages) throws(CustodianError) -> [UInt8] {
        switch way {
        case .address(let address):
            try reply(address, Self.runPath) { (_) throws(SealedMatchError) in messages.encoded }
        case .service(let service): try service.run(messages.encoded)
        }
    }

    /// - Parameter body: what is posted, at the first try, and at another one.
    private func reply(
        _ address: CustodianAddress, _ path: String, _ body: (_ isAgain: Bool) throws(SealedMatchError) -> [UInt8]
    ) throws(CustodianError) -> [UInt8] {
        var isAgain = false
        // A connection that was kept may have ended meanwhile.
        if let kept = idle.withLock({ $0.popLast() }), kept.connection.isIdle {
            let reply: CustodianConnection.Reply?
            do throws(SealedMatchError) {
                reply = try kept.connection.post(path, body(false), limit: Self.maximumAnswer)
            } catch {
                guard error.code == .fileFailed, !CustodianConnection.isLate(error) else {
                    throw CustodianError(nil, error)
                }
                reply = nil
                isAgain = true
            }
            if let reply { return try finish(kept, reply) }
        }
        let (new, reply) = try blaming(nil) { () throws(SealedMatchError) in
            let new = Kept(try CustodianConnection(address, seconds: seconds))
            return (new, try new.connection.post(path, body(isAgain), limit: Self.maximumAnswer))
        }
        return try finish(new, reply)
    }

    private func finish(
        _ kept: Kept, _ reply: CustodianConnection.Reply
    ) throws(CustodianError) -> [UInt8] {
        guard reply.status == 200 else { throw Self.refusal(reply) }
        if kept.connection.isIdle { idle.withLock { if $0.count < 16 { $0.append(kept) } } }
        return reply.body
    }

    /// What a custodian refuses, by its code, and whose fault it says that is.
    private static func refusal(_ reply: CustodianConnection.Reply) -> CustodianError {
        let prefix = "urn:sealedmatch:error:"
        guard reply.body.count <= 65_536, case .object(let fields)? = try? JSON(parsing: reply.body),
            case .text(let type)? = fields["type"],
            type.hasPrefix(prefix), let code = Int32(type.dropFirst(prefix.count))
        else { return CustodianError(nil, .fileFailed, "the custodian's service did not answer as one does") }
        let known = SealedMatchError.Code(rawValue: code)
        var party: PartyIndex?
        if case .integer(let number)? = fields["party"] { party = try? PartyIndex(number) }
        return CustodianError(party, SealedMatchError(known, reason(known)))
    }

    /// What to look at, by the code alone: the custodian's own words are not shown here.
    private static func reason(_ code: SealedMatchError.Code) -> StaticString {
        switch code {
        case .custodianStopped: "its operator has stopped it"
        case .authenticationFailed:
            "it refuses: it does not allow this coordinator, the clocks differ, or it had this call before"
        case .unknownSet: "it refuses: it has no share of this record"
        case .setExpired: "it refuses: its operator allowed this until an earlier day"
        case .quotaExceeded: "it refuses: more slots than its operator allowed"
        case .rateExceeded: "it refuses: more at a time than its operator allowed"
        case .sessionConflict: "it refuses: it is at another step, or another run is under way there"
        case .shareRejected: "a share is not what its sender committed to"
        case .transcriptMismatch: "a message is of another run, or made from other messages"
        case .invalidSignature: "a message's signature does not verify"
        case .proofRejected: "a message's proof does not verify"
        default: "it refuses"
        }
    }
}

extension Coordinator {
    /// The key by which a coordinator shows who it is.
    package final class Signer: Sendable {
        private let key: SigningKey

        /// Takes the key over.
        package init(_ key: consuming SigningKey) { self.key = key }

        /// By which custodians' policies name it.
        package var publicKey: Bytes32 { key.publicKey }

        func signing(
            _ call: CustodianCall, _ body: [UInt8], to custodian: Bytes32, time: UInt64
        ) throws(SealedMatchError) -> [UInt8] {
            try call.make(body, to: custodian, time: time, key: key)
        }
    }
}
