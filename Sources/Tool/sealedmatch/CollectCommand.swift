internal import ArgumentParser
internal import SealedMatchCollector
internal import Foundation
internal import SealedMatchProtocol
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchSQLite

struct CollectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect", abstract: "Stores an account's registration and vouchers in the collector's database.",
        discussion: """
            Takes the files of an upload directory. Who runs this has authenticated the account; nothing in a file can change whose it is. \
            A file is removed once it is stored durably; a refused one stays and is named. The collector holds no secret.
            """)

    @Option(help: "The collector's SQLite file; made on the first run.") var database: String
    @Option(help: "The authenticated account: 64 hexadecimal digits, or any name.") var account: String
    @Option(
        name: .customLong("set"), parsing: .upToNextOption,
        help: "Sets whose vouchers are taken; any set's unless given.")
    var sets: [String] = []
    @Flag(help: "Leave stored files where they are.") var keep = false
    @Argument(help: "The upload directory.") var upload: String

    func run() throws {
        try reportingFailures {
            var policy = CollectorPolicy()
            if !sets.isEmpty {
                policy.knownSets = [:]
                for path in sets {
                    let header = try about(path) { try SetFile(path: path).header }
                    policy.knownSets?[try header.root()] = header.parameters
                }
            }
            let store = try about(database) { try CollectorStore(path: database, policy: policy, creation: .ifMissing) }
            let name = try KeyFiles.account(account)
            let names = try about(upload) { try LockedDirectory.names(in: upload, limit: 1 << 20) }.sorted()
            var refused = 0
            for file in names where file.hasSuffix(".registration") {
                refused += try refusals("\(upload)/\(file)") {
                    let content = try DurableFile.read("\(upload)/\(file)", limit: Registration.encodedCount)
                    _ = try store.register(Registration(canonical: content), authenticatedAs: name)
                }
            }
            var stored = 0
            let vouchers = names.filter { $0.hasSuffix(".voucher") }
            for start in stride(from: 0, to: vouchers.count, by: 256) {
                let batch = vouchers[start..<min(vouchers.count, start + 256)].map { "\(upload)/\($0)" }
                var contents: [(path: String, bytes: [UInt8])] = []
                for path in batch {
                    refused += try refusals(path) {
                        contents.append((path, try DurableFile.read(path, limit: SealedVoucher.maximumEncodedCount)))
                    }
                }
                let outcomes = try about(database) {
                    try store.store(all: contents.map(\.bytes), authenticatedAs: name)
                }
                for (content, outcome) in zip(contents, outcomes) {
                    refused += try refusals(content.path) { _ = try outcome.get() }
                    guard case .success = outcome else { continue }
                    stored += 1
                    if !keep { try about(content.path) { try LockedDirectory.remove(content.path) } }
                }
                Terminal.progress("collect", min(vouchers.count, start + 256), vouchers.count)
            }
            Terminal.print(
                "stored \(stored) vouchers of account \(hexadecimal(name.encoded.bytes).prefix(16))…, refused \(refused)"
            )
            if refused > 0 {
                throw Failure("\(refused) files were refused and are where they were", code: Failure.badData)
            }
        }
    }

    /// 1 if the work fails because of the file, which is then named; other errors go on.
    private func refusals(_ path: String, _ work: () throws -> Void) throws -> Int {
        do {
            try work()
            return 0
        } catch let error as SealedMatchError {
            Terminal.note("sealedmatch: \(Failure(error, path).message)")
            return 1
        }
    }
}
