package import SealedMatchCrypto
package import SealedMatchProtocol

/// An entry of the log, of any kind (Docs/Protocol.md, 4.16): what a monitor reads. Clients read those of sets alone.
package enum LogEntry: Equatable, Sendable {
    /// A set was published.
    case set(SetEntry)
    /// A share of a set's key, or all of it, was erased.
    case erasure(SignedEntry, Erasure)
    /// What was counted of a set in an epoch.
    case statistics(SignedEntry, Statistics)
    /// A set must not be used any more.
    case revocation(SignedEntry, Revocation)
    /// Which sources sets name from now on.
    case sources(SourceChange)

    package struct Erasure: Equatable, Sendable {
        package var root: SetRoot
        /// Seconds since 1970.
        package var time: UInt64
        /// 0 is the whole key of one authority, i the share of custodian i.
        package var share: UInt64

        package init(root: SetRoot, time: UInt64, share: UInt64) {
            self.root = root
            self.time = time
            self.share = share
        }
    }

    package struct Statistics: Equatable, Sendable {
        package var root: SetRoot
        package var epoch: UInt64
        package var accounts: UInt64
        package var vouchers: UInt64
        /// Evaluated by each custodian, in the set's order; one number of one authority. 1…16.
        package var slots: [UInt64]
        package var reveals: UInt64
        package var decisions: UInt64
        package var notices: UInt64

        package init(
            root: SetRoot, epoch: UInt64, accounts: UInt64, vouchers: UInt64, slots: [UInt64], reveals: UInt64,
            decisions: UInt64, notices: UInt64
        ) {
            self.root = root
            self.epoch = epoch
            self.accounts = accounts
            self.vouchers = vouchers
            self.slots = slots
            self.reveals = reveals
            self.decisions = decisions
            self.notices = notices
        }
    }

    package struct Revocation: Equatable, Sendable {
        package var root: SetRoot
        /// Seconds since 1970.
        package var time: UInt64
        /// SHA-256 of why, for people.
        package var statement: Bytes32

        package init(root: SetRoot, time: UInt64, statement: Bytes32) {
            self.root = root
            self.time = time
            self.statement = statement
        }
    }

    package struct SourceChange: Equatable, Sendable {
        /// Seconds since 1970.
        package var time: UInt64
        /// 1…16 keys, strictly ascending.
        package var sources: [Bytes32]
        /// SHA-256 of why, for people.
        package var statement: Bytes32

        package init(time: UInt64, sources: [Bytes32], statement: Bytes32) {
            self.time = time
            self.sources = sources
            self.statement = statement
        }
    }

    /// - Throws: `malformedLog`.
    package init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        var cursor = TextCursor(bytes)
        let kind = cursor.line()
        if cursor.isEqual(kind, to: Separator.setEntry) {
            self = .set(try SetEntry(canonical: bytes))
        } else if cursor.isEqual(kind, to: Separator.erasureEntry) {
            let erasure = Erasure(
                root: SetRoot(canonical: cursor.bytes32("root")), time: cursor.number("time"),
                share: cursor.number("share"))
            cursor.require(erasure.share <= UInt64(SetTerms.maximumCustodians))
            self = .erasure(try SignedEntry(cursor), erasure)
        } else if cursor.isEqual(kind, to: Separator.statisticsEntry) {
            let root = SetRoot(canonical: cursor.bytes32("root"))
            let (epoch, accounts, vouchers) = (
                cursor.number("epoch"), cursor.number("accounts"), cursor.number("vouchers")
            )
            var slots: [UInt64] = []
            repeat { slots.append(cursor.number("slots")) } while !cursor.isMalformed && cursor.isBefore("slots")
            let statistics = Statistics(
                root: root, epoch: epoch, accounts: accounts, vouchers: vouchers, slots: slots,
                reveals: cursor.number("reveals"), decisions: cursor.number("decisions"),
                notices: cursor.number("notices"))
            cursor.require(epoch < 1 << 32 && slots.count <= SetTerms.maximumCustodians)
            self = .statistics(try SignedEntry(cursor), statistics)
        } else if cursor.isEqual(kind, to: Separator.revocationEntry) {
            let revocation = Revocation(
                root: SetRoot(canonical: cursor.bytes32("root")), time: cursor.number("time"),
                statement: cursor.bytes32("statement"))
            self = .revocation(try SignedEntry(cursor), revocation)
        } else {
            cursor.require(cursor.isEqual(kind, to: Separator.sourcesEntry))
            let change = SourceChange(
                time: cursor.number("time"), sources: cursor.keys("source"), statement: cursor.bytes32("statement"))
            cursor.require(
                SetEntry.ascend(change.sources) && cursor.position == bytes.count
                    && bytes.count <= SetEntry.maximumCount)
            try cursor.check()
            self = .sources(change)
        }
    }

    /// Who says so, of an entry that is signed.
    package var signed: SignedEntry? {
        switch self {
        case .set, .sources: nil
        case .erasure(let signed, _), .statistics(let signed, _), .revocation(let signed, _): signed
        }
    }

    /// Its bytes.
    package var encoded: [UInt8] {
        switch self {
        case .set(let entry): return entry.encoded
        case .sources(let change):
            var text = EntryWriter(Separator.sourcesEntry)
            text.put("time", change.time)
            for source in change.sources { text.put("source", source) }
            text.put("statement", change.statement)
            return text.bytes
        case .erasure(let signed, _), .statistics(let signed, _), .revocation(let signed, _): return signed.encoded
        }
    }
}

/// Who says what an entry says, and the signature of that.
package struct SignedEntry: Equatable, Sendable {
    /// All bytes before the line of the signature, the line of the key too: what is signed.
    package let signed: [UInt8]
    /// An Ed25519 key, 32 bytes.
    package let key: Bytes32
    /// By the key, of `signed`.
    package let signature: Signature

    /// The last two lines of an entry.
    init(_ start: TextCursor) throws(SealedMatchError) {
        var cursor = start
        key = cursor.bytes32("key")
        signed = copied(cursor.bytes, 0..<cursor.position)
        let value = cursor.hexadecimal(cursor.field("signature"))
        cursor.require(cursor.position == cursor.bytes.count && cursor.bytes.count <= SetEntry.maximumCount)
        cursor.require(value.count == Signature.encodedCount)
        try cursor.check()
        signature = try Signature(canonical: value)
    }

    private init(_ text: EntryWriter, _ secret: borrowing SigningKey) throws(SealedMatchError) {
        var text = text
        text.put("key", secret.publicKey)
        signed = text.bytes
        key = secret.publicKey
        signature = try secret.sign(signed)
    }

    /// Whether the signature is the key's.
    package var verifies: Bool { signature.verifies(signed, publicKey: key) }

    var encoded: [UInt8] {
        var text = signed
        text += HashToGroup.ascii("signature ")
        TextWriter.append(hexadecimal: signature.encoded, to: &text)
        text.append(0x0A)
        return text
    }

    package init(_ erasure: LogEntry.Erasure, by key: borrowing SigningKey) throws(SealedMatchError) {
        var text = EntryWriter(Separator.erasureEntry)
        text.put("root", erasure.root.encoded)
        text.put("time", erasure.time)
        text.put("share", erasure.share)
        try self.init(text, key)
    }

    package init(_ counted: LogEntry.Statistics, by key: borrowing SigningKey) throws(SealedMatchError) {
        var text = EntryWriter(Separator.statisticsEntry)
        text.put("root", counted.root.encoded)
        text.put("epoch", counted.epoch)
        text.put("accounts", counted.accounts)
        text.put("vouchers", counted.vouchers)
        for count in counted.slots { text.put("slots", count) }
        text.put("reveals", counted.reveals)
        text.put("decisions", counted.decisions)
        text.put("notices", counted.notices)
        try self.init(text, key)
    }

    package init(_ revocation: LogEntry.Revocation, by key: borrowing SigningKey) throws(SealedMatchError) {
        var text = EntryWriter(Separator.revocationEntry)
        text.put("root", revocation.root.encoded)
        text.put("time", revocation.time)
        text.put("statement", revocation.statement)
        try self.init(text, key)
    }
}
