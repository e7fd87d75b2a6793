internal import CSealedMatchNATS
internal import Foundation
internal import SealedMatchCrypto
internal import Synchronization

/// Why one attempt came to nothing.
enum Trouble: Error {
    /// Another attempt may succeed: no answer in time, no leader, a connection that is being made again.
    case passing(String)
    /// It will not.
    case lasting(SealedMatchError)
}

/// The connection of a process to the cluster. Any number of threads may use it; its functions block. It connects again
/// by itself, to any server of the cluster, for as long as it lives.
@safe final class ServerConnection: Sendable {
    /// What the client's library has of it. It goes with the last who uses it.
    @safe private final class Link: Sendable {
        nonisolated(unsafe) let pointer: OpaquePointer

        init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }

        deinit { unsafe natsConnection_Destroy(pointer) }
    }

    private let options: JetStreamOptions
    private let current: Mutex<Link>
    private let isClosed = Atomic(false)
    var report: (@Sendable (String) -> Void)? { options.report }

    /// - Throws: `fileFailed` when no server answers within the options' patience; `authenticationFailed`.
    init(_ options: JetStreamOptions) throws(SealedMatchError) {
        self.options = options
        var end = Deadline(seconds: options.patience)
        while true {
            let (link, status) = try Self.connect(options)
            if let link {
                current = Mutex(link)
                return
            }
            if status == NATS_CONNECTION_AUTH_FAILED || status == NATS_NOT_PERMITTED {
                throw SealedMatchError(.authenticationFailed, "the NATS servers do not know these credentials")
            }
            guard end.pause() else { throw SealedMatchError(.fileFailed, Self.reason(status)) }
        }
    }

    /// One attempt.
    private static func connect(_ options: JetStreamOptions) throws(SealedMatchError) -> (Link?, natsStatus) {
        let settings = unsafe try Self.settings(options)
        defer { unsafe natsOptions_Destroy(settings) }
        var made: OpaquePointer?
        let status = unsafe natsConnection_Connect(&made, settings)
        if status == NATS_OK, let made = unsafe made { return unsafe (Link(made), status) }
        options.report?("no connection to the NATS servers: \(Self.text(status))")
        return (nil, status)
    }

    /// The connection; a new one where the library has given up the old one. It does so where servers twice did not let
    /// it in: while credentials are changed, and the servers have the new ones before us, or we before them.
    private func link() throws(Trouble) -> Link {
        try current.withLock { (link) throws(Trouble) -> Link in
            guard !isClosed.load(ordering: .acquiring), unsafe natsConnection_IsClosed(link.pointer) else {
                return link
            }
            let made: (Link?, natsStatus)
            do throws(SealedMatchError) {
                made = try Self.connect(options)
            } catch {
                // A file of credentials may be half written.
                throw .passing("\(error)")
            }
            guard let new = made.0 else { throw .passing(Self.text(made.1)) }
            link = new
            return new
        }
    }

    /// Ends the connection. What is asked of it later fails with `interrupted`.
    func close() {
        isClosed.store(true, ordering: .releasing)
        current.withLock { link in unsafe natsConnection_Close(link.pointer) }
    }

    /// Why there is no connection, after all attempts. A certificate may be renewed meanwhile, so none of it ends them.
    private static func reason(_ status: natsStatus) -> StaticString {
        switch status {
        case NATS_SSL_ERROR:
            "no TLS with the NATS servers: see who signed their certificates, whose names these have, and ours"
        case NATS_SECURE_CONNECTION_WANTED: "the NATS servers have no TLS, and it is asked for"
        case NATS_SECURE_CONNECTION_REQUIRED: "the NATS servers want TLS: give who may sign their certificates"
        default: "no NATS server answers"
        }
    }

    private static func text(_ status: natsStatus) -> String {
        unsafe natsStatus_GetText(status).map { unsafe String(cString: $0) } ?? "status \(status.rawValue)"
    }

    private static func settings(_ options: JetStreamOptions) throws(SealedMatchError) -> OpaquePointer {
        var made: OpaquePointer?
        guard unsafe natsOptions_Create(&made) == NATS_OK, let settings = unsafe made else {
            throw SealedMatchError(.outOfMemory, "no memory for the options of a connection")
        }
        // Calls in their order; the first that fails ends them.
        var status = unsafe [
            natsOptions_SetName(settings, "sealedmatch"), natsOptions_SetMaxReconnect(settings, -1),
            natsOptions_SetReconnectWait(settings, 200), natsOptions_SetReconnectJitter(settings, 100, 100),
            natsOptions_SetTimeout(settings, 2_000), natsOptions_SetPingInterval(settings, 5_000),
            natsOptions_SetMaxPingsOut(settings, 2), natsOptions_SetFailRequestsOnDisconnect(settings, true),
            // Its default prints to the error output.
            natsOptions_SetErrorHandler(settings, { _, _, _, _ in }, nil),
        ]
        var servers = unsafe options.servers.map { unsafe UnsafePointer(strdup($0)) }
        defer { unsafe servers.forEach { unsafe free(UnsafeMutablePointer(mutating: $0)) } }
        unsafe status.append(natsOptions_SetServers(settings, &servers, Int32(servers.count)))
        switch options.credentials {
        case .none: break
        case .user(let name, let password): unsafe status.append(natsOptions_SetUserInfo(settings, name, password))
        case .token(let token): unsafe status.append(natsOptions_SetToken(settings, token))
        case .nkey(let key, let seedFile): unsafe status.append(natsOptions_SetNKeyFromSeed(settings, key, seedFile))
        case .file(let path): unsafe status.append(natsOptions_SetUserCredentialsFromFiles(settings, path, nil))
        }
        if let path = options.authorityFile {
            unsafe status.append(natsOptions_SetSecure(settings, true))
            unsafe status.append(natsOptions_LoadCATrustedCertificates(settings, path))
        }
        if let files = options.certificateFiles {
            unsafe status.append(natsOptions_SetSecure(settings, true))
            unsafe status.append(natsOptions_LoadCertificatesChain(settings, files.certificate, files.key))
        }
        if let failed = status.first(where: { $0 != NATS_OK }) {
            unsafe natsOptions_Destroy(settings)
            options.report?("an option of the NATS connection is refused: \(text(failed))")
            throw SealedMatchError(
                .fileFailed, "a server's address, or a file of credentials or certificates, is refused")
        }
        return unsafe settings
    }

    private func trouble(_ status: natsStatus) -> Trouble {
        if isClosed.load(ordering: .acquiring) {
            return .lasting(SealedMatchError(.interrupted, "the connection to the NATS servers was closed"))
        }
        switch status {
        case NATS_MAX_PAYLOAD:
            return .lasting(SealedMatchError(.fileFailed, "the NATS servers take no messages of this size"))
        case NATS_NO_MEMORY: return .lasting(SealedMatchError(.outOfMemory, "no memory for a message"))
        case NATS_INVALID_ARG, NATS_INVALID_SUBJECT:
            return .lasting(SealedMatchError(.fileFailed, "the NATS client refuses a subject"))
        default: return .passing(Self.text(status))
        }
    }

    /// What servers do not let this user do, where that is why a request had no answer: they only say so beside.
    private func denial(_ link: Link, _ subject: String) -> Trouble? {
        var words: UnsafePointer<CChar>?
        guard unsafe natsConnection_GetLastError(link.pointer, &words) == NATS_NOT_PERMITTED, let words = unsafe words
        else { return nil }
        let said = unsafe String(cString: words)
        if said.contains("\"\(subject)\"") {
            options.report?("the user may not publish to \(Subjects.shown(subject))")
            return .lasting(
                SealedMatchError(
                    .fileFailed, "the NATS user may not publish to a subject that is needed: the log names it"))
        }
        guard said.contains("Subscription to \"_INBOX.") else { return nil }
        options.report?("the user may not subscribe to _INBOX.>")
        return .lasting(
            SealedMatchError(.fileFailed, "the NATS user may not subscribe to _INBOX.>, where answers come"))
    }

    /// One request and its answer.
    func request(
        _ subject: String, _ data: [UInt8], headers: [Header] = [], seconds: Double
    ) throws(Trouble) -> ServerMessage {
        let link = try link()
        let message = unsafe try self.message(subject, data, headers)
        defer { unsafe natsMsg_Destroy(message) }
        var answer: OpaquePointer?
        let status = unsafe natsConnection_RequestMsg(&answer, link.pointer, message, Int64(max(1, seconds * 1_000)))
        guard status == NATS_OK, let answer = unsafe answer else { throw denial(link, subject) ?? trouble(status) }
        return unsafe ServerMessage(consuming: answer, headers: [])
    }

    /// Sends a message that nobody answers.
    func send(_ subject: String, _ data: [UInt8], headers: [Header] = []) throws(Trouble) {
        let link = try link()
        let message = unsafe try self.message(subject, data, headers)
        defer { unsafe natsMsg_Destroy(message) }
        let status = unsafe natsConnection_PublishMsg(link.pointer, message)
        guard status == NATS_OK else { throw trouble(status) }
    }

    /// One request that has several answers.
    /// - Parameters:
    ///   - headers: what is kept of each answer's headers.
    ///   - isLast: whether an answer ends them.
    func collect(
        _ subject: String, _ data: [UInt8], headers: [String] = [], seconds: Double,
        until isLast: (ServerMessage) -> Bool
    ) throws(Trouble) -> [ServerMessage] {
        let link = try link()
        var inbox: UnsafeMutablePointer<CChar>?
        var status = unsafe natsInbox_Create(&inbox)
        guard status == NATS_OK else { throw trouble(status) }
        defer { unsafe natsInbox_Destroy(inbox) }
        var made: OpaquePointer?
        status = unsafe natsConnection_SubscribeSync(&made, link.pointer, inbox)
        guard status == NATS_OK, let subscription = unsafe made else { throw trouble(status) }
        defer { unsafe natsSubscription_Destroy(subscription) }
        status = unsafe data.withUnsafeBytes { bytes in
            unsafe natsConnection_PublishRequest(link.pointer, subject, inbox, bytes.baseAddress, Int32(bytes.count))
        }
        guard status == NATS_OK else { throw trouble(status) }
        let end = Deadline(seconds: seconds)
        var answers: [ServerMessage] = []
        repeat {
            var next: OpaquePointer?
            status = unsafe natsSubscription_NextMsg(&next, subscription, Int64(max(1, end.left * 1_000)))
            guard status == NATS_OK, let next = unsafe next else { throw denial(link, subject) ?? trouble(status) }
            answers.append(unsafe ServerMessage(consuming: next, headers: headers))
        } while !isLast(answers[answers.count - 1])
        return answers
    }

    private func message(_ subject: String, _ data: [UInt8], _ headers: [Header]) throws(Trouble) -> OpaquePointer {
        var made: OpaquePointer?
        var status = unsafe data.withUnsafeBytes { bytes in
            unsafe natsMsg_Create(
                &made, subject, nil, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
        }
        guard status == NATS_OK, let message = unsafe made else { throw trouble(status) }
        for header in headers where status == NATS_OK {
            status = unsafe natsMsgHeader_Set(message, header.name, header.value)
        }
        guard status == NATS_OK else {
            unsafe natsMsg_Destroy(message)
            throw trouble(status)
        }
        return unsafe message
    }
}

/// A message's header.
struct Header {
    let name: String
    let value: String
}
