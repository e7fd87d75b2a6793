internal import SealedMatchCrypto
package import SealedMatchLog
package import SealedMatchProtocol
package import SealedMatchFiles

/// Reads a whole log, and says what is wrong with it or strange (Docs/Protocol.md, "Watching").
package struct LogMonitor {
    /// Something that people must look at. It is in writing, in the log, and stays there.
    package struct Alarm: Equatable, CustomStringConvertible {
        /// The entry's place, from 0.
        package let index: Int
        /// What is wrong.
        package let text: String
        /// Whether a set file shows it. That may have come later than the entry.
        let isOfFile: Bool
        package var description: String { "entry \(index): \(text)" }
    }

    /// What was read.
    package struct Report {
        /// The checkpoint, to be seen again at the next watch.
        package let checkpoint: Checkpoint
        /// Entries that were not there at the last watch.
        package let newEntries: Int
        /// Of new entries; and of all entries whose set's file is at hand, what the file shows.
        package let alarms: [Alarm]
        /// Sets of the log whose file was not at hand: "Watching", step 5, was not taken for them.
        package let setsWithoutFile: Int
    }

    /// What was found in entries.
    package struct Found {
        package fileprivate(set) var alarms: [Alarm] = []
        fileprivate var withoutFile: Set<SetRoot> = []
        /// Sets whose file was not at hand.
        package var setsWithoutFile: Int { withoutFile.count }
    }

    private let policy: LogPolicy
    private let growth: Double
    private let set: (SetRoot) -> SetFile?

    /// - Parameters:
    ///   - policy: as clients pin it.
    ///   - growth: n of a version may be at most so many times that of the version before.
    ///   - set: a set file that is at hand, by its root.
    package init(policy: LogPolicy, growth: Double, set: @escaping (SetRoot) -> SetFile?) {
        self.policy = policy
        self.growth = growth
        self.set = set
    }

    /// - Parameters:
    ///   - files: the log, as it is served.
    ///   - last: the checkpoint of the last watch, nil at the first.
    /// - Throws: what is wrong with the log itself: `inconsistentLog` for a tree that is not its entries', or does not
    ///   begin with the last one; `malformedLog` for tiles of another form; `proofTooOld` and the like for the
    ///   checkpoint.
    package func watch(_ files: LogFiles, last: Checkpoint?, now: UInt64) throws -> Report {
        guard let note = try files("checkpoint", SignedNote.maximumCount) else {
            throw SealedMatchError(.malformedLog, "the log has no checkpoint")
        }
        // Watching, step 1: the checkpoint, as clients see it
        let checkpoint = try Checkpoint(canonical: note)
        try policy.check(checkpoint, now: now)
        // Watching, step 2: the tree is that of the entries, and begins with the last one
        let contents = try LogContents(size: checkpoint.size, from: files)
        try contents.check(checkpoint)
        if let last {
            guard last.origin == checkpoint.origin else {
                throw SealedMatchError(.unknownLog, "the last checkpoint is another log's")
            }
            try contents.check(last)
        }
        // Tiles say the same, for those who have no entries. (The bundles are what the entries were read from.)
        for tile in try contents.tiles(size: Int(checkpoint.size)) {
            guard try files(tile.name, max(tile.bytes.count, 8_192)) == tile.bytes else {
                throw SealedMatchError(.inconsistentLog, "a tile is missing, or is not that of the entries")
            }
        }
        let found = Self.look(at: contents.entries, growth: growth, set: set)
        let known = Int(last?.size ?? 0)
        return Report(
            checkpoint: checkpoint, newEntries: contents.entries.count - known,
            alarms: found.alarms.filter { $0.index >= known || $0.isOfFile }, setsWithoutFile: found.setsWithoutFile)
    }

    /// What is wrong with entries, or strange: "Watching", steps 3 to 7.
    /// - Parameters:
    ///   - entries: all of a log's, in their order.
    ///   - growth: n of a version may be at most so many times that of the version before.
    ///   - set: a set file that is at hand, by its root.
    package static func look(
        at entries: [[UInt8]], growth: Double, set: (SetRoot) -> SetFile?
    ) -> Found {
        var found = Found()
        var before: SetEntry?
        var told = ToldOfSets()
        var sets = SetsOfLog()
        for (index, bytes) in entries.enumerated() {
            func alarm(_ text: String, isOfFile: Bool = false) {
                found.alarms.append(Alarm(index: index, text: text, isOfFile: isOfFile))
            }
            // Watching, step 3: every entry has its form, and its signature verifies
            let entry: LogEntry
            do {
                entry = try LogEntry(canonical: bytes)
            } catch {
                alarm("it is not an entry: \(error)")
                continue
            }
            if let signed = entry.signed, !signed.verifies { alarm("its signature does not verify") }
            // Watching, step 7: what is said of sets
            for text in told.add(entry, at: index) { alarm(text) }
            // Watching, step 4: one entry for a set, one set for a version
            for fault in sets.add(entry) { alarm("\(fault.reason)") }
            guard case .set(let new) = entry else { continue }
            // Watching, step 6: growth
            if let before, Double(new.entries) > growth * Double(before.entries) {
                alarm("n grew from \(before.entries) to \(new.entries)")
            }
            before = new
            if let file = set(new.root) {
                for text in check(new, file) { alarm(text, isOfFile: true) }
            } else {
                found.withoutFile.insert(new.root)
            }
        }
        return found
    }

    /// Watching, step 5: what a set's file shows against its entry; nothing if they fit.
    package static func check(_ entry: SetEntry, _ file: SetFile) -> [String] {
        do throws(SealedMatchError) {
            var problems: [String] = []
            guard try SetEntry(header: file.header, terms: entry.terms) == entry else {
                return ["it says of the set what the set file does not"]
            }
            let signers = try file.signatures.validSigners(of: file.header)
            if signers.isEmpty { problems.append("no source has signed the set") }
            if try !areShares(entry.terms, of: file.header.publicKey) {
                problems.append("the custodians' shares do not combine to the set's key")
            }
            return problems
        } catch {
            return ["the set file: \(error)"]
        }
    }

    /// Whether any τ of the shares combine to L: L and L_1 … L_N are values of one polynomial of degree τ − 1. So it is
    /// if L and each run of τ neighbours are.
    private static func areShares(_ terms: SetTerms, of publicKey: Point) throws(SealedMatchError) -> Bool {
        let (count, threshold) = (terms.custodians.count, terms.threshold)
        guard count > 0 else { return true }
        var shares: [Point] = []
        for encoded in terms.custodians { shares.append(try Point(canonical: encoded)) }
        for first in 0...(count - threshold) {
            let places = (first + 1)...(first + threshold)
            var sum = Point.identity
            for place in places {
                let weight = try PublicScalar.lagrange(UInt64(place), among: places.map(UInt64.init))
                sum = try sum.adding(shares[place - 1].multipliedVarTime(byPublic: weight))
            }
            guard sum == publicKey else { return false }
        }
        return true
    }
}
