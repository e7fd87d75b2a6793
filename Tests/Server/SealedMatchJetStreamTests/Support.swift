import Foundation
import SealedMatchAuthority
import SealedMatchCollector
import SealedMatchCrypto
import SealedMatchJetStream
import SealedMatchProtocol
import SealedMatchServerTestSupport
import SealedMatchTesting
import Testing

/// One cluster for the tests that end none of its servers.
enum Shared {
    static let cluster = Result { try Cluster() }
}

/// A deployment of its own on a cluster, with an account that is registered in epoch 7.
struct Deployment {
    var options: JetStreamOptions
    let intake: JetStreamIntake
    let queue: JetStreamQueue
    let registration: Registration

    init(on cluster: Cluster, _ change: (inout JetStreamOptions) -> Void = { _ in }) async throws {
        options = cluster.options()
        change(&options)
        try JetStreamIntake.setUp(options)
        intake = try JetStreamIntake(options)
        queue = try JetStreamQueue(options)
        registration = try OpenableVouchers.registration(1, epoch: 7)
        _ = try await intake.register(registration, authenticatedAs: registration.account)
    }

    var name: AccountEpoch { AccountEpoch(pseudonym: registration.pseudonym, epoch: registration.epoch) }

    /// Stores vouchers of the account.
    func store(_ count: Int, _ vouchers: inout OpenableVouchers) async throws -> [[UInt8]] {
        let made = try (0..<count).map { _ in try vouchers.voucher(name) }
        let outcomes = try await intake.store(all: made, authenticatedAs: registration.account)
        try #require(outcomes.allSatisfy { $0 == .success(.stored) })
        return made
    }

    func service<Queue: VoucherQueue, Store: OpeningStore>(
        _ queue: Queue, _ store: Store, _ sets: [MatchingSet<LocalEvaluator>]
    ) -> QueueOpeningService<Queue, Store, LocalEvaluator> {
        QueueOpeningService(queue: queue, store: store, opener: VoucherOpener(sets))
    }
}

extension QueueOpeningService {
    /// Opens until so many vouchers were looked at or messages set aside, also where a server is a moment behind.
    func open(_ count: Int) throws -> OpeningProgress {
        try openPending(
            waiting: 30, progress: { $0.vouchers + $0.setAside < count ? .proceed : .stop })
    }
}

/// IDs of vouchers with openings, each as often as it has one.
func openedIDs(_ store: some OpeningStore) throws -> [String] {
    try store.accounts().accounts.flatMap { account in
        try account.forms.flatMap { form in
            try store.openings(of: account.name, form.form).openings.map { $0.opening.header.voucherID.text }
        }
    }
}

extension VoucherID {
    var text: String { encoded.map { String(format: "%02x", $0) }.joined() }
}

extension [UInt8] {
    /// Of a voucher.
    var voucherID: String {
        get throws { try SealedVoucher(canonical: self).header.voucherID.text }
    }
}

/// Waits until something holds, for as long as a test may take.
func eventually(_ what: Comment, _ holds: () async throws -> Bool) async throws {
    for _ in 0..<600 {
        if try await holds() { return }
        try await Task.sleep(for: .milliseconds(50))
    }
    Issue.record(what)
}
