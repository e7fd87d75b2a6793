internal import ArgumentParser
internal import SealedMatchSQLite

struct OpenedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "opened", abstract: "Shows how much was opened, by epoch and set: what statistics in the log say.",
        discussion: """
            An epoch is the one that ran when vouchers were opened, not the one that they were sealed in. What was \
            opened again was counted again, as custodians count it in their journals (`authority journal --epoch`).
            """)

    @Option(help: "The authority's SQLite file.") var authority: String
    @Flag(help: "Print one JSON object a line.") var json = false

    func run() throws {
        try reportingFailures {
            let store = try about(authority) { try AuthorityStore(path: authority, creation: .never) }
            let counts = try about(authority) { try store.opened() }
            try about(authority) { try store.close() }
            for opened in counts {
                let root = hexadecimal(opened.root.encoded.bytes)
                if json {
                    Terminal.print(
                        "{\"epoch\":\(opened.epoch),\"set\":\"\(root)\","
                            + "\"vouchers\":\(opened.vouchers),\"slots\":\(opened.slots)}")
                } else {
                    Terminal.print(
                        "epoch \(opened.epoch)  set \(root)  \(count(Int(opened.vouchers), "voucher"))  "
                            + count(Int(opened.slots), "slot"))
                }
            }
            if counts.isEmpty { Terminal.note("nothing was opened yet") }
        }
    }
}
