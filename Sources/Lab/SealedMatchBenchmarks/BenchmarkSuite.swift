internal import SealedMatchFingerprint
internal import SealedMatchProtocol
internal import SealedMatchCrypto

/// Measures what SealedMatch costs, against floors measured in the same run. `BenchmarkName` says what each figure is.
public struct BenchmarkSuite {
    /// Runs every benchmark.
    ///
    /// - Parameters:
    ///   - quick: a set of 30,000 entries instead of 1,000,000, and fewer rounds: within a minute instead of about
    ///     seven on two idle cores. Same names.
    ///   - threads: threads for work that is not timed; as many as cores unless told. Timed work runs on one thread, or
    ///     on two where its name says so.
    ///   - report: called with each figure as soon as it is known.
    ///   - progress: called with what is being done, for a person to read.
    /// - Throws: `SealedMatchError` of the measured code, `BenchmarkFailure` when that code computed something wrong.
    public static func run(
        quick: Bool, threads: Int? = nil, report: (BenchmarkRow) -> Void, progress: (String) -> Void
    ) throws {
        try run(quick ? .quick : .full, threads: threads, report: report, progress: progress)
    }

    /// Really selects and builds a set of 10^6 and one of 10^7 entries, on one thread and on two.
    ///
    /// - Parameters: as of `run`.
    /// - Throws: as `run`.
    public static func runAtScale(report: (BenchmarkRow) -> Void, progress: (String) -> Void) throws {
        try runAtScale([.million, .tenMillion], report: report, progress: progress)
    }

    package static func runAtScale(
        _ sizes: [ScaleBenchmarks], report: (BenchmarkRow) -> Void, progress: (String) -> Void
    ) throws {
        try Sodium.start()
        for size in sizes { try size.measure(report, progress: progress) }
    }

    package static func run(
        _ scale: BenchmarkScale, threads: Int? = nil, report: (BenchmarkRow) -> Void, progress: (String) -> Void
    ) throws {
        try Sodium.start()
        progress("group operations")
        try GroupBenchmarks(rounds: scale.groupRounds).measure(report)
        let directory = try ScratchDirectory()
        let sets = try SetBenchmarks(scale: scale, threads: threads, directory: directory, progress: progress)
        try sets.measure(report)
        progress("select 100,000 and 1,000,000 entries")
        for (name, entries) in zip([BenchmarkName.setSelect5, .setSelect6], scale.selections) {
            let time = try SelectBenchmark(entries: entries).time(threads: 1)
            report(BenchmarkRow(name, time, "us"))
        }
        progress("audit: \(scale.auditEntries) entries")
        try AuditBenchmarks(entries: scale.auditEntries, rounds: scale.auditRounds, directory: directory).measure(
            report)
        progress("sealing")
        let items = try NoisePicture.items(count: scale.pictures)
        let large = sets.file
        let sealing = try SealBenchmarks(scale: scale, set: large, directory: directory, items: items)
        try sealing.measure(report, progress: progress)
        progress("a set's proof")
        try LogBenchmarks(set: large.open(), rounds: scale.sealRounds).measure(report)
        progress("\(scale.cases) cases")
        try CaseBenchmarks(cases: scale.cases, rounds: scale.sealRounds, directory: directory).measure(report)
        progress("opening")
        try OpenBenchmarks(scale: scale, set: large, items: items).measure(report)
        progress("client memory")
        try ClientMemoryBenchmarks(large: large, directory: directory, items: items, vouchers: scale.vouchers).measure(
            report)
        progress("reveal")
        try RevealBenchmarks(scale: scale).measure(report)
        progress("test kit")
        try KitBenchmarks().measure(report)
        progress("fingerprints")
        let library = try SharedLibraryBenchmarks.library()
        try FingerprintBenchmarks(
            rounds: scale.pictureRounds, directory: directory, library: library, progress: progress
        ).measure(report)
        progress("a picture of 12 megapixels")
        try PictureBenchmarks(rounds: scale.largePictureRounds, set: large, directory: directory, progress: progress)
            .measure(report)
        guard let library else { return progress("no figures of the C interface: SEALEDMATCH_LIBRARY is not set") }
        progress("C interface")
        try SharedLibraryBenchmarks(library: library, rounds: scale.sealRounds, set: large).measure(report)
    }
}

/// The measured code gave a wrong result: its speed means nothing.
public struct BenchmarkFailure: Error, CustomStringConvertible {
    public let description: String
}

/// How much of each benchmark runs.
package struct BenchmarkScale: Sendable {
    package var groupRounds: Int
    /// Entries of the large set, at least.
    package var entries: Int
    /// Entries of the selections that are timed alone.
    package var selections = [100_000, 1_000_000]
    package var buildRounds: Int
    package var auditEntries: Int
    package var auditRounds: Int
    package var sealRounds: Int
    /// Distinct pictures to seal; every round takes one for each of the sealers.
    package var pictures: Int { max(32, sealRounds, vouchers) }
    package var openRounds: Int
    /// Of a library of cases.
    package var cases = 2_000
    /// Vouchers sealed to see what memory they leave.
    package var vouchers: Int
    package var realShares = 400
    package var chanceShares = 1_100
    package var undecodableShares = 1_510
    package var revealRounds: Int
    package var pictureRounds: Int
    /// Of the picture of 12 megapixels.
    package var largePictureRounds: Int

    package static let full = BenchmarkScale(
        groupRounds: 80, entries: 1_000_000, buildRounds: 1, auditEntries: 20_000, auditRounds: 3, sealRounds: 200,
        openRounds: 40, cases: 100_000,
        vouchers: 200, revealRounds: 5, pictureRounds: 41, largePictureRounds: 15)
    package static let quick = BenchmarkScale(
        groupRounds: 20, entries: 30_000, buildRounds: 1, auditEntries: 2_000, auditRounds: 2, sealRounds: 40,
        openRounds: 8,
        vouchers: 100, revealRounds: 3, pictureRounds: 15, largePictureRounds: 5)
    /// For tests of the suite itself: no figure of it means anything.
    package static let tiny = BenchmarkScale(
        groupRounds: 1, entries: 1_500, selections: [1_000, 3_000], buildRounds: 1, auditEntries: 1_200, auditRounds: 1,
        sealRounds: 3, openRounds: 1, cases: 60, vouchers: 4,
        realShares: 60, chanceShares: 90, undecodableShares: 150,
        revealRounds: 1, pictureRounds: 1, largePictureRounds: 1)
}
