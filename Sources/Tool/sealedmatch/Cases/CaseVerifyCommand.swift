internal import ArgumentParser
internal import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchSQLite

struct CaseVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Checks every event of a library or of an export.",
        discussion: """
            Each event's hash, place and signature, that the rules allow it, and that lists say what events say. Prints \
            the end of the chain, NUMBER:HASH: keep it elsewhere. --kept compares with one that was kept, and finds \
            that events behind it were taken away. Without --public-key anybody may have made the chain.
            """)

    @Option(help: "The library's file.") var library: FileName?
    @Option(help: "An export, in place of a library.") var events: FileName?
    @Option(name: .customLong("public-key"), help: "The library's public key file.") var key: String?
    @Option(help: "An end of the chain that was kept, NUMBER:HASH.") var kept: String?

    func validate() throws {
        guard (library == nil) != (events == nil) else { throw ValidationError("either --library or --events") }
        guard kept.map({ Self.head($0) != nil }) ?? true else { throw ValidationError("--kept is NUMBER:HASH") }
    }

    private static func head(_ text: String) -> ChainHead? {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let number = UInt64(parts[0]),
            let hash = bytes(hexadecimal: parts[1]).flatMap({ try? Bytes32(exactly: $0) })
        else { return nil }
        return ChainHead(number: number, hash: hash)
    }

    func run() throws {
        try reportingFailures {
            try Sodium.start()
            let key = try key.map { try KeyFiles.readSourcePublic($0) }
            let kept = kept.flatMap { Self.head($0) }
            let head: ChainHead
            let subject = (library ?? events)?.description ?? ""
            do {
                if let library {
                    let store = try about(subject) {
                        try CaseStore(path: library.text)
                    }
                    head = try about(subject) { try store.verify(key: key, kept: kept) }
                } else {
                    head = try verify(key, kept, subject)
                }
            } catch let failure as Failure {
                throw Failure(failure.message, code: failure.code == Failure.badData ? Failure.negative : failure.code)
            }
            Terminal.print("\(count(Int(head.number), "event")), all as they were signed")
            Terminal.print("\(head.number):\(hexadecimal(head.hash.bytes))")
        }
    }

    private func verify(_ key: Bytes32?, _ kept: ChainHead?, _ subject: String) throws -> ChainHead {
        guard let events else { return .none }
        let file = try about(subject) { try MappedFile(path: events.text, limit: .max) }
        var chain = CaseChain(key: key, kept: kept)
        for (place, line) in file.bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
            try about("\(subject), line \(place + 1)") { try chain.take(CaseRecord(line: Array(line))) }
        }
        try about(subject) { try chain.finish() }
        return chain.head
    }
}
