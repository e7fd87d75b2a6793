internal import Foundation
public import SealedMatchCollector
public import SealedMatchCrypto
public import SealedMatchProtocol
internal import Synchronization

/// The work queue that `JetStreamIntake` fills, for openers: pull consumers of the stream of vouchers.
///
/// A lease is a message. It is acknowledged without waiting for the servers: if they do not hear of it, somebody gets
/// the message again. Its functions block, each for the options' patience at most, `lease` also for as long as it is
/// told to.
public final class JetStreamQueue: VoucherQueue {
    private let connection: ServerConnection
    private let client: JetStreamClient
    private let registrations: Registrations
    private let subjects: Subjects
    private let options: JetStreamOptions
    private let ownIdentity: StoreIdentity
    private let consumers = Mutex<Set<String>>([])
    /// Vouchers in a message lately, on the high side.
    private let frameSize = Mutex(200.0)

    /// Connects to a deployment that was set up. It blocks.
    /// - Throws: as `JetStreamIntake`.
    public init(_ options: JetStreamOptions) throws(SealedMatchError) {
        try options.check()
        self.options = options
        connection = try ServerConnection(options)
        client = JetStreamClient(connection, patience: options.patience)
        subjects = Subjects(name: options.name)
        registrations = Registrations(client: client, subjects: subjects)
        ownIdentity = try Streams(client: client, options: options).open()
    }

    /// Ends the connection, also what waits in `lease`. What is asked later fails with `interrupted`.
    public func close() { connection.close() }

    /// Sees that servers answer, that the streams are those of this deployment, and that what cannot be opened can be
    /// put apart in them. Nothing is stored. It blocks, for some seconds at most.
    /// - Throws: `fileFailed`, `damagedStore`, `invalidMagic`, `interrupted`, with what is wrong.
    public func check() throws(SealedMatchError) {
        var client = client
        client.patience = min(options.patience, Streams.lookPatience)
        try Streams(client: client, options: options).check(ownIdentity, writing: [subjects.aside])
    }

    /// The deployment's identity, which its streams have from their set-up.
    public func identity() throws(SealedMatchError) -> StoreIdentity { ownIdentity }

    /// How often a message may be leased.
    public var maximumDeliveries: Int { options.deliveries }

    // MARK: Consumers

    private struct Consumer: Encodable {
        struct Configuration: Encodable {
            let durable_name: String
            let name: String
            let deliver_policy = "all"
            let ack_policy = "explicit"
            let replay_policy = "instant"
            let ack_wait: UInt64
            let max_deliver = -1
            let max_ack_pending = 10_000
            let filter_subject: String
        }
        let stream_name: String
        let config: Configuration
    }

    private struct Made: Decodable { let name: String }

    /// The consumer of a part, made if it is not there. It has no state that could be lost: a message is in the stream
    /// until it is acknowledged.
    private func consumer(_ name: String, _ filter: String, again: Bool) throws(SealedMatchError) {
        guard again || !consumers.withLock({ $0.contains(name) }) else { return }
        let made: Made? = try client.call(
            "CONSUMER.CREATE.\(subjects.vouchers).\(name).\(filter)",
            Consumer(
                stream_name: subjects.vouchers,
                config: .init(
                    durable_name: name, name: name, ack_wait: UInt64(options.leaseSeconds * 1e9),
                    filter_subject: filter)))
        guard made != nil else { throw SealedMatchError(.damagedStore, "the stream of vouchers is gone") }
        _ = consumers.withLock { $0.insert(name) }
    }

    private struct Next: Encodable {
        let batch: Int
        var expires: UInt64?
        var no_wait: Bool?
    }

    /// Messages of one request. One that needs its consumer finds it made.
    private func messages(
        _ name: String, _ filter: String, _ next: Next, seconds: Double
    ) throws(SealedMatchError) -> [ServerMessage] {
        try consumer(name, filter, again: false)
        let body: [UInt8]
        do { body = try [UInt8](JSONEncoder().encode(next)) } catch {
            throw SealedMatchError(.fileFailed, "a request to the NATS servers cannot be written")
        }
        var isLost = false
        return try client.trying("lease") { (attempt) throws(Trouble) in
            if isLost {
                do throws(SealedMatchError) { try consumer(name, filter, again: true) } catch {
                    throw Trouble.lasting(error)
                }
            }
            isLost = true
            var left = next.batch
            let answers = try connection.collect(
                "$JS.API.CONSUMER.MSG.NEXT.\(subjects.vouchers).\(name)", body, headers: ["Description"],
                seconds: seconds + attempt
            ) { answer in
                left -= 1
                return answer.status != 0 || left == 0
            }
            guard let end = answers.last, end.status != 0 else { return answers }
            // 404, 408: no more came; 409: no more fit, or the consumer's leader changed.
            guard answers.count > 1 || [404, 408].contains(end.status) else {
                throw Trouble.passing("\(name): \(end.status) \(end.header("Description") ?? "")")
            }
            return answers.dropLast()
        }
    }

    // MARK: Leases

    /// Leases vouchers: whole messages, as many as make about `limit` vouchers, at least one.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    public func lease(
        _ part: VoucherQueuePart, limit: Int, waiting seconds: Double
    ) throws(SealedMatchError) -> [VoucherLease] {
        let (name, filter) =
            switch part {
            case .new: ("openers", subjects.new)
            case .waiting(let root): ("waiting_\(root.encoded.hex)", subjects.waiting(root))
            }
        return try lease(name, filter, limit: limit, waiting: seconds).map { $0.lease }
    }

    private func lease(
        _ name: String, _ filter: String, limit: Int, waiting seconds: Double
    ) throws(SealedMatchError) -> [LeasedMessage] {
        // Not by bytes: servers then say that a request is over before its messages have come.
        let batch = frameSize.withLock { size in max(1, min(Int(Double(limit) / size), 1_024)) }
        var messages = try messages(name, filter, Next(batch: batch, no_wait: true), seconds: 0)
        if messages.isEmpty, seconds > 0 {
            // One alone: a request for more would hold what comes until all have come.
            let one = Next(batch: 1, expires: UInt64(max(0.01, seconds) * 1e9))
            messages = try self.messages(name, filter, one, seconds: seconds)
        }
        let leased = messages.compactMap { LeasedMessage($0) }
        let vouchers = leased.reduce(0) { $0 + $1.lease.vouchers.count }
        if vouchers > 0 {
            let now = Double(vouchers) / Double(leased.count)
            frameSize.withLock { $0 = max(now, ($0 + now) / 2) }
        }
        return leased
    }

    /// Forgets these messages.
    /// - Throws: `fileFailed`, `interrupted`; then they may be leased again.
    public func acknowledge(_ leases: [VoucherLease]) throws(SealedMatchError) { try answer("+ACK", leases) }

    /// Has somebody get these messages again, after a short time.
    /// - Throws: `fileFailed`, `interrupted`; then they end by time.
    public func release(_ leases: [VoucherLease]) throws(SealedMatchError) {
        try answer("-NAK {\"delay\": 100000000}", leases)
    }

    private func answer(_ word: String, _ leases: [VoucherLease]) throws(SealedMatchError) {
        for lease in leases {
            try client.trying("acknowledge") { (_) throws(Trouble) in
                try connection.send(lease.token, Array(word.utf8))
            }
        }
    }

    // MARK: Moves

    /// Keeps vouchers in messages of their set and epoch, on the disks of most servers when it returns.
    /// - Throws: `fileFailed`, `interrupted`.
    public func park(_ vouchers: [SealedVoucher]) throws(SealedMatchError) {
        var bySubject: [String: [[UInt8]]] = [:]
        for voucher in vouchers {
            bySubject[subjects.waiting(voucher.header.setRoot, voucher.header.epoch), default: []]
                .append(voucher.encoded)
        }
        for (subject, vouchers) in bySubject {
            var rest = vouchers[...]
            while !rest.isEmpty {
                var bytes = 0
                let frame = rest.prefix { voucher in
                    bytes += voucher.count
                    return bytes <= options.frameBytes || bytes == voucher.count
                }
                rest = rest.dropFirst(frame.count)
                try publish(VoucherFrame.encoded(Array(frame)), to: subject)
            }
        }
    }

    /// Keeps a message apart, as it came, and acknowledges it.
    /// - Throws: `fileFailed`, `interrupted`.
    public func setAside(_ lease: VoucherLease) throws(SealedMatchError) {
        try publish(lease.bytes, to: subjects.aside)
        try acknowledge([lease])
    }

    /// Puts bytes into the queue that no intake made.
    package func put(_ bytes: [UInt8]) throws(SealedMatchError) { try publish(bytes, to: subjects.new) }

    private func publish(_ bytes: [UInt8], to subject: String) throws(SealedMatchError) {
        try client.publish(JetStreamClient.Draft(subject: subject, data: bytes, id: UUID().uuidString))
    }

    /// Gives openers again what was set aside, as new. What is damaged they set aside once more.
    /// - Parameter limit: messages at most.
    /// - Returns: how many messages there were.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`; none is lost.
    public func takeBack(limit: Int = 1_000) throws(SealedMatchError) -> Int {
        var count = 0
        while count < limit {
            // A server may be a moment behind what another one has acknowledged.
            let leases = try lease("aside", subjects.aside, limit: 1, waiting: 1).map(\.lease)
            guard !leases.isEmpty else { break }
            for lease in leases {
                try publish(lease.bytes, to: subjects.new)
                try acknowledge([lease])
                count += 1
            }
        }
        return count
    }

    // MARK: Registrations

    /// The commitment that was registered with a pseudonym in an epoch, if there is one.
    /// - Throws: `damagedStore`, `fileFailed`, `interrupted`.
    public func commitment(of pseudonym: Pseudonym, epoch: UInt32) throws(SealedMatchError) -> Commitment? {
        try registrations.record(AccountEpoch(pseudonym: pseudonym, epoch: epoch))?.registration.commitment
    }

    /// The commitments of many names, in one request for 500 of them. Before a name is believed to be missing, most
    /// servers have answered.
    /// - Throws: `damagedStore`, `fileFailed`, `interrupted`.
    public func commitments(
        of names: Set<AccountEpoch>
    ) throws(SealedMatchError) -> [AccountEpoch: Commitment] {
        try registrations.records(names).mapValues(\.registration.commitment)
    }

    // MARK: Depth

    private struct Ask: Encodable { let subjects_filter: String }
    private struct Info: Decodable {
        struct State: Decodable {
            let subjects: [String: Int]?
            let bytes: UInt64
        }
        let state: State
    }

    /// How much is in the queue, leased or not.
    /// - Throws: `fileFailed`, `interrupted`.
    public func depth() throws(SealedMatchError) -> QueueDepth {
        let info: Info? = try client.call(
            "STREAM.INFO.\(subjects.vouchers)", Ask(subjects_filter: subjects.allVouchers))
        guard let state = info?.state else { throw SealedMatchError(.damagedStore, "the stream of vouchers is gone") }
        var depth = QueueDepth(bytes: Int(clamping: state.bytes))
        for (subject, count) in state.subjects ?? [:] {
            switch subject {
            case subjects.new: depth.new += count
            case subjects.aside: depth.aside += count
            default: depth.waiting += count
            }
        }
        return depth
    }
}

/// How many messages are in a queue. Each has one voucher or more.
public struct QueueDepth: Equatable, Sendable {
    /// That are to be opened.
    public var new = 0
    /// That wait for a set's key.
    public var waiting = 0
    /// That were set aside.
    public var aside = 0
    /// Bytes of all of them.
    public var bytes: Int
}
