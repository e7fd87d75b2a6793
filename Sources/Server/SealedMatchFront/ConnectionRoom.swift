internal import NIOCore
internal import Synchronization

/// The connections of a server, and whose turn it is to end when there are too many: the one that has waited longest
/// without a whole request. So nobody keeps others out by holding connections, and sending nothing or slowly.
///
/// A connection whose request is being answered stays; one whose reply has been waiting for its reader for long goes
/// when no other can.
final class ConnectionRoom: Sendable {
    private struct Entry {
        let channel: any Channel
        var since: NIODeadline
        var state: State
    }
    enum State {
        /// No whole request is there.
        case incoming
        /// A request is whole, and its reply has not begun.
        case working
        /// The reply is being read by the other end.
        case replying
    }
    private let entries = Mutex<[ObjectIdentifier: Entry]>([:])
    private let maximum: Int

    /// For so long nobody need be reading a reply.
    private static let patience = TimeAmount.seconds(10)

    init(_ maximum: Int) { self.maximum = max(1, maximum) }

    /// A connection comes. Another one may end for it.
    func enter(_ channel: any Channel) {
        let now = NIODeadline.now()
        let ended: (any Channel)? = entries.withLock { entries in
            entries[ObjectIdentifier(channel)] = Entry(channel: channel, since: now, state: .incoming)
            guard entries.count > maximum else { return nil }
            let others = entries.filter { $0.key != ObjectIdentifier(channel) }
            let found =
                Self.oldest(others) { $0.state == .incoming }
                ?? Self.oldest(others) { $0.state == .replying && now - $0.since > Self.patience }
            // It leaves by itself, a moment later: meanwhile it is nobody's turn.
            if let found { entries[ObjectIdentifier(found)] = nil }
            return found
        }
        ended?.close(promise: nil)
    }

    private static func oldest(
        _ entries: [ObjectIdentifier: Entry], _ isMeant: (Entry) -> Bool
    ) -> (any Channel)? {
        entries.values.filter(isMeant).min { $0.since < $1.since }?.channel
    }

    /// Something of its request or reply has happened.
    func set(_ state: State, _ channel: any Channel) {
        let now = NIODeadline.now()
        entries.withLock { entries in
            entries[ObjectIdentifier(channel)]?.since = now
            entries[ObjectIdentifier(channel)]?.state = state
        }
    }

    func leave(_ channel: any Channel) { entries.withLock { $0[ObjectIdentifier(channel)] = nil } }

    var count: Int { entries.withLock { $0.count } }
}
