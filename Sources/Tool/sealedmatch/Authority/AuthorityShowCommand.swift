internal import ArgumentParser
internal import SealedMatchCrypto
internal import SealedMatchCustodians

struct AuthorityShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows what a custodian has and does: its key, tables, policies and counts.")

    @Argument(help: "The custodian's folder.") var folder: String

    func run() throws {
        try reportingFailures {
            try Sodium.start()
            let custodian = try about(folder) { try CustodianFolder(path: folder) }
            Terminal.print("key      \(hexadecimal(custodian.party.publicKey.bytes))")
            Terminal.print("stopped  \(CustodianFolder.isStopped(folder) ? "yes" : "no")")
            for table in try about(folder, { try custodian.tables() }) {
                Terminal.print("table    \(hexadecimal(table.encoded))")
                do throws(CustodianError) {
                    let share = try custodian.party.share(of: table)
                    Terminal.print(
                        "  share  party \(share.party.number) of \(share.record.plan.count), "
                            + "\(share.record.threshold) needed; record \(hexadecimal(share.record.name.bytes))")
                } catch {
                    switch error.code {
                    case .unknownSet: Terminal.print("  share  none: no run has ended here")
                    case .keyErased: Terminal.print("  share  erased")
                    default: throw Failure(error, folder)
                    }
                }
                let givenUp = try aboutCustodians(folder) { () throws(CustodianError) in
                    try custodian.party.givenUp(table)
                }
                for run in givenUp {
                    Terminal.print("  run    \(hexadecimal(run.bytes)) was given up, and its record can still end it")
                }
                guard let policy = try about(folder, { try CustodianPolicy.read(table, in: folder) }) else {
                    Terminal.print("  policy none: nothing is evaluated")
                    continue
                }
                Terminal.print(
                    "  slots  \(custodian.journal.total(table)) of \(policy.slots), \(policy.rate) a second; "
                        + "until \(policy.until) (\(policy.until < currentTime() ? "over" : "runs"))")
                for key in policy.coordinators { Terminal.print("  for    \(hexadecimal(key.bytes))") }
            }
        }
    }
}
