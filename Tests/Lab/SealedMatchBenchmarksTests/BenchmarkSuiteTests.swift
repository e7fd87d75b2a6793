import SealedMatchBenchmarks
import Foundation
import Testing

@Suite struct BenchmarkSuiteTests {
    /// The names that `bench --json` promises.
    private static let names: [String] = [
        "set.select", "set.select.1e5", "set.select.1e6", "set.bytes_per_entry", "set.cells_per_entry",
        "set.lost_entries", "set.build.one_core",
        "set.build.two_cores",
        "machine.two_cores", "set.build.memory_per_entry", "set.prove", "set.audit",
        "seal.probe", "seal.vs_two_header", "seal.voucher", "log.verify", "cases.list", "cases.search", "cases.read",
        "open.slot", "open.custodians",
        "open.slot.two_cores",
        "client.private_bytes", "client.seal_growth", "reveal.1500",
        "reveal.none.1510", "reveal.none.1510.steps", "kit.default", "kit.three", "pdq.1080p", "pdq.raster",
        "pdq.hypotheses",
        "pdq.probes", "pdq.12mp",
        "seal.share.sealedmatch", "seal.share.messenger", "seal.share", "seal.share.sent_copy",
    ]
    /// Of the batches: by the backend that is chosen, and by the portable one; by AVX2, where the processor has it.
    private static let group = ["multiply", "hash", "evaluate", "subtract", "combine", "probe"].map { "group.\($0)" }
    /// Those of the C interface, where the environment names the library.
    private static let interface = [
        "library.bytes", "abi.first_voucher", "abi.seal", "abi.seal.eight_threads", "abi.private_bytes",
        "abi.pdq.1080p",
    ]
    /// Figures that may be zero: of memory, which other tests give back meanwhile.
    private static let counts: Set<String> = [
        "set.lost_entries", "set.build.memory_per_entry", "client.private_bytes", "client.seal_growth",
        "abi.private_bytes",
    ]
    /// Medians of few differences, which may come out below zero on a busy machine.
    private static let differences: Set<String> = ["seal.probe", "seal.vs_two_header"]

    /// Nothing here asserts a time: a test machine may be busy.
    @Test func everyFigureIsReportedOnce() throws {
        var rows: [BenchmarkRow] = []
        var steps = 0
        try BenchmarkSuite.run(.tiny, report: { rows.append($0) }, progress: { _ in steps += 1 })
        // Comparisons with pdqhash are there where the environment names a Python for it.
        let reported = rows.map(\.name).filter { !$0.hasSuffix(".vs_pdqhash") && !$0.hasSuffix(".avx2") }
        let avx2 = rows.map(\.name).filter { $0.hasSuffix(".avx2") }
        #expect(avx2 == [] || avx2 == Self.group.map { $0 + ".avx2" })
        let hasLibrary = ProcessInfo.processInfo.environment["SEALEDMATCH_LIBRARY"]?.isEmpty == false
        #expect(
            reported.sorted()
                == (Self.names + Self.group + Self.group.map { $0 + ".portable" } + (hasLibrary ? Self.interface : []))
                .sorted())
        #expect(steps > 0)
        for row in rows {
            #expect(row.value.isFinite, "\(row.name)")
            #expect(
                row.value > 0 || (row.value == 0 && Self.counts.contains(row.name))
                    || Self.differences.contains(row.name), "\(row.name) = \(row.value)")
            if let floor = row.floor { #expect(floor.isFinite && floor > 0, "\(row.name)") }
            if let ratio = row.ratio { #expect(ratio.isFinite, "\(row.name)") }
        }
        #expect(rows.first { $0.name == "set.lost_entries" }?.value == 0)
    }

    @Test func everyFigureOfScaleIsReportedOnce() throws {
        var rows: [BenchmarkRow] = []
        try BenchmarkSuite.runAtScale(
            [ScaleBenchmarks(entries: 1_500, name: "a"), ScaleBenchmarks(entries: 2_000, name: "b")],
            report: { rows.append($0) }, progress: { _ in })
        let figures = ["select", "select.two_cores", "build.one_core", "build.two_cores", "memory"]
        let expected = ["a", "b"].flatMap { size in figures.map { "scale.\(size).\($0)" } }
        #expect(rows.map(\.name).sorted() == expected.sorted())
        // Memory that earlier tests gave back may be taken again.
        #expect(rows.allSatisfy { $0.value > 0 || $0.name.hasSuffix(".memory") })
    }

    @Test func aRowIsOneJSONObject() throws {
        var rows: [BenchmarkRow] = []
        let json = #"{"name":"open.slot","value":52.5,"unit":"us","floor":50,"ratio":1.05}"#
        rows.append(try JSONDecoder().decode(BenchmarkRow.self, from: Data(json.utf8)))
        let encoded = try JSONEncoder().encode(rows[0])
        #expect(try JSONDecoder().decode(BenchmarkRow.self, from: encoded) == rows[0])
        #expect(!encoded.contains(0x0A))
    }
}
