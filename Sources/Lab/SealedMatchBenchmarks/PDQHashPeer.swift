internal import Foundation

/// PyPI's `pdqhash` in a Python process of its own, which times itself: starting it and reaching it are not counted.
final class PDQHashPeer {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    /// The Python that has it, if the environment names one.
    static var python: String? {
        let path = ProcessInfo.processInfo.environment["SEALEDMATCH_PYTHON"]
        return path?.isEmpty == false ? path : nil
    }

    /// Width 0: the file is a picture, and its decoding is timed too.
    private static let script = """
        import io, sys, time, numpy, pdqhash
        path, width, height = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
        if width:
            raw = numpy.fromfile(path, dtype=numpy.uint8).reshape(height, width, 3)
            picture = lambda: raw
        else:
            from PIL import Image
            data = open(path, "rb").read()
            picture = lambda: numpy.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
        pdqhash.compute(picture())
        print("ready", flush=True)
        for line in sys.stdin:
            start = time.thread_time()
            bits, quality = pdqhash.compute(picture())
            seconds = time.thread_time() - start
            print(repr(seconds), numpy.packbits(bits).tobytes().hex(), flush=True)
        """

    /// Hashes RGB pixels that are in memory.
    convenience init(python: String, pixels: String, width: Int, height: Int) throws {
        try self.init(arguments: [pixels, String(width), String(height)], python: python)
    }

    /// Decodes and hashes a picture file whose bytes are in memory.
    convenience init(python: String, picture: String) throws {
        try self.init(arguments: [picture, "0", "0"], python: python)
    }

    private init(arguments: [String], python: String) throws {
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = ["-c", Self.script] + arguments
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        guard try answer() == "ready" else {
            throw BenchmarkFailure(
                description: "the Python of SEALEDMATCH_PYTHON has no working pdqhash, numpy and Pillow")
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
        while let byte = try output.fileHandleForReading.read(upToCount: 1), let value = byte.first, value != 0x0A {
            line.append(value)
        }
        return String(decoding: line, as: UTF8.self)
    }
}
