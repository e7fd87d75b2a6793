internal import SealedMatchFingerprint
internal import SealedMatchClient
internal import SealedMatchCrypto

/// Private memory of a client with a large set.
struct ClientMemoryBenchmarks {
    private let large: SetFixture
    private let small: SetFixture
    private let items: [MediaItem]

    private let vouchers: Int

    init(large: SetFixture, directory: ScratchDirectory, items: [MediaItem], vouchers: Int) throws {
        self.large = large
        small = try SetFixture.make(entries: 1_200, path: directory.file("small.smset")).fixture
        self.items = items
        self.vouchers = vouchers
    }

    func measure(_ report: (BenchmarkRow) -> Void) throws {
        // Once on the small set first: what code and libraries allocate when they first run is not the set's.
        _ = try growthOfSealing(small.open())
        ProcessMemory.trim()
        let before = try ProcessMemory.privateBytes()
        let set = try large.open()
        let opened = try ProcessMemory.privateBytes() - before
        report(BenchmarkRow(.clientPrivate, Double(max(0, opened)), "bytes"))
        let smallGrowth = try growthOfSealing(small.open())
        let largeGrowth = try growthOfSealing(set)
        // Rounded up to a page, the grain of the measurement, so that the quotient exists.
        report(BenchmarkRow(.clientGrowth, Double(max(0, largeGrowth)), "bytes", floor: Double(max(4096, smallGrowth))))
    }

    /// Private bytes that a sealer and its vouchers leave; the vouchers themselves are dropped as a messenger drops
    /// them once they are in its outbox.
    private func growthOfSealing(_ set: BlindedSet) throws -> Int {
        ProcessMemory.trim()
        let before = try ProcessMemory.privateBytes()
        var sealer = try SealFixture.sealer(set)
        for index in 0..<vouchers { _ = try sealer.seal(items[index % items.count]) }
        return try ProcessMemory.privateBytes() - before
    }
}
