internal import Foundation
internal import SealedMatchCrypto
internal import SealedMatchCustodians
internal import SealedMatchFiles
internal import SealedMatchProtocol

/// The messages of a run in a folder that the operators share, or copy between their machines. `2-03.smp` is what party
/// 3 said in round 2; `TABLE.record` is the record at the end, which is enough by itself; `base.record` that which a
/// recovery begins from.
struct RunFolder {
    let path: String
    var messages: RunMessages

    static func readPlan(_ path: String) throws -> RunPlan {
        try about(path) { try RunPlan(canonical: DurableFile.read(path, limit: 4_096)) }
    }

    /// Reads all that is there.
    init(_ path: String, plan: RunPlan) throws {
        self.path = path
        messages = RunMessages(plan)
        try about(path) { try LockedDirectory.make(path, mode: 0o755) }
        if plan.kind == .recovery {
            let base = "\(path)/base.record"
            messages.base = try about(base) { try CustodianWays.readRecord(base) }
        }
        for round in messages.rounds {
            for party in messages.senders(round) {
                let file = name(round, party)
                let limit = messages.encodedCount(round, of: party)
                messages[round, party] = try about(file) { try DurableFile.readIfPresent(file, limit: limit) }
            }
        }
        try readRecord()
    }

    /// The record that the run has made, if it is here. Another one, or one that not all have signed, is told of.
    private mutating func readRecord() throws {
        let file = recordName
        guard messages.plan.kind != .recovery,
            let bytes = try about(
                file, { try DurableFile.readIfPresent(file, limit: CustodianRecord.maximumCount) })
        else { return }
        do {
            let record = try about(file) { try CustodianRecord(canonical: bytes) }
            guard record.plan == messages.plan else { throw Failure("\(file): the record of another run") }
            try aboutCustodians(file) { () throws(CustodianError) in try record.verify() }
            messages = RunMessages(record)
        } catch let failure as Failure {
            Terminal.note("sealedmatch: \(failure.message)")
        }
    }

    private var recordName: String { "\(path)/\(hexadecimal(messages.plan.tableID.encoded)).record" }

    private func name(_ round: Int, _ party: PartyIndex) -> String {
        "\(path)/\(round)-\(party.number < 10 ? "0" : "")\(party.number).smp"
    }

    /// Puts a message into the folder. One that is there stays: a party says one thing.
    mutating func put(_ message: [UInt8], round: Int, of party: PartyIndex) throws {
        let file = name(round, party)
        if let there = messages[round, party] {
            guard there == message else {
                let other = "\(file.dropLast(4))-other.smp"
                try about(other) { try DurableFile.write(message, to: other, secret: false) }
                throw Failure(
                    "\(file): party \(party.number) has said something else here, \(other): `authority judge`")
            }
            return
        }
        try about(file) { try DurableFile.write(message, to: file, secret: false) }
        messages[round, party] = message
    }

    /// Keeps evidence against a party: a complaint that shows something.
    func put(complaint: [UInt8]) throws -> String {
        let file = complaintName(try PartyIndex(complaint[4]), try PartyIndex(complaint[5]))
        try about(file) { try DurableFile.write(complaint, to: file, secret: false) }
        return file
    }

    private func complaintName(_ accuser: PartyIndex, _ accused: PartyIndex) -> String {
        "\(path)/complaint-\(accuser.number)-\(accused.number).smp"
    }

    /// A complaint that is here, and who is wrong by it, if one is: then nobody goes on with the run. What proves
    /// nothing is told of, and changes nothing.
    func evidence() throws -> (party: PartyIndex, file: String, complaint: [UInt8])? {
        let plan = messages.plan
        for accuser in plan.dealers {
            for accused in plan.dealers where accused != accuser {
                let file = complaintName(accuser, accused)
                guard
                    let complaint = try about(
                        file, { try DurableFile.readIfPresent(file, limit: RunMessages.maximumCount) })
                else { continue }
                do {
                    return (try Complaint.judge(complaint, plan), file, complaint)
                } catch {
                    Terminal.note(
                        "\(file): this complaint proves nothing: \(error.reason) [error \(error.code.rawValue)]")
                }
            }
        }
        return nil
    }

    /// Why nobody goes on, for people.
    static func dead(_ wrong: PartyIndex, _ file: String) -> Failure {
        Failure(
            "party \(wrong.number) is wrong; the run is dead. \(file) shows it to everybody", code: Failure.negative)
    }

    /// Writes the record that the run made. It stands for all messages from here on.
    mutating func put(_ record: CustodianRecord) throws -> String {
        let file = recordName
        try about(file) { try DurableFile.write(record.encoded, to: file, secret: false) }
        messages = RunMessages(record)
        return file
    }

    /// What the run waits for, for people.
    var waiting: String {
        guard let missing = messages.missing else { return "all have spoken" }
        return "round \(missing.round) waits for party "
            + missing.parties.map { "\($0.number)" }.joined(separator: ", ")
    }
}
