import Foundation
import SealedMatchVectors
import Testing

/// Every vector file and who runs its groups.
struct VectorTopic: Sendable, CustomTestStringConvertible {
    /// Below `Vectors`.
    let path: String
    let runners: [String: VectorRunner]

    var testDescription: String { path }

    static let all = [
        VectorTopic(path: "hash-to-group/hash-to-group.json", runners: GroupVectors.hashToGroup),
        VectorTopic(path: "kdf/kdf.json", runners: GroupVectors.kdf),
        VectorTopic(path: "table/table.json", runners: SetVectors.table),
        VectorTopic(path: "entries/entries.json", runners: SetVectors.entries),
        VectorTopic(path: "proofs/proofs.json", runners: GroupVectors.proofs),
        VectorTopic(path: "set-file/set-file.json", runners: SetVectors.setFile),
        VectorTopic(path: "audit-package/audit-package.json", runners: AuditVectors.auditPackage),
        VectorTopic(path: "log/log.json", runners: LogVectors.log),
        VectorTopic(path: "sharing/sharing.json", runners: ClientVectors.sharing),
        VectorTopic(path: "check-level/check-level.json", runners: CheckLevelVectors.checkLevel),
        VectorTopic(path: "client/client.json", runners: ClientVectors.client),
        VectorTopic(path: "fingerprint/fingerprint.json", runners: FingerprintVectors.fingerprint),
        VectorTopic(path: "voucher/voucher.json", runners: VoucherVectors.voucher),
        VectorTopic(path: "collector/collector.json", runners: VoucherVectors.collector),
        VectorTopic(path: "resolution/resolution.json", runners: ResolutionVectors.resolution),
        VectorTopic(path: "cases/cases.json", runners: CaseVectors.cases),
        VectorTopic(path: "custodians/custodians.json", runners: CustodianVectors.custodians),
        VectorTopic(path: "steps/steps.json", runners: StepVectors.steps),
        VectorTopic(path: "custody/custody.json", runners: CustodyVectors.custody),
        VectorTopic(path: "reveal/reveal.json", runners: RevealVectors.reveal),
        VectorTopic(path: "end-to-end/end-to-end.json", runners: RevealVectors.endToEnd),
    ]

    /// Upstream data in forms of their own, run by `RFC9497Tests` and `UpstreamLogTests`.
    static let elsewhere: Set = ["hash-to-group/rfc9497-voprf-ristretto255-sha512.json", "log/upstream.json"]
}

@Suite struct VectorTests {
    /// All cases of a file. A failure names file, group, tcId and comment.
    @Test(arguments: VectorTopic.all)
    func vectors(_ topic: VectorTopic) throws {
        let url = VectorFolder.vectors.appending(path: topic.path)
        let report = try VectorFile(url).run(topic.runners, in: VectorFolder(url.deletingLastPathComponent()))
        for failure in report.failures { Issue.record("\(topic.path): \(failure)") }
        print("\(topic.path): \(report.executed) vectors executed, \(report.failed) failed")
    }

    /// No file of vectors that nobody runs, and no folder besides those that README names.
    @Test func everyFileIsRun() throws {
        let files = try #require(FileManager.default.enumerator(atPath: VectorFolder.vectors.path))
        let found = files.compactMap { $0 as? String }.filter {
            // The registry holds no vectors: `Tests/House` compares it. Nor do the tables of marks: `MarkTablesTests`.
            $0.hasSuffix(".json") && $0 != "registry.json" && $0 != "marks.json" && !$0.hasPrefix("schemas/")
                && !$0.contains(".venv/")
        }
        #expect(Set(found) == Set(VectorTopic.all.map(\.path)).union(VectorTopic.elsewhere))
        let readme = try String(contentsOf: VectorFolder.vectors.appending(path: "README.md"), encoding: .utf8)
        for topic in VectorTopic.all {
            #expect(readme.contains("`\(topic.path)`"), "README says nothing about \(topic.path)")
            for type in topic.runners.keys {
                #expect(readme.contains("`\(type)`"), "README says nothing about \(type)")
            }
        }
    }
}
