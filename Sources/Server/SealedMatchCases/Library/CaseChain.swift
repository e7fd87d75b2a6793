public import SealedMatchCrypto

/// Checks a chain from its first event on, and computes what each case is. One event after another: memory is that of
/// the open cases. (Docs/Protocol.md, "Checking a chain")
public struct CaseChain: Sendable {
    /// How far the chain was read.
    public private(set) var head = ChainHead.none
    /// The rules in force; nil before the first event.
    public private(set) var library: CaseLibrary?
    /// The cases, by number.
    public private(set) var cases: [UInt64: ReviewedCase] = [:]
    /// Cases of which an event's content is gone, and no event yet says that they were erased.
    private var gone: Set<UInt64> = []
    private let key: Bytes32?
    private let kept: ChainHead?
    private var isKept = false

    /// - Parameters:
    ///   - key: the key that signs the library's events; nil takes the one that the first event names, and then anybody
    ///     may have made the chain.
    ///   - kept: an end of the chain that was kept elsewhere.
    public init(key: Bytes32?, kept: ChainHead? = nil) {
        self.key = key
        self.kept = kept
    }

    /// The next event.
    /// - Throws: `brokenChain`, also for an event that the rules refuse.
    public mutating func take(_ record: CaseRecord) throws(SealedMatchError) {
        try follow(record)
        if head == kept { isKept = true }
    }

    private mutating func follow(_ record: CaseRecord) throws(SealedMatchError) {
        guard var library else {
            guard let said = record.said, record.subject == 0 else {
                throw SealedMatchError(.brokenChain, "the first event founds no library")
            }
            let founded = try CaseLibrary(said.event)
            guard key == nil || key == founded.key else {
                throw SealedMatchError(.brokenChain, "the library is of another key")
            }
            try record.check(after: head, key: founded.key)
            (library, head) = (founded, record.head)
            return
        }
        try record.check(after: head, key: library.key)
        do throws(SealedMatchError) {
            if record.subject == 0 {
                guard let said = record.said else { throw SealedMatchError(.brokenChain, "") }
                try library.apply(said.event)
                self.library = library
            } else {
                try take(record, library)
            }
        } catch {
            throw SealedMatchError(.brokenChain, "an event is one that the rules refuse, or its content is gone")
        }
        head = record.head
    }

    private mutating func take(_ record: CaseRecord, _ library: CaseLibrary) throws(SealedMatchError) {
        let subject = record.subject
        let old = cases[subject]
        guard old?.state != .erased else { throw SealedMatchError(.brokenChain, "an event of an erased case") }
        // Numbers of cases begin at 1, and grow by 1.
        guard old != nil || subject == UInt64(cases.count + gone.count) + 1 || gone.contains(subject) else {
            throw SealedMatchError(.brokenChain, "a case is left out")
        }
        guard let said = record.said else {
            guard old == nil else { throw SealedMatchError(.brokenChain, "a part of a case is gone") }
            gone.insert(subject)
            return
        }
        guard gone.contains(subject) else {
            // Content that is there after an erasure was not erased.
            if case .erased = said.event.step { throw SealedMatchError(.brokenChain, "an erased case is there") }
            cases[subject] = try library.apply(said.event, said.document, number: subject, to: old)
            return
        }
        cases[subject] = try library.tombstone(said.event, number: subject)
        gone.remove(subject)
    }

    /// At the end of the chain.
    /// - Throws: `brokenChain` when it ends before an erasure does, before a library is founded, or before the end that
    ///   was kept.
    public func finish() throws(SealedMatchError) {
        guard library != nil else { throw SealedMatchError(.brokenChain, "there is no event") }
        guard gone.isEmpty else {
            throw SealedMatchError(.brokenChain, "an event's content is gone, and the case was not erased")
        }
        guard kept == nil || isKept else {
            throw SealedMatchError(.brokenChain, "the chain does not have the end that was kept")
        }
    }
}
