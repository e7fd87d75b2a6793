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

    /// Whether a stream that is there is what we would make. Servers leave out what is false or empty, and add to the
    /// metadata.
    func isSame(as wanted: StreamConfiguration) -> Bool {
        var found = self
        found.allow_atomic = allow_atomic ?? false
        found.allow_direct = allow_direct ?? false
        found.max_age = max_age ?? 0
        found.metadata = metadata?.filter { [Self.identityKey, Self.versionKey].contains($0.key) }
        return found == wanted
    }
}
