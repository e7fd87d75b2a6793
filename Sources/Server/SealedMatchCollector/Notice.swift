internal import SealedMatchCrypto
public import SealedMatchProtocol

/// What an account is told about a reveal of one of its epochs. (Docs/Protocol.md, 4.17)
public struct Notice: Equatable, Sendable {
    /// Why the account is told.
    public enum Kind: UInt8, CaseIterable, Sendable {
        /// It was revealed, and the time has passed after which the deployment's policy has everybody told.
        case revealed = 1
        /// It was revealed, and people found that what matched is not what the set is for.
        case notConfirmed = 2

        /// As replies say it.
        public var name: String {
            switch self {
            case .revealed: "revealed"
            case .notConfirmed: "notConfirmed"
            }
        }

        /// The kind of this name.
        public init?(name: some StringProtocol) {
            guard let kind = Self.allCases.first(where: { $0.name == name }) else { return nil }
            self = kind
        }
    }

    /// The epoch that was revealed.
    public let epoch: UInt32
    /// The set whose entries were met.
    public let root: SetRoot
    /// Why the account is told.
    public let kind: Kind
    /// The day on which the collector got it, counted from 1970.
    public let day: UInt32

    /// A notice from its parts.
    public init(epoch: UInt32, root: SetRoot, kind: Kind, day: UInt32) {
        self.epoch = epoch
        self.root = root
        self.kind = kind
        self.day = day
    }

    /// Notices of one account-epoch, at most.
    public static let maximumCount = 64
}

/// What an authority has a collector tell an account. It names a pseudonym, and carries the token that only a reveal
/// gives: nobody can have an account told of a reveal that was none. (Docs/Protocol.md, "Notify")
public struct NoticeOrder: Equatable, Sendable {
    /// Whose notice it is, as a request for its name says it. As secret as the token.
    public let request: ResolutionRequest
    /// The set whose entries were met.
    public let root: SetRoot
    /// Why the account is told.
    public let kind: Notice.Kind

    /// An order from its parts.
    public init(request: ResolutionRequest, root: SetRoot, kind: Notice.Kind) {
        self.request = request
        self.root = root
        self.kind = kind
    }

    /// The notice that is kept.
    package func notice(on day: UInt32) -> Notice {
        Notice(epoch: request.epoch, root: root, kind: kind, day: day)
    }

    /// Notify, step 5: what it says beside the notices that are there.
    /// - Returns: `alreadyStored` for one of the same set and kind.
    /// - Throws: `quotaExceeded` when there are too many.
    package func outcome(beside known: [Notice]) throws(SealedMatchError) -> IntakeOutcome {
        guard !known.contains(where: { $0.root == root && $0.kind == kind }) else { return .alreadyStored }
        guard known.count < Notice.maximumCount else {
            throw SealedMatchError(
                .quotaExceeded, "the account has as many notices of this epoch as it can have")
        }
        return .stored
    }
}
