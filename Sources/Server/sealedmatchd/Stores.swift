internal import Logging
internal import SealedMatchCrypto
internal import SealedMatchFront

/// The two stores that opening and revealing work on.
struct Stores {
    let vouchers: VoucherPlace
    let authority: AuthorityPlace
    /// The collector's file belongs to the front of this process.
    private let isShared: Bool

    /// Opens both.
    /// - Parameter role: this process's own front, whose file is used where it has one.
    init(
        _ place: CollectorPlace, beside role: CollectorRole? = nil, _ authority: AuthoritySettings,
        _ cluster: ClusterSettings, _ file: SettingsFile, _ logger: Logger
    ) throws {
        let kept = try AuthorityPlace(authority, cluster, file, logger)
        if case .file = place, kept.isFile {
            try file.refuse(
                [("deployment", cluster.deployment)], "is for JetStream and PostgreSQL, and both stores are files")
        }
        isShared = role?.store != nil
        vouchers = try role?.store.map { .file($0) } ?? VoucherPlace(place)
        self.authority = kept
    }

    /// Looks at servers, again and again. A file of this machine is looked at by whoever works on it.
    /// - Parameter beside: whether a front of this process looks at JetStream.
    func looks(_ process: RunningProcess, beside: Bool = false) -> [Loop] {
        var looks: [Loop] = []
        if case .queue(let queue) = vouchers, !beside {
            looks.append(.look("JetStream", process) { () throws(SealedMatchError) in try queue.check() })
        }
        if let check = authority.check { looks.append(.look("PostgreSQL", process, check)) }
        return looks
    }

    /// Before the process ends.
    func close() throws {
        if !isShared { try vouchers.close() }
        try about(authority.name) { try authority.close() }
    }
}

extension Loop {
    /// Sees every few seconds that a server does what is asked of it: `/readyz` says what is wrong, also while the role
    /// has nothing to do, and that it works again.
    static func look(
        _ name: String, _ process: RunningProcess, _ check: @escaping @Sendable () throws(SealedMatchError) -> Void
    ) -> Loop {
        Loop(
            name, every: .seconds(5), failing: .seconds(5), logger: process.logger, readiness: process.readiness
        ) { _ in try about(name) { try check() } }
    }
}

extension SetShelf {
    /// The sets of a role. Sets for tests are refused here, for all roles alike.
    init(_ settings: CollectorSettings, _ file: SettingsFile) throws {
        let paths = try file.list("set", settings.sets)
        guard !paths.isEmpty else { throw Failure("set: at least one set file is needed") }
        for path in paths { try checkTrusted(path) }
        do throws(SetShelf.Unusable) {
            self = try SetShelf(paths, allowsTestSets: settings.allowTestSets)
        } catch {
            throw Failure(error.error, error.path)
        }
    }
}
