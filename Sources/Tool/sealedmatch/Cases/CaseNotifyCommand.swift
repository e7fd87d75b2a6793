internal import ArgumentParser
internal import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchProtocol
internal import SealedMatchSQLite

struct CaseNotifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notify", abstract: "Makes the orders with which the collector tells an account of its reveal.",
        discussion: """
            Writes one order for each set of the case, CASE-KIND-ROOT.order: a JSON object with `set`, `kind` and \
            `request`, the case's request in hexadecimal digits. Give it to whoever runs the collector \
            (Docs/Operating.md, "Notices to accounts"). The policy says which notices there are, and when. Orders are \
            as secret as the request.
            """)

    @OptionGroup var actor: ActorOptions
    @OptionGroup var number: CaseNumber
    @Option(help: "notConfirmed or revealed.") var kind: CaseNotice.Kind
    @Option(help: "The case's request, PSEUDONYM-EPOCH.request, which `reveal` wrote.") var request: FileName
    @Option(help: "Directory for the orders; made if it is missing.") var orders: String
    @Option(help: "Why.") var why = ""

    private struct Order: Encodable {
        let set: String
        let kind: String
        let request: String
    }

    func run() throws {
        try reportingFailures {
            let path = request.description
            let store = try actor.library.store()
            let subject = "case \(number.number)"
            let found = try about(subject) { try store.read(number.number) }
            let request = try about(path) {
                try ResolutionRequest(
                    canonical: DurableFile.read(self.request.text, limit: ResolutionRequest.encodedCount))
            }
            guard request.pseudonym.encoded == found.pseudonym, request.epoch == found.epoch else {
                throw Failure("\(path): the request is of another case")
            }
            let signer = try EventKey(actor.key)
            try about(orders) { try LockedDirectory.make(orders) }
            for root in found.roots {
                let notice = CaseNotice(kind: kind, root: root)
                let place = "\(orders)/\(number.number)-\(kind.rawValue)-\(hexadecimal(root.bytes)).order"
                // The event comes first: whoever is killed here has an event without a file, and makes the file again.
                if !found.notices.contains(notice) {
                    _ = try about(subject) {
                        try store.append(
                            CaseEvent(by: actor.person, time: currentTime(), why: why, .notified(notice)),
                            to: number.number, key: signer.key)
                    }
                }
                let order = Order(
                    set: hexadecimal(root.bytes), kind: kind.rawValue, request: hexadecimal(request.encoded))
                let bytes = Array(try Terminal.json(order).utf8) + [UInt8(ascii: "\n")]
                try about(place) { try DurableFile.write(bytes, to: place, secret: true) }
                Terminal.print("ORDERED  \(kind.rawValue)  set \(order.set.prefix(16))…  \(place)")
            }
            try about(actor.library.library.description) { try store.close() }
        }
    }
}
