internal import CSealedMatch
internal import SealedMatchFingerprint
internal import SealedMatchProtocol
internal import Foundation

/// PDQ of a picture in memory, its raster, hypotheses and probes.
struct FingerprintBenchmarks {
    private let rounds: Int
    private let pixels: [UInt8]
    private let peer: PDQHashPeer?
    private let library: SharedLibrary?

    private static let width = 1920
    private static let height = 1080
    /// Of what takes microseconds.
    private static let repeats = 20

    init(rounds: Int, directory: ScratchDirectory, library: SharedLibrary?, progress: (String) -> Void) throws {
        self.rounds = rounds
        self.library = library
        pixels = WavePicture.pixels(width: Self.width, height: Self.height, noise: 31)
        guard let python = PDQHashPeer.python else {
            progress("no comparison with pdqhash: SEALEDMATCH_PYTHON is not set")
            peer = nil
            return
        }
        let path = directory.file("pixels.rgb")
        try Data(pixels).write(to: URL(fileURLWithPath: path))
        peer = try PDQHashPeer(python: python, pixels: path, width: Self.width, height: Self.height)
    }

    func measure(_ report: (BenchmarkRow) -> Void) throws {
        var ours: [Double] = []
        var theirs: [Double] = []
        var floors: [Double] = []
        var rasters: [Double] = []
        var hypotheses: [Double] = []
        var probes: [Double] = []
        var throughC: [Double] = []
        let profile = FingerprintProfile.standard
        for _ in 0..<rounds {
            floors.append(lumaFloor() / 1e3)
            var fingerprint: PDQFingerprint?
            ours.append(
                try Stopwatch.time {
                    fingerprint = try PDQFingerprint(
                        pixels: pixels.span.bytes, width: Self.width, height: Self.height, bytesPerRow: 3 * Self.width,
                        format: .rgb8)
                } / 1e3)
            if let library {
                var item = sealedmatch_item()
                throughC.append(
                    try Stopwatch.time {
                        item = try library.item(
                            pixels, width: Self.width, height: Self.height, format: SEALEDMATCH_RGB8, bytesPerPixel: 3)
                    } / 1e3)
                var hash = [UInt8](repeating: 0, count: PDQHash.encodedCount)
                var quality: UInt32 = 0
                try library.check(library.itemPDQ(&item, &hash, &quality))
                guard hash == fingerprint?.hash.encoded else {
                    throw BenchmarkFailure(description: "the C interface gives another PDQ hash")
                }
            }
            if let peer {
                let (seconds, hash) = try peer.hashOnce()
                theirs.append(seconds * 1e3)
                guard hash == fingerprint?.hash.hexadecimal else {
                    throw BenchmarkFailure(description: "pdqhash gives another hash")
                }
            }
            guard let fingerprint else { continue }
            var made: PictureRaster?
            rasters.append(
                try Stopwatch.time {
                    made = try PictureRaster(
                        pixels: pixels.span.bytes, width: Self.width, height: Self.height, bytesPerRow: 3 * Self.width,
                        format: .rgb8)
                } / 1e3)
            guard let raster = made else { continue }
            var readings: [Reading] = []
            hypotheses.append(
                Stopwatch.time {
                    for _ in 0..<Self.repeats { readings = profile.readings(of: fingerprint, raster: raster) }
                } / Double(Self.repeats))
            var keys: [UInt64] = []
            probes.append(
                Stopwatch.time {
                    for _ in 0..<Self.repeats {
                        keys = profile.probes(
                            of: fingerprint, readings: readings, separation: Parameters().separation)
                    }
                } / Double(Self.repeats))
            guard keys.count == profile.probes else {
                throw BenchmarkFailure(description: "fewer probes than the profile has")
            }
        }
        report(BenchmarkRow(.pdq, ours.median, "ms", floor: floors.median))
        if peer != nil { report(BenchmarkRow(.pdqPeer, ours.median / theirs.median, "x")) }
        report(BenchmarkRow(.pdqRaster, rasters.median, "ms", floor: ours.median))
        report(BenchmarkRow(.pdqHypotheses, hypotheses.median, "us"))
        report(BenchmarkRow(.pdqProbes, probes.median, "us"))
        guard library != nil else { return }
        report(BenchmarkRow(.abiPDQ, throughC.median, "ms", floor: ours.median + rasters.median))
        if peer != nil { report(BenchmarkRow(.abiPDQPeer, throughC.median / theirs.median, "x")) }
    }

    /// Reads every pixel once and writes its luma.
    private func lumaFloor() -> Double {
        var luma = [Float](repeating: 0, count: Self.width * Self.height)
        let time = Stopwatch.time {
            luma.withUnsafeMutableBufferPointer { luma in
                pixels.withUnsafeBufferPointer { pixels in
                    for index in 0..<luma.count {
                        let red = Float(pixels[3 &* index])
                        let green = Float(pixels[3 &* index &+ 1])
                        let blue = Float(pixels[3 &* index &+ 2])
                        luma[index] = 0.299 * red + 0.587 * green + 0.114 * blue
                    }
                }
            }
        }
        precondition(luma[luma.count / 2] >= 0)
        return time
    }
}

/// Slow waves and noise, in colour.
enum WavePicture {
    /// RGB, without padding.
    /// - Parameter noise: what is added, at most: 2^n − 1.
    static func pixels(width: Int, height: Int, noise: UInt64) -> [UInt8] {
        var random = BenchmarkRandom(15)
        let across = (0..<width).map { x in (0..<3).map { 60 * sin(Double(x) / (90 + 40 * Double($0))) } }
        let down = (0..<height).map { y in (0..<3).map { 50 * cos(Double(y) / (70 + 30 * Double($0))) } }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(3 * width * height)
        for y in 0..<height {
            for x in 0..<width {
                let word = random.next()
                for channel in 0..<3 {
                    pixels.append(
                        UInt8(
                            clamping: Int(100 + across[x][channel] + down[y][channel])
                                + Int(word >> UInt64(8 * channel) & noise)))
                }
            }
        }
        return pixels
    }
}
