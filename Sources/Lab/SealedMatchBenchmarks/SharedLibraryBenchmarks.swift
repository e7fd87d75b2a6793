internal import CSealedMatch
internal import SealedMatchFingerprint
internal import Foundation
internal import SealedMatchClient
internal import SealedMatchCrypto
internal import SealedMatchWorkers

/// The C library beside the Swift API, in one process and in turns.
struct SharedLibraryBenchmarks {
    private let library: SharedLibrary
    private let rounds: Int
    private let set: SetFixture

    private static let threads = 8

    /// Nil where the environment names no library.
    static func library() throws -> SharedLibrary? {
        guard let path = ProcessInfo.processInfo.environment["SEALEDMATCH_LIBRARY"], !path.isEmpty else { return nil }
        return try SharedLibrary(path: path)
    }

    init(library: SharedLibrary, rounds: Int, set: SetFixture) {
        self.library = library
        self.rounds = rounds
        self.set = set
    }

    func measure(_ report: (BenchmarkRow) -> Void) throws {
        if let path = ProcessInfo.processInfo.environment["SEALEDMATCH_LIBRARY"] {
            report(BenchmarkRow(.libraryBytes, Double(try Data(contentsOf: URL(filePath: path)).count), "bytes"))
        }
        try measureMemory(report)
        try measureFirst(report)
        try measureCalls(report)
        try measureThreads(report)
    }

    private func items(_ count: Int) throws -> (swift: [MediaItem], c: [sealedmatch_item]) {
        let pictures = NoisePicture.pixels(count: count)
        return (
            try pictures.map {
                try MediaItem.picture(pixels: $0.span.bytes, width: 64, height: 64, bytesPerRow: 64, format: .gray8)
            },
            try pictures.map {
                try library.item($0, width: 64, height: 64, format: SEALEDMATCH_GRAY8, bytesPerPixel: 1)
            }
        )
    }

    /// Bytes that belong to the process alone, of a client with the large set: set, sealer, and what vouchers leave.
    private func measureMemory(_ report: (BenchmarkRow) -> Void) throws {
        var items = try items(20).c
        let voucher = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 15, alignment: 16)
        defer { voucher.deallocate() }
        voucher.initializeMemory(as: UInt8.self, repeating: 0)
        ProcessMemory.trim()
        let before = try ProcessMemory.privateBytes()
        let opened = try library.open(set)
        let sealer = try library.sealer(opened)
        for index in items.indices { try library.seal(sealer, &items[index], into: voucher) }
        report(BenchmarkRow(.abiMemory, Double(max(0, try ProcessMemory.privateBytes() - before)), "bytes"))
        try library.check(library.sealerClose(sealer))
        try library.check(library.setClose(opened))
    }

    /// From loading the library to a first voucher, but for the set's opening; and the voucher after it, of another
    /// picture.
    private func measureFirst(_ report: (BenchmarkRow) -> Void) throws {
        let pictures = NoisePicture.pixels(count: 2)
        let voucher = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 15, alignment: 16)
        defer { voucher.deallocate() }
        var first: [Double] = []
        var ratios: [Double] = []
        for _ in 0..<rounds {
            var fresh: SharedLibrary!
            var time = try Stopwatch.time { fresh = try SharedLibrary(path: library.path, apart: true) }
            defer { fresh.unload() }
            let opened = try fresh.open(set)
            var sealer = sealedmatch_sealer()
            func seal(_ picture: [UInt8]) throws {
                var item = try fresh.item(picture, width: 64, height: 64, format: SEALEDMATCH_GRAY8, bytesPerPixel: 1)
                try fresh.seal(sealer, &item, into: voucher)
            }
            time += try Stopwatch.time {
                sealer = try fresh.sealer(opened)
                try seal(pictures[0])
            }
            first.append(time / 1e3)
            ratios.append(time / (try Stopwatch.time { try seal(pictures[1]) }))
            try fresh.check(fresh.sealerClose(sealer))
            try fresh.check(fresh.setClose(opened))
        }
        report(BenchmarkRow(.abiFirst, first.median, "ms", floor: first.median / ratios.median, ratio: ratios.median))
    }

    private func measureCalls(_ report: (BenchmarkRow) -> Void) throws {
        var items = try items(rounds)
        let opened = try library.open(set)
        let sealer = try library.sealer(opened)
        var swiftSealer = try SealFixture.sealer(set.open())
        let voucher = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 15, alignment: 16)
        defer { voucher.deallocate() }
        var ours: [Double] = []
        var ratios: [Double] = []
        for round in 0..<rounds {
            // The Swift API just before and just after: a slow drift of the machine cancels. Only the first of the two
            // can be new to its sealer, and the work is the same for a repeat.
            var swift = try Stopwatch.time { _ = try swiftSealer.seal(items.swift[round]).encoded }
            let c = try Stopwatch.time { try library.seal(sealer, &items.c[round], into: voucher) }
            swift += try Stopwatch.time { _ = try swiftSealer.seal(items.swift[round]).encoded }
            ours.append(c / 1e3)
            ratios.append(2 * c / swift)
        }
        report(BenchmarkRow(.abiSeal, ours.median, "ms", floor: ours.median / ratios.median, ratio: ratios.median))
        try library.check(library.sealerClose(sealer))
        try library.check(library.setClose(opened))
    }

    /// Eight sealers on one set, on one thread and on eight, beside multiplications that share nothing.
    private func measureThreads(_ report: (BenchmarkRow) -> Void) throws {
        let opened = try library.open(set)
        let sealers = try (0..<Self.threads).map { _ in try library.sealer(opened) }
        let items = try items(rounds).c
        let each = max(1, rounds / Self.threads)
        func wall(_ threads: Int) throws -> Double {
            try Stopwatch.wall {
                try Workers(threads: threads).forEachChunk("seal", count: sealers.count, chunk: 1) {
                    (range) throws(SealedMatchError) in
                    let voucher = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 15, alignment: 16)
                    defer { voucher.deallocate() }
                    for index in range {
                        for round in 0..<each {
                            var item = items[round]
                            var count = 0
                            let code = library.sealerSeal(
                                sealers[index], &item, nil, 0, voucher.baseAddress, voucher.count, &count)
                            guard code == 0 else {
                                throw SealedMatchError(.init(rawValue: code), "the C interface refused to seal")
                            }
                        }
                    }
                }
            }
        }
        var speedUps: [Double] = []
        var machine: [Double] = []
        for _ in 0..<5 {
            machine.append(try MachineSpeedUp.sample(threads: Self.threads))
            speedUps.append(try wall(1) / wall(Self.threads))
        }
        report(BenchmarkRow(.abiThreads, speedUps.median, "x", floor: machine.median))
        for sealer in sealers { try library.check(library.sealerClose(sealer)) }
        try library.check(library.setClose(opened))
    }
}
