internal import ArgumentParser
internal import SealedMatchFiles
internal import SealedMatchFingerprint
internal import SealedMatchPictures

struct SampleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sample",
        abstract: "Makes two made-up lists, and pictures some of which they hold: to try the other commands.",
        discussion: """
            Everything is computed from a fixed number: the pictures show nothing, and the lists hold no real hash. \
            Writes alice.txt, bob.txt, SAMPLE.txt and a folder pictures. Files that are there already are not replaced.
            """)

    @Argument(help: "The folder; made if it is missing.")
    var folder: String

    private static let lists = ["alice.txt", "bob.txt"]
    private static let note = """
        This is a sample, made by `sealedmatch sample`. The lists hold no real hash, and the pictures show nothing.
        Both lists hold \(SamplePictures.known) pictures and \(SamplePictures.fillers) other hashes. In the folder pictures are copies of \
        \(SamplePictures.sent) of these, smaller and
        compressed again, and \(SamplePictures.innocent) pictures that no list holds.

        """

    func run() throws {
        try reportingFailures {
            let pictures = "\(folder)/pictures"
            try about(folder) {
                try LockedDirectory.make(folder)
                try LockedDirectory.make(pictures)
            }
            var samples = SamplePictures()
            let known = try samples.knownHashes()
            let others = samples.otherHashes()
            // One list in another order, and with hashes that it alone has.
            let head = "# SAMPLE, made by `sealedmatch sample`: made-up hashes, no real ones"
            let lines = [known + others, Array((known + others).reversed()) + samples.otherHashes(count: 20)]
            for (name, lines) in zip(Self.lists, lines) {
                try create(Array(([head] + lines).joined(separator: "\n").utf8) + [0x0A], "\(folder)/\(name)")
            }
            try create(Array(Self.note.utf8), "\(folder)/SAMPLE.txt")
            for (name, content) in try samples.sentPictures() { try create(content, "\(pictures)/\(name)") }
            Terminal.print("lists     \(Self.lists.map { "\(folder)/\($0)" }.joined(separator: ", "))")
            Terminal.print(
                "pictures  \(SamplePictures.sent) that both lists hold and \(SamplePictures.innocent) others in \(pictures)"
            )
            Terminal.print("This is a sample: made-up hashes and pictures, nothing real.")
        }
    }

    private func create(_ content: [UInt8], _ path: String) throws {
        try about(path) { try DurableFile.create(content, at: path, isSecret: false) }
    }
}

/// Made-up pictures, always the same.
struct SamplePictures {
    /// Pictures that both lists hold, copies of them that are sent, and pictures that are sent and are on no list.
    static let known = 40
    static let sent = 36
    static let innocent = 4
    /// Hashes of no picture: clients refuse a set of fewer than 1,000 entries.
    static let fillers = 1_000

    private var state: UInt64 = 20_240_607

    /// SplitMix64.
    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }

    /// Lines of a list: the known pictures.
    mutating func knownHashes() throws -> [String] {
        try (0..<Self.known).map { index in
            guard let found = MediaFile.fingerprinted(try picture(index))?.fingerprint else {
                throw Failure("a sample picture has no fingerprint", code: Failure.internalFailure)
            }
            return "pdq \(found.hash.hexadecimal),\(found.quality)"
        }
    }

    mutating func otherHashes(count: Int = fillers) -> [String] {
        (0..<count).map { _ in
            "pdq " + PDQHash(words: (next(), next(), next(), next())).hexadecimal
        }
    }

    /// Name and content of what is sent.
    func sentPictures() throws -> [(String, [UInt8])] {
        let names = (0..<Self.sent).map { ($0, "listed-\($0 + 1).jpg") }
        let others = (0..<Self.innocent).map { (Self.known + $0, "other-\($0 + 1).jpg") }
        return try (names + others).map { (index, name) in
            (name, try picture(index).shrunk(toLongestSide: 384).jpeg(quality: 75))
        }
    }

    /// Patches of light and colour on a grid, blended into each other, different for each index.
    private func picture(_ index: Int) throws(PictureError) -> DecodedPicture {
        var own = SamplePictures()
        own.state = UInt64(index + 1) &* 0xD6E8_FEB8_6659_FD93
        let (width, height, cell) = (512, 384, 32)
        let columns = width / cell + 1
        let corners = (0..<(columns * (height / cell + 1))).map { _ in own.next() }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(3 * width * height)
        for y in 0..<height {
            for x in 0..<width {
                let at = y / cell * columns + x / cell
                let (right, down) = (x % cell, y % cell)
                for shift: UInt64 in [0, 8, 16] {
                    func value(_ place: Int) -> Int { Int(corners[place] >> shift & 0xFF) }
                    let above = value(at) * (cell - right) + value(at + 1) * right
                    let below = value(at + columns) * (cell - right) + value(at + columns + 1) * right
                    pixels.append(UInt8((above * (cell - down) + below * down) / (cell * cell)))
                }
            }
        }
        return try DecodedPicture(width: width, height: height, pixels: pixels)
    }
}
