internal import ArgumentParser
internal import SealedMatchProtocol
internal import SealedMatchSQLite

struct ExpireCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "expire", abstract: "Has the collector forget whole epochs, for good.",
        discussion: """
            Registrations and vouchers of epochs before the one given are forgotten, and refused from now on; this \
            makes room for accounts that have registered 64 epochs. Open and reveal first: a voucher that was not \
            opened is lost. What was opened can be revealed later, too; but no name of an expired epoch is ever released, \
            so `resolve` what is to be resolved before. Vouchers that still wait at a client are refused then: keep the \
            last three epochs at least. The running epoch and later ones cannot be expired.
            """)

    @Option(help: "The collector's SQLite file.") var database: String
    @Option(help: "The first epoch that stays: 30 days each, counted from 1970.") var before: UInt32

    func run() throws {
        try reportingFailures {
            let running = try about("the clock") { try Parameters.epoch(at: currentTime()) }
            guard before <= running else {
                throw Failure(
                    "--before \(before): the running epoch is \(running); at most the epochs before it expire",
                    code: .validationFailure)
            }
            let counts = try about(database) { try CollectorStore(path: database).expire(before: before) }
            Terminal.print(
                "epochs before \(before): forgot \(count(counts.vouchers, "voucher")) and "
                    + count(counts.registrations, "registration"))
        }
    }
}
