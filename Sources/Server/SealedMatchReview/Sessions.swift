internal import Dispatch
package import SealedMatchCrypto
internal import SealedMatchCollector
internal import SealedMatchProtocol
internal import Synchronization

/// Who has signed in, in memory: it ends with the process. A session is known by 256 random bits in a cookie; only
/// their digest is kept, so that neither memory nor the time of a look-up tells one.
package final class Sessions: Sendable {
    /// When sessions end, and when a person is told to rest.
    package struct Limits: Sendable {
        /// Without a request for so long, it ends.
        package var idle = Duration.seconds(20 * 60)
        /// It ends in any case.
        package var longest = Duration.seconds(10 * 3_600)
        /// Of work without a pause of five minutes, after which a person is reminded of one.
        package var work = Duration.seconds(45 * 60)

        package init() {}
    }

    /// What became of the evidence of a match, as this session was shown it.
    enum Evidence: Equatable, Sendable {
        /// A picture was sent, all of it; `isClear`: as it is, and not blurred.
        case shown(type: String, count: Int, digest: Bytes32, isClear: Bool)
        case notHeld
        case failed
    }

    struct MatchName: Hashable, Sendable {
        let number: UInt64
        let match: Int
    }

    /// A picture between the page that names it and the request for it.
    struct Waiting: Sendable {
        let ticket: Bytes32
        let name: MatchName
        let picture: Picture
        /// Whether that page shows it without blur.
        let isClear: Bool
    }

    /// One person's.
    struct Session: Sendable {
        let person: String
        /// What the password file said when it began.
        let kept: PasswordHash?
        /// What every form of it holds.
        let token: Bytes32
        let began: ContinuousClock.Instant
        fileprivate(set) var last: ContinuousClock.Instant
        fileprivate(set) var workingSince: ContinuousClock.Instant
        fileprivate(set) var evidence: [MatchName: Evidence] = [:]
        fileprivate var waiting: [Waiting] = []
        /// Ways to evidence that pages have offered, the oldest first.
        fileprivate var offers: [(ticket: Bytes32, name: MatchName)] = []
        /// Pictures that are being sent.
        fileprivate var sending: [MatchName: Int] = [:]
    }

    private let sessions = Mutex<[Bytes32: Session]>([:])
    private let limits: Limits
    private let now: @Sendable () -> ContinuousClock.Instant

    /// So many at a time; beyond, the one that was silent for longest ends.
    private static let maximum = 4_096
    /// Nobody fetches a picture later.
    private static let waitingTime = DispatchTimeInterval.seconds(15)
    /// Pictures that wait in a session, and ways that it was offered, at most.
    private static let (maximumWaiting, maximumOffers) = (3, 64)
    private static let pause = Duration.seconds(300)

    package init(_ limits: Limits, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.limits = limits
        self.now = now
    }

    /// A new session.
    /// - Returns: what its cookie holds, 64 hexadecimal digits.
    package func begin(_ person: String, _ kept: PasswordHash? = nil) throws(SealedMatchError) -> String {
        var random = SystemRandom()
        let (secret, token, now) = (try random.bytes32(), try random.bytes32(), now())
        let session = Session(
            person: person, kept: kept, token: token, began: now, last: now, workingSince: now)
        let digest = try KDF.plainDigest(of: secret.bytes)
        sessions.withLock { sessions in
            sessions = sessions.filter { !hasEnded($0.value, now) }
            if sessions.count >= Self.maximum, let oldest = sessions.min(by: { $0.value.last < $1.value.last }) {
                sessions[oldest.key] = nil
            }
            sessions[digest] = session
        }
        return Hexadecimal.text(secret.bytes)
    }

    /// The session of a cookie, which a person is at work in; nil for none, and for one that has ended.
    func use(_ cookie: String) throws(SealedMatchError) -> (name: Bytes32, session: Session)? {
        guard let secret = Hexadecimal.bytes32(cookie) else { return nil }
        let digest = try KDF.plainDigest(of: secret.bytes)
        let now = now()
        return sessions.withLock { sessions in
            guard var session = sessions[digest], !hasEnded(session, now) else {
                sessions[digest] = nil
                return nil
            }
            if now - session.last >= Self.pause { session.workingSince = now }
            session.last = now
            sessions[digest] = session
            return (digest, session)
        }
    }

    /// Whom a cookie's session is of; nil where there is none.
    package func person(_ cookie: String) throws(SealedMatchError) -> String? { try use(cookie)?.session.person }

    func end(_ name: Bytes32) { sessions.withLock { $0[name] = nil } }

    /// The same of a cookie's session, which is used by that.
    package func needsBreak(_ cookie: String) throws(SealedMatchError) -> Duration? {
        try use(cookie).flatMap { needsBreak($0.session) }
    }

    /// For how long a person has worked, once that is too long.
    func needsBreak(_ session: Session) -> Duration? {
        let worked = now() - session.workingSince
        return worked >= limits.work ? worked : nil
    }

    private func hasEnded(_ session: Session, _ now: ContinuousClock.Instant) -> Bool {
        now - session.last >= limits.idle || now - session.began >= limits.longest
    }

    // MARK: evidence

    /// Notes what a session was shown. What was shown clear stays so.
    func note(_ evidence: Evidence, of match: MatchName, in name: Bytes32) {
        sessions.withLock { sessions in
            if (sessions[name]?.evidence.count ?? 0) >= 10_000 { sessions[name]?.evidence = [:] }
            if case .shown(_, _, let digest, true)? = sessions[name]?.evidence[match],
                case .shown(_, _, digest, false) = evidence
            {
                return
            }
            sessions[name]?.evidence[match] = evidence
        }
    }

    func evidence(of match: MatchName, in name: Bytes32) -> Evidence? {
        sessions.withLock { $0[name]?.evidence[match] }
    }

    /// A way to the evidence of a match, for a page that offers it: good for one request. So what a browser asks for
    /// again by itself shows nothing: a tab that it restores, a page that it reloads, an address that was kept.
    /// - Throws: `randomSourceFailed`.
    func offer(_ match: MatchName, in name: Bytes32) throws(SealedMatchError) -> Bytes32 {
        var random = SystemRandom()
        let ticket = try random.bytes32()
        sessions.withLock { sessions in
            guard var offers = sessions[name]?.offers else { return }
            if offers.count >= Self.maximumOffers { offers.removeFirst() }
            offers.append((ticket, match))
            sessions[name]?.offers = offers
        }
        return ticket
    }

    /// Whether a page of this session offered it, and nobody went there since.
    func accept(_ ticket: Bytes32, of match: MatchName, in name: Bytes32) -> Bool {
        sessions.withLock { sessions in
            guard let place = sessions[name]?.offers.firstIndex(where: { $0.ticket == ticket && $0.name == match })
            else { return false }
            sessions[name]?.offers.remove(at: place)
            return true
        }
    }

    /// Keeps a picture until the browser asks for it, at once.
    /// - Returns: what it asks with.
    /// - Throws: `randomSourceFailed`.
    func leave(
        _ picture: Picture, isClear: Bool, of match: MatchName, in name: Bytes32
    ) throws(SealedMatchError) -> Bytes32 {
        var random = SystemRandom()
        let waiting = Waiting(ticket: try random.bytes32(), name: match, picture: picture, isClear: isClear)
        sessions.withLock { sessions in
            guard var others = sessions[name]?.waiting else { return }
            if others.count >= Self.maximumWaiting { others.removeFirst() }
            sessions[name]?.waiting = others + [waiting]
        }
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.waitingTime) { [weak self] in
            self?.sessions.withLock { $0[name]?.waiting.removeAll { $0.ticket == waiting.ticket } }
        }
        return waiting.ticket
    }

    /// The picture that was left under a ticket: once.
    func take(_ ticket: Bytes32, of match: MatchName, in name: Bytes32) -> Waiting? {
        sessions.withLock { sessions in
            guard let place = sessions[name]?.waiting.firstIndex(where: { $0.ticket == ticket && $0.name == match })
            else { return nil }
            return sessions[name]?.waiting.remove(at: place)
        }
    }

    /// A picture begins to be sent; `sent` follows.
    func send(_ match: MatchName, in name: Bytes32) {
        sessions.withLock { $0[name]?.sending[match, default: 0] += 1 }
    }

    /// It was sent, all of it: then it was shown. Or it was not.
    func sent(_ evidence: Evidence?, of match: MatchName, in name: Bytes32) {
        if let evidence { note(evidence, of: match, in: name) }
        sessions.withLock { sessions in
            let left = (sessions[name]?.sending[match] ?? 1) - 1
            sessions[name]?.sending[match] = left > 0 ? left : nil
        }
    }

    func isSending(_ match: MatchName, in name: Bytes32) -> Bool {
        sessions.withLock { $0[name]?.sending[match] != nil }
    }
}
