internal import CSealedMatch
internal import Fingerprint
internal import MatchProtocol
internal import Foundation

/// PDQ of a large picture, and probes.
struct FingerprintBenchmarks {
    private let rounds: Int
    private let pixels: [UInt8]
    private let peer: PDQHashPeer?
    private let library: SharedLibrary?

    private static let width = 1920
    private static let height = 1080

    init(rounds: Int, directory: ScratchDirectory, library: SharedLibrary?, progress: (String) -> Void) throws {
        self.rounds = rounds
        self.library = library
        pixels = Self.picture()
        guard let python = ProcessInfo.processInfo.environment["SEALEDMATCH_PYTHON"], !python.isEmpty else {
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
        var probes: [Double] = []
        var throughC: [Double] = []
        let profile = FingerprintProfile.standard
        for _ in 0..<rounds {
            floors.append(lumaFloor() / 1e3)
            var fingerprint: PDQFingerprint?
            ours.append(
                try Stopwatch.time {
                    fingerprint = try PDQFingerprint(
                        pixels: pixels.span.bytes, width: Self.width, height: Self.height, bytesPerRow: 3 * Self.width, format: .rgb8)
                } / 1e3)
            if let library {
                var item = sealedmatch_item()
                throughC.append(
                    try Stopwatch.time { item = try library.item(pixels, width: Self.width, height: Self.height, format: SEALEDMATCH_RGB8, bytesPerPixel: 3) } / 1e3)
                var hash = [UInt8](repeating: 0, count: PDQHash.byteCount)
                var quality: UInt32 = 0
                try library.check(library.itemPDQ(&item, &hash, &quality))
                guard hash == fingerprint?.hash.encoded else { throw BenchmarkFailure(description: "the C interface gives another PDQ hash") }
            }
            if let peer {
                let (seconds, hash) = try peer.hashOnce()
                theirs.append(seconds * 1e3)
                guard hash == fingerprint?.hash.hexadecimal else { throw BenchmarkFailure(description: "pdqhash gives another hash") }
            }
            guard let fingerprint else { continue }
            let raster = try PictureRaster(pixels: pixels.span.bytes, width: Self.width, height: Self.height, bytesPerRow: 3 * Self.width, format: .rgb8)
            probes.append(
                Stopwatch.time { for _ in 0..<20 { precondition(!profile.probes(of: fingerprint, raster: raster, separation: Parameters().separation).isEmpty) } } / 20)
        }
        report(BenchmarkRow(.pdq, ours.median, "ms", floor: floors.median))
        if peer != nil { report(BenchmarkRow(.pdqPeer, ours.median / theirs.median, "x")) }
        report(BenchmarkRow(.pdqProbes, probes.median, "us"))
        guard library != nil else { return }
        report(BenchmarkRow(.abiPDQ, throughC.median, "ms", floor: ours.median))
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

    /// Slow waves and noise.
    private static func picture() -> [UInt8] {
        var random = BenchmarkRandom(15)
        var pixels = [UInt8](repeating: 0, count: 3 * width * height)
        for y in 0..<height {
            for x in 0..<width {
                let noise = random.next()
                for channel in 0..<3 {
                    let wave = 100 + 60 * sin(Double(x) / (90 + 40 * Double(channel))) + 50 * cos(Double(y) / (70 + 30 * Double(channel)))
                    pixels[3 * (y * width + x) + channel] = UInt8(clamping: Int(wave) + Int(noise >> UInt64(8 * channel) & 31))
                }
            }
        }
        return pixels
    }
}

/// PyPI's `pdqhash` in a Python process of its own, which times itself: starting it and reaching it are not counted.
private final class PDQHashPeer {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    private static let script = """
        import sys, time, numpy, pdqhash
        path, width, height = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
        pixels = numpy.fromfile(path, dtype=numpy.uint8).reshape(height, width, 3)
        pdqhash.compute(pixels)
        print("ready", flush=True)
        for line in sys.stdin:
            start = time.thread_time()
            bits, quality = pdqhash.compute(pixels)
            seconds = time.thread_time() - start
            print(repr(seconds), numpy.packbits(bits).tobytes().hex(), flush=True)
        """

    init(python: String, pixels: String, width: Int, height: Int) throws {
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = ["-c", Self.script, pixels, String(width), String(height)]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        guard try answer() == "ready" else {
            throw BenchmarkFailure(description: "the Python of SEALEDMATCH_PYTHON has no working pdqhash and numpy")
        }
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// Seconds of processor time that one hash takes there, and the hash in hexadecimal.
    func hashOnce() throws -> (seconds: Double, hash: String) {
        try input.fileHandleForWriting.write(contentsOf: Data("\n".utf8))
        let words = try answer().split(separator: " ")
        guard words.count == 2, let seconds = Double(words[0]) else {
            throw BenchmarkFailure(description: "the Python process with pdqhash ended")
        }
        return (seconds, String(words[1]))
    }

    private func answer() throws -> String {
        var line = Data()
        while let byte = try output.fileHandleForReading.read(upToCount: 1), let value = byte.first, value != 0x0A { line.append(value) }
        return String(decoding: line, as: UTF8.self)
    }
}
