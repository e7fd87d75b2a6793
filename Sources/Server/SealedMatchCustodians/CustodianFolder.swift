package import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchLists
package import SealedMatchProtocol
internal import Synchronization

/// All that a custodian has on its disk, in one folder that one process at a time works in:
///
/// | name | what |
/// |---|---|
/// | `custodian.key`, `custodian.key.pub` | by which plans name it |
/// | `state/` | `CustodianDirectory`: shares, runs, sessions; and the lock |
/// | `policies/TABLE.policy` | `CustodianPolicy`, its operator's |
/// | `agreed/TABLE.plan` | the plan whose name its operator has compared with the others' |
/// | `given-up/RUN.plan` | a plan whose run its operator has given up, until that is done |
/// | `journal` | `CustodianJournal` |
/// | `stopped` | is there: nothing is evaluated or proved, and no run is carried on |
package final class CustodianFolder: Sendable {
    /// As it was given.
    package let path: String
    /// The rounds of runs and proofs.
    package let party: CustodianParty<CustodianDirectory>
    /// What was done here.
    package let journal: CustodianJournal
    private let directory: CustodianDirectory
    /// One step of a run at a time.
    let runTurn = Mutex(())

    /// Makes a folder with a new key.
    /// - Throws: `fileFailed`, also where there is one; `randomSourceFailed`.
    /// - Returns: the public key.
    @discardableResult
    package static func create(at path: String) throws(SealedMatchError) -> Bytes32 {
        try LockedDirectory.make(path)
        let key = try SigningKey.random()
        try SourceKeyFile.create(key, at: keyPath(in: path))
        return key.publicKey
    }

    private static func keyPath(in folder: String) -> String { "\(folder)/custodian.key" }

    /// The public key of a folder, whoever works in it.
    /// - Throws: what reading the file throws.
    package static func publicKey(in folder: String) throws(SealedMatchError) -> Bytes32 {
        try SourceKeyFile.readPublic(keyPath(in: folder) + ".pub")
    }

    /// Opens a folder, and takes its lock.
    /// - Throws: `fileFailed`, also if another process has it; `notPrivate`; `damagedJournal`, also where the journal
    ///   lacks what the states know; what reading keys and states throws.
    package init(path: String) throws(SealedMatchError) {
        self.path = path
        let key = try SourceKeyFile.readSecret(Self.keyPath(in: path))
        guard try key.publicKey == Self.publicKey(in: path) else {
            throw SealedMatchError(.setMismatch, "the custodian's two key files are of two keys")
        }
        directory = try CustodianDirectory(path: "\(path)/state")
        let publicKey = key.publicKey
        party = CustodianParty(identity: key, store: directory)
        var kept: [TableID: Kept] = [:]
        for table in try directory.tables() { kept[table] = try party.kept(table) }
        // Before a new one is made in the place of one that is lost.
        if !DurableFile.exists(Self.journalPath(in: path)) { try JournalSteps().check(kept) }
        journal = try CustodianJournal(path: Self.journalPath(in: path), publicKey: publicKey)
        try journal.steps.check(kept)
    }

    /// Where the journal of a folder is.
    package static func journalPath(in folder: String) -> String { "\(folder)/journal" }

    /// Tables of which something is kept.
    /// - Throws: `fileFailed`.
    package func tables() throws(SealedMatchError) -> [TableID] { try directory.tables() }

    /// Where a share is that a record is of.
    package enum Place: Sendable {
        case share(of: TableID)
        /// It was erased.
        case erased
    }

    /// The shares that are here, and that were erased here, by their records' names.
    func places() throws(SealedMatchError) -> [Bytes32: Place] {
        var places: [Bytes32: Place] = [:]
        for table in try tables() {
            let kept = try party.kept(table)
            if let record = kept.record { places[record] = kept.isErased ? .erased : .share(of: table) }
        }
        return places
    }

    // MARK: The stop switch

    private static func stopPath(in folder: String) -> String { "\(folder)/stopped" }

    /// Whether the custodian is stopped.
    package static func isStopped(_ folder: String) -> Bool { DurableFile.exists(stopPath(in: folder)) }

    /// Stops a custodian, a running one from the next request on. It is one file: `touch stopped` does the same.
    /// - Throws: `fileFailed`.
    package static func stop(_ folder: String) throws(SealedMatchError) {
        try DurableFile.write([UInt8](), to: stopPath(in: folder), secret: false)
    }

    /// - Throws: `fileFailed`.
    package static func resume(_ folder: String) throws(SealedMatchError) {
        try LockedDirectory.remove(stopPath(in: folder))
        try DurableFile.syncDirectory(of: stopPath(in: folder))
    }

    // MARK: Plans

    private static func agreedPath(_ table: TableID, in folder: String) -> String {
        "\(folder)/agreed/\(Hexadecimal.text(table.encoded)).plan"
    }

    /// Notes that the operators have compared a plan's name. Only then the run is begun here. An older plan of this
    /// table is not agreed to any more. (Docs/Protocol.md, "Agreed to")
    /// - Parameters:
    ///   - name: what they compared.
    ///   - newKeys: keys of parties that are not in the record that the plan begins from, from their operators.
    /// - Throws: `transcriptMismatch` if the plan has another name; `parameterOutOfRange` if it does not name this
    ///   custodian; `fileFailed`.
    package static func agree(
        to plan: RunPlan, name: Bytes32, newKeys: [Bytes32] = [], in folder: String
    ) throws(SealedMatchError) {
        // Agreed to, step 1
        guard try plan.name() == name else {
            throw SealedMatchError(.transcriptMismatch, "the plan has another name than the operators agreed to")
        }
        _ = try plan.index(of: publicKey(in: folder))
        // Agreed to, step 2
        try remove(givenUpPath(name, in: folder))
        try LockedDirectory.make("\(folder)/agreed")
        try DurableFile.write(
            plan.encoded + newKeys.flatMap(\.bytes), to: agreedPath(plan.tableID, in: folder), secret: true)
    }

    /// The new keys that the operator named when agreeing to a plan; nil if that did not happen, or was withdrawn.
    /// - Throws: `fileFailed`, `notPrivate`, `wrongLength`.
    func agreement(to plan: RunPlan) throws(SealedMatchError) -> Set<Bytes32>? {
        try Self.agreement(to: plan, in: path)
    }

    private static func agreement(
        to plan: RunPlan, in folder: String
    ) throws(SealedMatchError) -> Set<Bytes32>? {
        let file = agreedPath(plan.tableID, in: folder)
        // An older plan of the table may be the longer one.
        let most = 76 + 64 * Int(PartyIndex.maximum)
        guard let bytes = try DurableFile.readIfPresent(file, limit: most, access: .written),
            bytes.starts(with: plan.encoded)
        else { return nil }
        var reader = ByteReader(Array(bytes.dropFirst(plan.encoded.count)))
        var keys: Set<Bytes32> = []
        while reader.remaining > 0 { keys.insert(try reader.bytes32()) }
        return keys
    }

    private static func remove(_ file: String) throws(SealedMatchError) {
        guard DurableFile.exists(file) else { return }
        try LockedDirectory.remove(file)
        try DurableFile.syncDirectory(of: file)
    }

    // MARK: Giving up

    private static func givenUpPath(_ run: Bytes32, in folder: String) -> String {
        "\(folder)/given-up/\(Hexadecimal.text(run.bytes)).plan"
    }

    /// Withdraws what the operator agreed to, if that is this plan, and notes that its run is given up. Whoever works
    /// in the folder does that before the next step of a run.
    /// - Returns: whether the operator had agreed to it.
    /// - Throws: `fileFailed`.
    @discardableResult
    package static func giveUp(_ plan: RunPlan, in folder: String) throws(SealedMatchError) -> Bool {
        let isAgreed = try agreement(to: plan, in: folder) != nil
        try LockedDirectory.make("\(folder)/given-up")
        try DurableFile.write(plan.encoded, to: givenUpPath(plan.name(), in: folder), secret: true)
        if isAgreed { try remove(agreedPath(plan.tableID, in: folder)) }
        return isAgreed
    }

    /// Whether the operator has given up this run, and that is not yet done.
    func isGivenUp(_ plan: RunPlan) throws(SealedMatchError) -> Bool {
        DurableFile.exists(Self.givenUpPath(try plan.name(), in: path))
    }

    /// That it is done.
    func noteGivenUp(_ plan: RunPlan) throws(SealedMatchError) {
        try Self.remove(Self.givenUpPath(plan.name(), in: path))
    }
}
