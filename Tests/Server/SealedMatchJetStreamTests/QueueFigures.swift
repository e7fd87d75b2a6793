import Foundation
import SealedMatchAuthority
import SealedMatchCollector
import SealedMatchCrypto
import SealedMatchJetStream
import SealedMatchProtocol
import SealedMatchSQLite
import SealedMatchTestSupport
import SealedMatchServerTestSupport
import SealedMatchTesting
import Synchronization
import Testing

/// What the queue bears, as JSON rows. It runs when `SEALEDMATCH_QUEUE_FIGURES` says how many seconds each row takes;
/// servers, fronts and openers share the machine. Nothing is asserted but that nothing is lost.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["SEALEDMATCH_QUEUE_FIGURES"] != nil))
struct QueueFigures {
    private var seconds: Double {
        Double(ProcessInfo.processInfo.environment["SEALEDMATCH_QUEUE_FIGURES"] ?? "") ?? 5
    }

    private func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }

    private func percentile(_ sorted: [Double], _ part: Double) -> String {
        guard !sorted.isEmpty else { return "null" }
        return String(format: "%.1f", sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))] * 1_000)
    }

    @Test func figures() async throws {
        let cluster = try Cluster(maximumStore: "8GB")
        for (batch, callers) in [(1, 16), (1, 256), (32, 32)] { try await intake(cluster, batch, callers) }
        for openers in 1...2 {
            try await drain(cluster, openers, isOpening: false)
            try await drain(cluster, openers, isOpening: true)
        }
    }

    private func intake(_ cluster: Cluster, _ batch: Int, _ callers: Int) async throws {
        let deployment = try await Deployment(on: cluster)
        var vouchers = try OpenableVouchers(seed: 1, isSmall: false)
        let batches = try (0..<64).map { _ in try (0..<batch).map { _ in try vouchers.voucher(deployment.name) } }
        let (intake, account) = (deployment.intake, deployment.registration.account)
        _ = try await intake.store(all: batches[0], authenticatedAs: account)
        let begin = now()
        let end = begin + seconds
        let latencies = try await withThrowingTaskGroup(of: [Double].self) { group in
            for caller in 0..<callers {
                group.addTask {
                    var (latencies, call): ([Double], Int) = ([], caller)
                    while now() < end {
                        let asked = now()
                        let outcomes = try await intake.store(all: batches[call % 64], authenticatedAs: account)
                        #expect(outcomes.allSatisfy { $0 == .success(.stored) })
                        latencies.append(now() - asked)
                        call += 1
                    }
                    return latencies
                }
            }
            return try await group.reduce(into: [Double]()) { $0 += $1 }
        }.sorted()
        let took = now() - begin
        let frames = try deployment.queue.depth().new
        print(
            """
            {"row": "intake", "replicas": 3, "batch": \(batch), "callers": \(callers), "bytes": \(batches[0][0].count), \
            "vouchersPerSecond": \(Int(Double(latencies.count * batch) / took)), "frames": \(frames), \
            "p50Milliseconds": \(percentile(latencies, 0.5)), "p99Milliseconds": \(percentile(latencies, 0.99))}
            """)
    }

    private func drain(_ cluster: Cluster, _ openers: Int, isOpening: Bool) async throws {
        let deployment = try await Deployment(on: cluster)
        // All slots hold points, of which one in 255 opens: the work of real vouchers.
        var vouchers = try OpenableVouchers(seed: 1, level: 255, isSmall: false)
        let count = isOpening ? 4_096 : 16_384
        for _ in 0..<(count / 64) {
            let batch = try (0..<64).map { _ in try vouchers.voucher(deployment.name, slots: nil) }
            _ = try await deployment.intake.store(all: batch, authenticatedAs: deployment.registration.account)
        }
        let scratch = TemporaryDirectory()
        let store = try AuthorityStore(path: scratch.file("authority.sqlite"), creation: .always)
        let done = Atomic(0)
        let queues = try (0..<openers).map { _ in try JetStreamQueue(deployment.options) }
        let matching = try (0..<openers).map { _ in try vouchers.matching() }
        let begin = now()
        DispatchQueue.concurrentPerform(iterations: openers) { index in
            let service = deployment.service(queues[index], store, [matching[index]])
            while done.load(ordering: .relaxed) < count {
                if !isOpening {
                    // The queue alone.
                    guard let leases = try? queues[index].lease(.new, limit: 256, waiting: 0.05) else { break }
                    done.add(leases.reduce(0) { $0 + $1.vouchers.count }, ordering: .relaxed)
                    do { try queues[index].acknowledge(leases) } catch { Issue.record(error) }
                    continue
                }
                var before = 0
                let result = try? service.openPending(waiting: 0.05) { progress in
                    done.add(progress.vouchers - before, ordering: .relaxed)
                    before = progress.vouchers
                    return .proceed
                }
                if result == nil {
                    Issue.record("an opener failed")
                    return
                }
            }
        }
        let took = now() - begin
        print(
            """
            {"row": "drain", "openers": \(openers), "opens": \(isOpening), "vouchers": \(count), \
            "vouchersPerSecond": \(Int(Double(done.load(ordering: .relaxed)) / took))}
            """)
    }
}
