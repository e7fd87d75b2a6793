package import SealedMatchCollector
package import SealedMatchCrypto
internal import SealedMatchProtocol

/// A deployment's streams while they are filled from a collector's file, by one process: no role opens them until
/// `open`. All that is done twice is done once: what is there already is compared. (Docs/Operating.md, "Moving to a
/// cluster")
package final class JetStreamFilling {
    private let connection: ServerConnection
    let client: JetStreamClient
    private let streams: Streams
    private let options: JetStreamOptions
    let registrations: Registrations
    let subjects: Subjects
    private let identity: StoreIdentity

    /// Bytes of a message that is made here. Servers give a message back in base64, and answers have 1 MiB at most.
    private var frameBytes: Int { min(options.frameBytes, 600_000) }

    /// Connects to streams that are filled, or were filled, from one source, and makes them if they are missing and may
    /// be made.
    /// - Parameters:
    ///   - source: the source's identity. The streams' own follows from it.
    ///   - mayMake: whether streams that are missing are made.
    /// - Throws: `fileFailed`, also when streams are missing and may not be made; `invalidMagic` for streams that were
    ///   not made from this source; `damagedStore` for one that is not configured as the options say.
    package init(_ options: JetStreamOptions, from source: StoreIdentity, mayMake: Bool) throws(SealedMatchError) {
        try options.check()
        try Sodium.start()
        self.options = options
        connection = try ServerConnection(options)
        client = JetStreamClient(connection, patience: options.patience)
        streams = Streams(client: client, options: options)
        subjects = Subjects(name: options.name)
        registrations = Registrations(client: client, subjects: subjects)
        // Not the source's own: positions of a queue are others.
        identity = try KDF.plainDigest(of: Array("SealedMatch moved to a queue".utf8) + [0] + source.bytes)
        if mayMake {
            // The stream of vouchers first, as in a set-up.
            let wanted = [configuration(vouchers: true, filling: true), configuration(vouchers: false, filling: true)]
            // Another deployment's that is there is not touched, also where it is half.
            for configuration in wanted {
                if let found = try streams.info(configuration.name)?.config { try checkIdentity(found) }
            }
            for configuration in wanted where try streams.info(configuration.name) == nil {
                try streams.make(configuration)
            }
        }
        try check()
    }

    /// Ends the connection.
    package func close() { connection.close() }

    private func configuration(vouchers: Bool, filling: Bool) -> StreamConfiguration {
        let version = filling ? StreamConfiguration.filling : StreamConfiguration.version
        return vouchers
            ? .vouchers(options, identity, version: version) : .registrations(options, identity, version: version)
    }

    private func check() throws(SealedMatchError) {
        for isOfVouchers in [true, false] {
            let name = configuration(vouchers: isOfVouchers, filling: true).name
            guard let found = try streams.info(name)?.config else {
                throw SealedMatchError(.fileFailed, "the deployment has no streams: nothing was moved to them")
            }
            try checkIdentity(found)
            let wanted = configuration(vouchers: isOfVouchers, filling: found.isBeingFilled)
            guard let difference = found.difference(from: wanted) else { continue }
            options.report?(difference.line)
            throw SealedMatchError(.damagedStore, difference.reason)
        }
    }

    private func checkIdentity(_ found: StreamConfiguration) throws(SealedMatchError) {
        guard try found.identity(filling: true) == identity else {
            throw SealedMatchError(
                .invalidMagic, "the streams are another deployment's: give a name that nobody has on these servers")
        }
    }

    /// Whether roles may use the streams.
    package func isOpen() throws(SealedMatchError) -> Bool {
        for stream in [subjects.vouchers, subjects.registrations] {
            if try streams.info(stream)?.config.isBeingFilled ?? true { return false }
        }
        return true
    }

    /// Lets roles use the streams.
    package func open() throws(SealedMatchError) {
        for isOfVouchers in [false, true] { try streams.change(configuration(vouchers: isOfVouchers, filling: false)) }
    }

    /// Forgets all that was filled in.
    /// - Throws: `fileFailed`, also when roles may use the streams.
    package func empty() throws(SealedMatchError) {
        for stream in [subjects.vouchers, subjects.registrations] {
            guard try streams.info(stream)?.config.isBeingFilled == true else { throw Self.isInUse }
        }
        try client.purge(subjects.registrations, subjects.allRegistrations)
        try client.purge(subjects.vouchers, subjects.allVouchers)
    }

    private static let isInUse = SealedMatchError(.fileFailed, "the streams are in use: nothing in them was changed")

    /// Messages of the stream of registrations.
    package func registrationMessages() throws(SealedMatchError) -> Int {
        try streams.info(subjects.registrations)?.state.messages ?? 0
    }

    // MARK: Vouchers

    /// The vouchers of the queue that are new, in their order, one frame in memory.
    struct Walk {
        fileprivate(set) var sequence: UInt64 = 0
        fileprivate var frame: ArraySlice<SealedVoucher> = []
        fileprivate(set) var isAtEnd = false
    }

    /// A walk over the queue beside one over the source, which compares, and goes on behind the queue's end.
    package struct VoucherComparison {
        var walk = Walk()
        var pending: [[UInt8]] = []
        var pendingBytes = 0
        package init() {}
    }

    private func next(_ walk: inout Walk) throws(SealedMatchError) -> SealedVoucher? {
        while !walk.isAtEnd {
            if let voucher = walk.frame.popFirst() { return voucher }
            guard let stored = try client.next(subjects.vouchers, subjects.new, from: walk.sequence + 1) else {
                walk.isAtEnd = true
                break
            }
            walk.sequence = stored.sequence
            do throws(SealedMatchError) { walk.frame = try VoucherFrame.decoded(stored.data)[...] } catch {
                throw SealedMatchError(.damagedStore, "a message of the stream of vouchers is damaged")
            }
        }
        return nil
    }

    /// The source's next voucher.
    /// - Parameter fills: whether it is added where the queue ends; what was added is on most servers' disks after
    ///   `end`.
    /// - Returns: whether it is there, or was added.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    package func take(
        _ voucher: [UInt8], _ comparison: inout VoucherComparison, fills: Bool
    ) throws(SealedMatchError) -> Bool {
        if let found = try next(&comparison.walk) { return found.encoded == voucher }
        guard fills else { return false }
        if comparison.pendingBytes + voucher.count > frameBytes { try flush(&comparison) }
        comparison.pending.append(voucher)
        comparison.pendingBytes += voucher.count
        return true
    }

    /// The source has no more.
    /// - Returns: whether the queue has no more, too.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`.
    package func end(_ comparison: inout VoucherComparison) throws(SealedMatchError) -> Bool {
        try flush(&comparison)
        return try next(&comparison.walk) == nil
    }

    /// Adds a message, once: it is stored only if the one before it is the last.
    private func flush(_ comparison: inout VoucherComparison) throws(SealedMatchError) {
        guard !comparison.pending.isEmpty else { return }
        let (last, frame) = (comparison.walk.sequence, VoucherFrame.encoded(comparison.pending))
        comparison.walk.sequence = try registrations.contending { () throws(SealedMatchError) -> UInt64? in
            let draft = JetStreamClient.Draft(subject: subjects.new, data: frame, expected: last)
            if case .stored(let sequence) = try client.publish([draft]) { return sequence }
            // Perhaps it is there, and its answer was lost.
            guard let found = try client.next(subjects.vouchers, subjects.new, from: last + 1) else { return nil }
            guard found.data == frame else {
                throw SealedMatchError(.damagedStore, "somebody else writes to the stream of vouchers")
            }
            return found.sequence
        }
        (comparison.pending, comparison.pendingBytes) = ([], 0)
    }
}
