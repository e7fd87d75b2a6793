package import Foundation
internal import Testing

/// A PostgreSQL server of the tests' own, on a Unix socket in a folder of its own. It ends, and its folder goes, when
/// this process does, however that ends.
package final class Server: @unchecked Sendable {
    // All but the process is set once; that is used by the one test that has the server to itself.
    package static let shared = Result { try Server() }

    package let folder: String
    private let lock = NSLock()
    // All that were started: the end of one's pipe would remove the folder.
    private var processes: [Process] = []
    private var held: Pipe?
    private var databases = 0

    package static let programs = "/usr/lib/postgresql/15/bin/"
    private static let user = "sealedmatch"

    /// What runs a program as a user who is not root: PostgreSQL refuses to be. That user must find his name in
    /// /etc/passwd; where he may not read it, root takes his number in a name space of its own.
    private struct Runner {
        var command: [String] = []
        /// Who owns the files, if that is another.
        var owner: (user: uid_t, group: gid_t)?

        init() throws {
            guard geteuid() == 0 else { return }
            let entry = try #require(getpwnam("postgres"), "the user postgres is missing").pointee
            command = ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
            owner = (entry.pw_uid, entry.pw_gid)
            guard (try? Server.run(command + ["/usr/bin/getent", "passwd", "postgres"])) == nil else { return }
            command = ["/usr/bin/unshare", "--user", "--map-user=\(entry.pw_uid)", "--map-group=\(entry.pw_gid)"]
            owner = nil
        }
    }
    private let runner: Runner

    package init() throws {
        try #require(
            FileManager.default.isExecutableFile(atPath: Self.programs + "postgres"),
            "PostgreSQL 15 is missing: make setup-test installs it")
        // Short: a socket's path has at most 107 bytes.
        folder = "/tmp/smpg-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        runner = try Runner()
        if let owner = runner.owner { try #require(chown(folder, owner.user, owner.group) == 0) }
        try Self.run(
            runner.command + [
                Self.programs + "initdb", "--no-sync", "--auth=trust", "--no-locale", "--encoding=UTF8",
                "--username=" + Self.user, "--pgdata=" + folder + "/data",
            ])
        try start()
    }

    /// The server runs below a shell that waits for the end of our pipe, so that none is left behind.
    package func start() throws {
        let process = Process()
        let command =
            runner.command + [
                Self.programs + "postgres", "-D", folder + "/data", "-k", folder, "-c", "listen_addresses=", "-c",
                "max_connections=200", "-c", "shared_buffers=32MB",
            ]
        // A thread of the tests may have blocked signals that the shell waits for.
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            [
                "--default-signal", "/bin/sh", "-c",
                """
                folder=$1; shift; exec 3<&0 >> "$folder/log" 2>&1; "$@" 3<&- & server=$!
                { cat <&3; : > "$folder/over"; kill -QUIT $server; } & waiter=$!
                exec 3<&-; wait $server; kill $waiter; [ ! -e "$folder/over" ] || rm -rf "$folder"
                """, "sh", folder,
            ] + command
        process.standardInput = Pipe()
        try process.run()
        processes.append(process)
        let clock = ContinuousClock()
        let end = clock.now + .seconds(60)
        while !isThere {
            try #require(clock.now < end, "the server did not start; its log: \(log)")
            Thread.sleep(forTimeInterval: 0.05)
        }
    }

    private var isThere: Bool { (try? sql("SELECT 1", in: "postgres")) != nil }
    private var log: String { (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? "" }

    /// A connection string of a new database.
    package func newDatabase() throws -> String {
        let name = lock.withLock {
            databases += 1
            return "test\(databases)"
        }
        try sql("CREATE DATABASE \(name)", in: "postgres")
        return connection(to: name)
    }

    package func connection(to database: String) -> String { "host=\(folder) user=\(Self.user) dbname=\(database)" }

    /// Runs SQL behind the store's back.
    /// - Parameter database: a database's name or connection string.
    @discardableResult
    package func sql(_ sql: String, in database: String) throws -> String {
        let connection = database.contains("=") ? database : connection(to: database)
        return try Self.run([
            Self.programs + "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1",
            "--dbname=" + connection, "--command=" + sql,
        ])
    }

    /// Sets a setting of the whole server: for servers that a test has to itself.
    package func configure(_ setting: String) throws {
        try sql("ALTER SYSTEM SET " + setting, in: "postgres")
        try sql("SELECT pg_reload_conf()", in: "postgres")
        let parts = setting.split(separator: " = ")
        try wait(until: "SELECT current_setting('\(parts[0])') = '\(parts[1])'")
    }

    /// Waits until a query of one truth value gives true.
    package func wait(until query: String) throws {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(120)
        while try sql(query, in: "postgres") != "t\n" {
            try #require(clock.now < end, "never: \(query)")
            Thread.sleep(forTimeInterval: 0.01)
        }
    }

    /// Runs a statement in a transaction that stays open until the process ends.
    package func hold(_ sql: String, in connection: String) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.programs + "psql")
        process.arguments = ["--no-psqlrc", "--quiet", "--tuples-only", "--dbname=" + connection]
        let input = Pipe()
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        input.fileHandleForWriting.write(Data(("BEGIN; " + sql + ";\n").utf8))
        held = input
        try wait(
            until: """
                SELECT count(*) > 0 FROM pg_stat_activity
                WHERE application_name = 'psql' AND state = 'idle in transaction'
                """)
        return process
    }

    /// A dump of a database, as `pg_dump` makes it.
    package func dump(_ database: String) throws -> String {
        let dump = try Self.run([Self.programs + "pg_dump", "--dbname=" + database])
        // Two lines have a word that is drawn for each dump.
        return dump.split(separator: "\n").filter { !$0.contains("restrict ") }.joined(separator: "\n")
    }

    /// Kills the server and all its processes, as a failing machine does, and starts it again.
    package func killAndStart() throws {
        try stop()
        try start()
    }

    /// Kills the server and all its processes.
    package func stop() throws {
        let first = try #require(
            try String(contentsOfFile: folder + "/data/postmaster.pid", encoding: .utf8).split(separator: "\n").first)
        let server = try #require(pid_t(first))
        let all = [server] + Self.children(of: server)
        for process in all { kill(process, SIGKILL) }
        let clock = ContinuousClock()
        let end = clock.now + .seconds(60)
        // The kernel takes its time to give back the memory that they shared.
        while all.contains(where: Self.isRunning) {
            try #require(clock.now < end, "killed processes do not end")
            Thread.sleep(forTimeInterval: 0.01)
        }
    }

    /// Bounds what the server's files may have: beyond it the server finds no room. nil: no bound.
    package func limitFiles(to bytes: Int?) throws {
        let first = try #require(
            try String(contentsOfFile: folder + "/data/postmaster.pid", encoding: .utf8).split(separator: "\n").first)
        let server = try #require(pid_t(first))
        for process in [server] + Self.children(of: server) {
            // The soft limit alone: whoever may lower it may raise it again.
            let limit = bytes.map(String.init) ?? "unlimited"
            try Self.run(
                runner.command + ["/usr/bin/prlimit", "--pid=\(process)", "--fsize=\(limit):unlimited"])
        }
    }

    private static func children(of parent: pid_t) -> [pid_t] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap { pid_t($0) }.filter { status(of: $0)?.parent == parent }
    }

    /// One that nobody has waited for, a zombie, holds nothing.
    private static func isRunning(_ process: pid_t) -> Bool { status(of: process).map { $0.state != "Z" } ?? false }

    private static func status(of process: pid_t) -> (state: String, parent: pid_t)? {
        // "pid (name) state parent …"
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let fields = text.split(separator: ")").last?.split(separator: " "), fields.count > 1,
            let parent = pid_t(fields[1])
        else { return nil }
        return (String(fields[0]), parent)
    }

    @discardableResult
    package static func run(_ command: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let complaint = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(text: command[0] + ": " + String(decoding: complaint, as: UTF8.self))
        }
        return String(decoding: text, as: UTF8.self)
    }

    package struct Failure: Error, CustomStringConvertible {
        let text: String
        package var description: String { text }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }
}
