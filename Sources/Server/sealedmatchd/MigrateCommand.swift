internal import ArgumentParser
internal import Foundation
internal import Logging
internal import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchMigration
internal import SealedMatchPostgreSQL

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Moves a deployment from SQLite files to JetStream and PostgreSQL.",
        discussion: """
            Stop all roles before. It can be ended and begun again at any moment. At the end the files are marked: no \
            role opens them any more. --settings is the cluster's file. Docs/Operating.md, "Moving to a cluster".
            """)
    @Option(help: "A settings file: a JSON object with the options' names.") var settings: String?
    @Option(help: "The collector's SQLite file, which is moved.") var fromDatabase: String
    @Option(help: "The authority's SQLite file, which is moved.") var fromAuthority: String
    @Option(help: "The collector's SQLite file; or the servers of JetStream, nats://HOST:PORT, with commas between.")
    var database: String?
    @Option(help: "The authority's SQLite file; or PostgreSQL, postgresql://… As secret as the matching keys.")
    var authority: String?
    @OptionGroup(title: "A cluster") var cluster: ClusterSettings
    @Flag(help: "Only compare what was moved with the files.") var check = false
    @Flag(help: "Take the files' marks off: roles open them again. What a cluster took since is not in them.")
    var undo = false
    @Flag(help: "First forget what an earlier run moved that did not end.") var anew = false
    @Flag(help: "Go on without rows that are damaged; they are named.") var skipDamaged = false

    func validate() throws {
        guard [check, undo, anew].count(where: { $0 }) <= 1 else {
            throw ValidationError("--check, --undo and --anew exclude one another")
        }
    }

    func run() async throws {
        try await reportingFailures {
            do throws(MigrationFailure) {
                if undo {
                    let wasMoved = try Migration.undo(collector: fromDatabase, authority: fromAuthority)
                    guard wasMoved else { return print("the files have no marks") }
                    print("roles can open the files again")
                    let warning =
                        "if a role of the cluster has run since the move, there are two deployments now: what the "
                        + "cluster took and opened is not in the files. Stop its roles, and remove its stores by hand, "
                        + "before a role opens the files"
                    FileHandle.standardError.write(Data("sealedmatchd: \(warning)\n".utf8))
                    return
                }
                let progress = Progress()
                let report: MigrationReport
                do {
                    defer { progress.end() }
                    let places: MigrationPlaces
                    do { places = try self.places() } catch { throw .refused("\(error)") }
                    let migration = Migration(places, skipsDamaged: skipDamaged) { progress.show($0, $1) }
                    report = try check ? migration.check() : migration.run(anew: anew)
                }
                guard !report.isOlder else {
                    print("it was moved before: the files are marked, and the cluster is ready")
                    return
                }
                for line in report.lines { print(escaped(line)) }
                print(
                    check
                        ? "the cluster holds what the files hold"
                        : "moved; the files are marked, and the cluster is ready: start its roles")
            } catch {
                throw Failure(lines: error.lines)
            }
        }
    }

    private func places() throws -> MigrationPlaces {
        let file = try SettingsFile(
            settings, known: CommonSettings.names, environment: ProcessInfo.processInfo.environment)
        let logger = Logger(label: "sealedmatchd")
        guard
            case .jetStream(let options) = try CollectorPlace(
                file.text("database", database), cluster, file, logger)
        else { throw Failure("database: a move goes to JetStream: nats://HOST:PORT") }
        guard let text = try file.text("authority", authority), AuthorityPlace.isServer(text) else {
            throw Failure("authority: a move goes to PostgreSQL: postgresql://…")
        }
        let server = try AuthorityPlace.Server(cluster, file)
        return MigrationPlaces(
            collector: fromDatabase, authority: fromAuthority, jetStream: options, postgreSQL: text,
            deployment: server.deployment, keys: server.keys)
    }
}

/// What is being done, on a terminal alone: one line, written anew.
private final class Progress {
    private let isShown = isatty(STDERR_FILENO) == 1
    private var last = ContinuousClock.now
    private var isOpen = false

    func show(_ what: String, _ count: Int) {
        guard isShown, ContinuousClock.now - last > .milliseconds(200) else { return }
        last = .now
        isOpen = true
        FileHandle.standardError.write(Data("\r\u{1b}[K\(what): \(count)".utf8))
    }

    func end() {
        if isOpen { FileHandle.standardError.write(Data("\r\u{1b}[K".utf8)) }
    }
}
