internal import ArgumentParser
internal import SealedMatchCrypto
internal import SealedMatchCustodians

struct AuthorityCarryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "carry",
        abstract: "Carries a run's messages between running custodians, until all have their shares.",
        discussion: """
            Each operator has agreed to the plan before. Whoever carries them is trusted with nothing: messages are \
            signed. They are kept in a folder, so that the command can be given again, and parties that are offline can \
            take part by `authority run`. A party that has the record is enough for those that have confirmed, also \
            where they gave the run up.
            """)

    @Option(help: "The plan.") var plan: String
    @Option(help: "The folder of messages.") var messages: String
    @OptionGroup var custodians: CustodianOptions

    func run() throws {
        try reportingFailures {
            try Sodium.start()
            let plan = try RunFolder.readPlan(plan)
            var files = try RunFolder(messages, plan: plan)
            let ways = try custodians.ways()
            var lines: [PartyIndex: CustodianLine] = [:]
            for line in ways.lines {
                lines[try about(line.name) { try plan.index(of: line.publicKey) }] = line
            }
            // With all that was said to the end, whoever complains has said so himself.
            if files.messages.missing != nil, let wrong = try files.evidence(), try !findRecord(&files, lines) {
                throw RunFolder.dead(wrong.party, wrong.file)
            }
            for round in files.messages.rounds where files.messages.made == nil {
                try ask(round, &files, lines)
                guard files.messages.made != nil || files.messages.all(round) != nil else {
                    return Terminal.print(files.waiting)
                }
            }
            try finish(plan, &files, lines)
        }
    }

    /// Has each party say what it has not said in a round. Who has the record gives that, and it is enough. So in the
    /// last round all are asked: somebody may have all confirmations, and others none of one's.
    private func ask(_ round: Int, _ files: inout RunFolder, _ lines: [PartyIndex: CustodianLine]) throws {
        var failure: Failure?
        for party in files.messages.senders(round) where files.messages[round, party] == nil || round == 3 {
            guard let line = lines[party] else { continue }
            let message: [UInt8]
            do {
                message = try aboutAnswer(line) { () throws(CustodianError) in try line.run(files.messages) }
            } catch let error as Failure where round == 3 {
                if files.messages[round, party] == nil { failure = failure ?? error }
                continue
            }
            if message.starts(with: Array("SMP5".utf8)) { throw try complained(line, message, &files) }
            guard !message.isEmpty else {
                throw Failure("\(line.name): the custodian does not go on with this run; see its log")
            }
            if message.starts(with: CustodianRecord.magic) { return try take(message, line, &files) }
            // What everybody can see is seen here: no wrong message goes to the others.
            try aboutCustodians(line.name) { () throws(CustodianError) in
                try files.messages.check(message, round: round, of: party)
            }
            try files.put(message, round: round, of: party)
        }
        if let failure { throw failure }
    }

    /// Whether a party has the record, though somebody complains: then that one lied, and has confirmed what it
    /// complains of. What is asked with makes no party go on: all have dealt, else there was nothing to complain of.
    private func findRecord(_ files: inout RunFolder, _ lines: [PartyIndex: CustodianLine]) throws -> Bool {
        let plan = files.messages.plan
        guard plan.kind != .recovery, files.messages.all(2) != nil else { return false }
        var first = RunMessages(plan)
        for party in plan.members { first[1, party] = files.messages[1, party] }
        for line in lines.values {
            guard let said = try? line.run(first), said.starts(with: CustodianRecord.magic) else { continue }
            try take(said, line, &files)
            return true
        }
        return false
    }

    /// Takes a record that a party has for the messages that are not here.
    private func take(_ bytes: [UInt8], _ line: CustodianLine, _ files: inout RunFolder) throws {
        let record = try about(line.name) { try CustodianRecord(canonical: bytes) }
        guard record.plan == files.messages.plan else { throw Failure("\(line.name): the record of another run") }
        try aboutCustodians(line.name) { () throws(CustodianError) in try record.verify() }
        _ = try files.put(record)
    }

    /// Lets each party take what was said, and compares the records. One that does not take it keeps no other from its
    /// share.
    private func finish(_ plan: RunPlan, _ files: inout RunFolder, _ lines: [PartyIndex: CustodianLine]) throws {
        var failure: Failure?
        for party in plan.kind == .recovery ? plan.lost.map({ [$0] }) ?? [] : plan.parties {
            guard let line = lines[party] else { continue }
            do {
                let bytes = try aboutAnswer(line) { () throws(CustodianError) in try line.run(files.messages) }
                let record = try aboutCustodians(messages) { () throws(CustodianError) in
                    try files.messages.record()
                }
                guard try about(line.name, { try CustodianRecord(canonical: bytes) }).name == record.name else {
                    throw Failure("\(line.name): party \(party.number) has another record than this run makes")
                }
                if plan.kind != .recovery { _ = try files.put(record) }
                Terminal.print("party \(party.number) has its share of record \(hexadecimal(record.name.bytes))")
            } catch let error as Failure {
                Terminal.note("sealedmatch: \(error.message)")
                failure = error
            }
        }
        if let failure {
            throw Failure("not all parties have their shares: carry again when that is mended", code: failure.code)
        }
    }

    /// Keeps a complaint, if it shows something, and says who is wrong.
    private func complained(_ line: CustodianLine, _ complaint: [UInt8], _ files: inout RunFolder) throws -> Failure {
        let plan = files.messages.plan
        let wrong = try about(line.name) { try Complaint.judge(complaint, plan) }
        return RunFolder.dead(wrong, try files.put(complaint: complaint))
    }

    /// Names who says it: a custodian can blame whom it likes.
    private func aboutAnswer(
        _ line: CustodianLine, _ work: () throws(CustodianError) -> [UInt8]
    ) throws -> [UInt8] {
        do throws(CustodianError) {
            return try work()
        } catch {
            throw error.party.map { Failure(error.error, "\(line.name) says of party \($0.number)") }
                ?? Failure(error.error, line.name)
        }
    }
}
