internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// How a stream is configured: what we ask for, and what a server says of one that is there.
struct StreamConfiguration: Codable, Equatable {
    var name: String
    var subjects: [String]?
    var retention: String?
    var storage: String?
    var discard: String?
    var num_replicas: Int?
    var max_msgs: Int?
    var max_msgs_per_subject: Int?
    var max_bytes: Int?
    var max_age: Int?
    var max_msg_size: Int?
    var allow_atomic: Bool?
    var allow_direct: Bool?
    var metadata: [String: String]?

    static let identityKey = "sealedmatch-identity"
    static let versionKey = "sealedmatch-version"
    /// Of what streams, subjects and messages mean.
    static let version = "1"
    /// In the version's place while a deployment is being moved here: no role opens it. (Docs/Protocol.md, 4.11)
    static let filling = "filling"

    private init(
        _ name: String, _ subjects: String, retention: String, _ options: JetStreamOptions, _ identity: Bytes32,
        _ version: String
    ) {
        self.name = name
        self.subjects = [subjects]
        self.retention = retention
        storage = "file"
        discard = "new"
        num_replicas = options.replicas
        max_msgs = -1
        max_msgs_per_subject = -1
        max_bytes = -1
        max_age = 0
        metadata = [Self.identityKey: identity.hex, Self.versionKey: version]
    }

    /// At most one message a subject, and transactions over several.
    static func registrations(
        _ options: JetStreamOptions, _ identity: Bytes32, version: String = Self.version
    ) -> StreamConfiguration {
        let subjects = Subjects(name: options.name)
        var made = StreamConfiguration(
            subjects.registrations, subjects.allRegistrations, retention: "limits", options, identity, version)
        made.max_msgs_per_subject = 1
        made.max_msg_size = 65_536
        made.allow_atomic = true
        made.allow_direct = true
        return made
    }

    /// A message is there until it is acknowledged.
    static func vouchers(
        _ options: JetStreamOptions, _ identity: Bytes32, version: String = Self.version
    ) -> StreamConfiguration {
        let subjects = Subjects(name: options.name)
        var made = StreamConfiguration(
            subjects.vouchers, subjects.allVouchers, retention: "workqueue", options, identity, version)
        made.max_bytes = options.maximumBytes ?? -1
        made.max_msg_size = 1_048_576
        made.allow_atomic = false
        made.allow_direct = false
        return made
    }

    /// Whether a deployment is being moved here.
    var isBeingFilled: Bool { metadata?[Self.versionKey] == Self.filling }

    /// The deployment's identity, if this is a stream of ours.
    /// - Parameter filling: also of one that is being filled.
    /// - Throws: `invalidMagic`.
    func identity(filling: Bool = false) throws(SealedMatchError) -> Bytes32 {
        guard filling || !isBeingFilled else {
            throw SealedMatchError(
                .invalidMagic, "the deployment is still being moved to these streams: let `migrate` end first")
        }
        guard metadata?[Self.versionKey] == Self.version || isBeingFilled,
            let identity = metadata?[Self.identityKey].flatMap(Hexadecimal.bytes32)
        else {
            throw SealedMatchError(.invalidMagic, "a stream has this deployment's name, and is none of ours or newer")
        }
        return identity
    }

    /// What of a stream that is there is not what we would make. Servers leave out what is false or empty, and add to
    /// the metadata.
    /// - Returns: nil if nothing is; the first that is for an error, and all of it for a log.
    func difference(from wanted: StreamConfiguration) -> (reason: StaticString, line: String)? {
        func named<Field: Equatable>(
            _ name: String, _ found: Field?, _ asked: Field?, _ reason: StaticString
        ) -> (reason: StaticString, line: String)? {
            guard found != asked else { return nil }
            let text = { (field: Field?) in field.map { "\($0)" } ?? "nothing" }
            return (reason, "\(name) is \(text(found)), and \(text(asked)) is asked for")
        }
        let metadata = metadata?.filter { [Self.identityKey, Self.versionKey].contains($0.key) }
        let found = [
            named("name", name, wanted.name, "a stream's name is another one"),
            named("subjects", subjects, wanted.subjects, "a stream's subjects are not those of the deployment"),
            named("retention", retention, wanted.retention, "a stream's retention is not what is needed"),
            named("storage", storage, wanted.storage, "a stream's storage is no file"),
            named("discard", discard, wanted.discard, "a stream that is full discards what it has: \"new\" is needed"),
            named(
                "num_replicas", num_replicas, wanted.num_replicas,
                "a stream has not as many replicas as the options say"),
            named("max_msgs", max_msgs, wanted.max_msgs, "a stream's messages are bounded (max_msgs)"),
            named(
                "max_msgs_per_subject", max_msgs_per_subject, wanted.max_msgs_per_subject,
                "a stream's messages per subject are not what is needed (max_msgs_per_subject)"),
            named("max_bytes", max_bytes, wanted.max_bytes, "a stream's bound is not what the options say (max_bytes)"),
            named("max_age", max_age ?? 0, wanted.max_age, "a stream forgets messages that are old (max_age)"),
            named(
                "max_msg_size", max_msg_size, wanted.max_msg_size, "a stream's messages are too short (max_msg_size)"),
            named(
                "allow_atomic", allow_atomic ?? false, wanted.allow_atomic,
                "a stream's allow_atomic is not what is needed, or no server is 2.12 or later"),
            named(
                "allow_direct", allow_direct ?? false, wanted.allow_direct,
                "a stream's allow_direct is not what is needed"),
            named("metadata", metadata, wanted.metadata, "a stream's metadata are others"),
        ].compactMap { $0 }
        guard let first = found.first else { return nil }
        return (first.reason, "the stream \(wanted.name): \(found.map(\.line).joined(separator: "; "))")
    }
}
