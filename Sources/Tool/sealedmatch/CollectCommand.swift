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
            Takes the files of an upload directory. Who runs this has authenticated the account; nothing in a file \
            can change whose it is. A file is removed once all of it is stored durably, a registration's too; a \
            refused one stays and is named. A file may hold several registrations back to back; each is answered by \
            itself, and the file stays as long as one is refused. New registrations are of the running epoch, the next \
            one or one of the 64 before, by this machine's clock. The collector holds no secret. Files whose names end \
            otherwise than in .registration or .voucher are left alone, and their number is said.
            """)

    @Option(help: "The collector's SQLite file; made on the first run.") var database: String
    @OptionGroup(title: "The authenticated account") var account: AccountOptions
    @Option(
        name: .customLong("set"), help: "A set whose vouchers are taken; repeat it for more. Any set's unless given.")
    var sets: [String] = []
    @Option(
        help:
            "The account's public identity key: then its registrations must be signed by it, and vouchers are taken only with such a registration."
    )
    var identity: String?
    @Flag(help: "Leave stored files where they are.") var keep = false
    @Argument(help: "The upload directory.") var upload: String

    func run() throws {
        try reportingFailures {
            var policy = CollectorPolicy()
            if !sets.isEmpty {
                policy.knownSets = [:]
                for path in sets {
                    let header = try about(path) { try KeyFiles.productionHeader(path) }
                    policy.knownSets?[try header.root()] = header.parameters
                }
            }
            policy.epochs = try about("the clock") { try CollectorPolicy.epochs(at: currentTime()) }
            let id = try account.id()
            if let identity {
                policy.identities = Ed25519Identities([id: try KeyFiles.readSourcePublic(identity)])
            }
            let store = try about(database) { try CollectorStore(path: database, policy: policy, creation: .ifMissing) }
            let (names, unreadable) = try about(upload) { try Self.names(in: upload) }
            var refused = 0
            var counts = Counts()
            func add(_ outcome: IntakeOutcome) {
                if outcome == .stored { counts.stored += 1 } else { counts.alreadyThere += 1 }
            }
            for file in names where file.hasSuffix(".registration") {
                let path = "\(upload)/\(file)"
                var isWhole = true
                let unread = try refusals(path) {
                    let content = try DurableFile.read(path, limit: Self.registrationLimit)
                    isWhole = try register(content, of: id, path, store, add)
                    if isWhole, !keep { try LockedDirectory.remove(path) }
                }
                refused += isWhole ? unread : 1
            }
            let registered = counts
            counts = Counts()
            let vouchers = names.filter { $0.hasSuffix(".voucher") }
            for name in unreadable {
                Terminal.note("sealedmatch: \(upload)/\(name): the file's name is not UTF-8; rename it")
                refused += 1
            }
            let others = names.filter { !$0.hasSuffix(".registration") && !$0.hasSuffix(".voucher") }
            for start in stride(from: 0, to: vouchers.count, by: 256) {
                let batch = vouchers[start..<min(vouchers.count, start + 256)].map { "\(upload)/\($0)" }
                var contents: [(path: String, bytes: [UInt8])] = []
                for path in batch {
                    refused += try refusals(path) {
                        contents.append((path, try DurableFile.read(path, limit: SealedVoucher.maximumEncodedCount)))
                    }
                }
                let outcomes = try about(database) {
                    try store.store(all: contents.map(\.bytes), authenticatedAs: id)
                }
                for (content, outcome) in zip(contents, outcomes) {
                    refused += try refusals(content.path) { add(try outcome.get()) }
                    guard case .success = outcome else { continue }
                    // Read again before the only other copy goes.
                    guard try about(database, { try store.holds(content.bytes) }) else {
                        throw Failure("\(database): damaged: \(content.path) is not found in it again, and is kept")
                    }
                    if !keep { try about(content.path) { try LockedDirectory.remove(content.path) } }
                }
                Terminal.progress("collect", min(vouchers.count, start + 256), vouchers.count)
            }
            Terminal.print(
                "account \(hexadecimal(id.encoded.bytes).prefix(16))…: vouchers stored \(counts.stored), "
                    + "there already \(counts.alreadyThere); registrations stored \(registered.stored), "
                    + "there already \(registered.alreadyThere); files refused \(refused)")
            if let first = others.first {
                Terminal.note(
                    "left alone: \(count(others.count, "file")) whose names end neither in .registration nor in "
                        + ".voucher, such as \(first)")
            }
            if refused > 0 {
                throw Failure("refused, and left in place: \(refused) of the files in \(upload)")
            }
        }
    }

    /// The folder's names, and of those that are not UTF-8 the ones that would be collected, as they show.
    private static func names(in folder: String) throws -> ([String], unreadable: [String]) {
        var (names, unreadable): ([String], [String]) = ([], [])
        try LockedDirectory.visit(folder) { bytes in
            let shown = String(decoding: bytes, as: UTF8.self)
            if Array(shown.utf8) == bytes {
                names.append(shown)
            } else if shown.hasSuffix(".voucher") || shown.hasSuffix(".registration") {
                unreadable.append(shown)
            }
            return names.count + unreadable.count < 1 << 20
        }
        return (names.sorted(), unreadable.sorted())
    }

    private static let registrationLimit = Registration.maximumEncodedCount * 1_024

    /// Registers what a file holds. What is refused is named by its place, and does not keep those behind it.
    /// - Returns: whether all is registered.
    private func register(
        _ content: [UInt8], of id: AccountID, _ path: String, _ store: CollectorStore, _ add: (IntakeOutcome) -> Void
    ) throws -> Bool {
        var offset = 0
        var refused = 0
        for next in Registration.all(in: content) {
            switch next {
            case .success(let registration):
                refused += try refusals("\(path): at byte \(offset), epoch \(registration.epoch)") {
                    add(try store.register(registration, authenticatedAs: id))
                }
                offset += registration.encoded.count
            case .failure(let error):
                refused += try refusals("\(path): at byte \(offset), and all from there on") { throw error }
            }
        }
        return refused == 0
    }

    private struct Counts {
        var stored = 0
        var alreadyThere = 0
    }

    /// 1 if the work fails because of the file, which is then named; other errors go on. A file that is gone was dealt
    /// with by another process.
    private func refusals(_ path: String, _ work: () throws -> Void) throws -> Int {
        do {
            try work()
            return 0
        } catch let error as SealedMatchError where error.systemError == ENOENT && isGone(path) {
            return 0
        } catch let error as SealedMatchError {
            Terminal.note("sealedmatch: \(Failure(error, path).message)")
            return 1
        }
    }

    /// Whether the folder has no entry of this name any more, not even a link that leads nowhere.
    private func isGone(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) != 0 && errno == ENOENT
    }
}
