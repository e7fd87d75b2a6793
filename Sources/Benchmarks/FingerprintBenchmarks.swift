internal import Fingerprint
internal import Foundation

/// PDQ of a large picture, and probes.
struct FingerprintBenchmarks {
    private let rounds: Int
    private let pixels: [UInt8]
    private let peer: PDQHashPeer?

    private static let width = 1920
    private static let height = 1080

    init(rounds: Int, directory: ScratchDirectory, progress: (String) -> Void) throws {
        self.rounds = rounds
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
        let profile = FingerprintProfile.standard
        for _ in 0..<rounds {
            floors.append(lumaFloor() / 1e3)
            var fingerprint: PDQFingerprint?
            ours.append(
                try Stopwatch.time {
                    fingerprint = try PDQFingerprint(
                        pixels: pixels.span.bytes, width: Self.width, height: Self.height, bytesPerRow: 3 * Self.width, format: .rgb8)
                } / 1e3)
            if let peer { theirs.append(try peer.hashOnce() * 1e3) }
            guard let fingerprint else { continue }
            probes.append(Stopwatch.time { for _ in 0..<20 { precondition(profile.probes(of: fingerprint).count == profile.probes) } } / 20)
        }
        report(BenchmarkRow(.pdq, ours.median, "ms", floor: floors.median))
        if peer != nil { report(BenchmarkRow(.pdqPeer, ours.median / theirs.median, "x")) }
        report(BenchmarkRow(.pdqProbes, probes.median, "us"))
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
            pdqhash.compute(pixels)
            print(repr(time.thread_time() - start), flush=True)
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

    /// Seconds of processor time that one hash takes there.
    func hashOnce() throws -> Double {
        try input.fileHandleForWriting.write(contentsOf: Data("\n".utf8))
        guard let seconds = Double(try answer()) else {
            throw BenchmarkFailure(description: "the Python process with pdqhash ended")
        }
        return seconds
    }

    private func answer() throws -> String {
        var line = Data()
        while let byte = try output.fileHandleForReading.read(upToCount: 1), let value = byte.first, value != 0x0A { line.append(value) }
        return String(decoding: line, as: UTF8.self)
    }
}
