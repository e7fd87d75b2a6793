internal import SealedMatchFingerprint
internal import SealedMatchClient
internal import SealedMatchProtocol
internal import SealedMatchCrypto
internal import SealedMatchSets
internal import SealedMatchFiles

/// Sealing on the large set: probe, voucher, and the two-header protocol beside it.
struct SealBenchmarks {
    private let rounds: Int
    private let set: SetFixture
    private let few: BlindedSet
    private let many: BlindedSet
    private let items: [MediaItem]

    /// Two M far apart: their vouchers' difference is the price of the probes between.
    private static let fewProbes = 1
    private static let manyProbes = 33

    init(scale: BenchmarkScale, set: SetFixture, directory: ScratchDirectory, items: [MediaItem]) throws {
        rounds = scale.sealRounds
        self.set = set
        self.items = items
        let fewPath = directory.file("few.smset")
        let manyPath = directory.file("many.smset")
        _ = try set.withProbes(Self.fewProbes, path: fewPath)
        _ = try set.withProbes(Self.manyProbes, path: manyPath)
        few = try set.open(path: fewPath)
        many = try set.open(path: manyPath)
    }

    func measure(_ report: (BenchmarkRow) -> Void, progress: (String) -> Void) throws {
        let normal = try set.open()
        var fewSealer = try SealFixture.sealer(few)
        var manySealer = try SealFixture.sealer(many)
        var sealer = try SealFixture.sealer(normal)
        var costs = try GroupCosts()
        let (cells, context) = try twoHeaderInputs(normal)
        var rival = try TwoHeaderVoucher(
            cells: cells, publicKey: normal.header.publicKey, tableID: normal.header.tableID)
        var probe: [Double] = []
        var voucher: [Double] = []
        var probeRatio: [Double] = []
        var voucherRatio: [Double] = []
        var rivalRatio: [Double] = []
        let slots = normal.header.parameters.probes
        let rkey = try SealFixture.rkey()
        for round in 0..<rounds {
            let item = items[round % items.count]
            let keys = item.probes(normal.header.parameters)
            // The floors just before and just after what they are compared with.
            try costs.sample()
            var floor = costs.lastProbe
            let small = try Stopwatch.time { _ = try fewSealer.seal(item) }
            let large = try Stopwatch.time { _ = try manySealer.seal(item) }
            voucher.append(try Stopwatch.time { _ = try sealer.seal(item) } / 1e3)
            let rivalTime = try Stopwatch.time {
                for key in keys { _ = try rival.seal(key, rkey: rkey, context: context) }
            }
            try costs.sample()
            floor = (floor + costs.lastProbe) / 2
            probe.append((large - small) / Double(Self.manyProbes - Self.fewProbes))
            probeRatio.append(probe[round] / floor)
            voucherRatio.append(voucher[round] * 1e3 / (Double(slots) * floor))
            rivalRatio.append(probe[round] / (rivalTime / Double(keys.count)))
        }
        progress("group operations: " + costs.summary)
        let floor = Double(slots) * costs.probe / 1e3
        report(BenchmarkRow(.sealProbe, probe.median, "us", floor: costs.probe, ratio: probeRatio.median))
        report(BenchmarkRow(.sealTwoHeader, rivalRatio.median, "x"))
        report(BenchmarkRow(.sealVoucher, voucher.median, "ms", floor: floor, ratio: voucherRatio.median))
    }

    /// Cells for the rival: some of the large set's own, and a transcript of a real voucher's length.
    private func twoHeaderInputs(_ set: BlindedSet) throws -> ([Point], SlotContext) {
        let count = min(set.header.cells, 30_000)
        let table = try set.table()
        let cells = try (0..<count).map { try Point(canonical: table.cell($0)) }
        let context = try SlotContext(
            tableID: set.header.tableID, header: [UInt8](repeating: 1, count: 96),
            body: [UInt8](repeating: 2, count: 2_316), checkLevel: 5)
        return (cells, context)
    }
}

/// Sealers and pictures.
enum SealFixture {
    static func sealer(_ set: BlindedSet) throws -> Sealer {
        let account = AccountID(canonical: try rkey())
        return try Sealer(
            set: set, account: account, secret: AccountSecret.create(at: SetFixture.now, under: set.header),
            now: SetFixture.now)
    }

    static func rkey() throws -> Bytes32 {
        var random = SystemRandom()
        return try random.bytes32()
    }
}

/// Pictures of noise: PDQ gives them a good quality, and no two of them share a probe.
enum NoisePicture {
    static func items(count: Int) throws -> [MediaItem] {
        try pixels(count: count).map {
            try MediaItem.picture(pixels: $0.span.bytes, width: 64, height: 64, bytesPerRow: 64, format: .gray8)
        }
    }

    /// 64 × 64 grey pixels each.
    static func pixels(count: Int) -> [[UInt8]] {
        var random = BenchmarkRandom(13)
        return (0..<count).map { _ in (0..<64 * 64).map { _ in UInt8(truncatingIfNeeded: random.next() >> 13) } }
    }
}
