internal import SealedMatchFingerprint
internal import Foundation
internal import SealedMatchClient
internal import SealedMatchMessengerStandIn
internal import SealedMatchPictures
internal import SealedMatchCrypto

/// A picture of 12 megapixels from its file on: fingerprinting, and SealedMatch's share of what a messenger spends on
/// it.
struct PictureBenchmarks {
    private let rounds: Int
    private let set: SetFixture
    private let file: [UInt8]
    private let peer: PDQHashPeer?

    private static let width = 4_000
    private static let height = 3_000

    init(rounds: Int, set: SetFixture, directory: ScratchDirectory, progress: (String) -> Void) throws {
        self.rounds = rounds
        self.set = set
        let photograph = try Self.photograph()
        let picture =
            try photograph.map(Self.repeated)
            ?? DecodedPicture(
                width: Self.width, height: Self.height,
                pixels: WavePicture.pixels(width: Self.width, height: Self.height, noise: 7))
        file = try picture.jpeg(quality: 90)
        progress(
            "a JPEG file of \(file.count) bytes, \(photograph == nil ? "made by a formula: SEALEDMATCH_PICTURES is not set" : "from a photograph")"
        )
        guard let python = PDQHashPeer.python else {
            peer = nil
            return
        }
        let path = directory.file("large.jpg")
        try Data(file).write(to: URL(fileURLWithPath: path))
        peer = try PDQHashPeer(python: python, picture: path)
    }

    func measure(_ report: (BenchmarkRow) -> Void) throws {
        var sealer = try SealFixture.sealer(set.open())
        let key = try SealFixture.rkey()
        var decoding: [Double] = []
        var hashing: [Double] = []
        var theirs: [Double] = []
        var ours: [Double] = []
        var messenger: [Double] = []
        var shares: [Double] = []
        var sentShares: [Double] = []
        for _ in 0..<rounds {
            var decoded: DecodedPicture?
            decoding.append(try Stopwatch.time { decoded = try Picture.decode(file) } / 1e3)
            var item = MediaItem.unreadable
            hashing.append(try Stopwatch.time { item = try Self.item(Picture.decode(file)) } / 1e3)
            if let peer {
                let (seconds, hash) = try peer.hashOnce()
                theirs.append(seconds * 1e3)
                // Pillow brings a libjpeg of its own, which may round a pixel differently.
                guard let own = item.fingerprint?.hash, try own.hammingDistance(to: PDQHash(hexadecimal: hash)) <= 8
                else {
                    throw BenchmarkFailure(description: "pdqhash gives another hash of the large picture")
                }
            }
            guard let decoded else { continue }
            var sent: DecodedPicture?
            let spent = try Stopwatch.time {
                let reduced = try Picture.decode(file).shrunk(toLongestSide: 1_600)
                _ = try AttachmentEncryption.encrypt(reduced.jpeg(quality: 75), key: key)
                sent = reduced
            }
            let whole = try Stopwatch.time { _ = try sealer.seal(Self.item(decoded)) }
            guard let sent else { continue }
            let reduced = try Stopwatch.time { _ = try sealer.seal(Self.item(sent)) }
            messenger.append(spent / 1e3)
            ours.append(whole / 1e3)
            shares.append(whole / spent)
            sentShares.append(reduced / spent)
        }
        report(BenchmarkRow(.pdqLarge, hashing.median, "ms", floor: decoding.median))
        if peer != nil { report(BenchmarkRow(.pdqLargePeer, hashing.median / theirs.median, "x")) }
        report(BenchmarkRow(.sealShareOurs, ours.median, "ms"))
        report(BenchmarkRow(.sealShareMessenger, messenger.median, "ms"))
        report(BenchmarkRow(.sealShare, shares.median, "x"))
        report(BenchmarkRow(.sealShareSentCopy, sentShares.median, "x"))
    }

    private static func item(_ picture: DecodedPicture) throws -> MediaItem {
        try MediaItem.picture(
            pixels: picture.pixels.span.bytes, width: picture.width, height: picture.height,
            bytesPerRow: picture.bytesPerRow, format: .rgb8)
    }

    /// The first JPEG file, by name, of the directory that the environment names.
    private static func photograph() throws -> DecodedPicture? {
        guard let directory = ProcessInfo.processInfo.environment["SEALEDMATCH_PICTURES"], !directory.isEmpty else {
            return nil
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0.hasSuffix(".jpg") }
            .sorted()
        guard let name = names.first else {
            throw BenchmarkFailure(description: "the directory of SEALEDMATCH_PICTURES has no file *.jpg")
        }
        return try Picture.read(path: directory + "/" + name)
    }

    /// The picture beside and below itself, turned over each time so that no edge arises.
    private static func repeated(_ picture: DecodedPicture) throws -> DecodedPicture {
        func place(_ at: Int, _ length: Int) -> Int {
            let within = at % (2 * length)
            return within < length ? within : 2 * length - 1 - within
        }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(3 * width * height)
        for y in 0..<height {
            let row = place(y, picture.height) * picture.bytesPerRow
            for x in 0..<width {
                let from = row + 3 * place(x, picture.width)
                pixels.append(contentsOf: picture.pixels[from..<from + 3])
            }
        }
        return try DecodedPicture(width: width, height: height, pixels: pixels)
    }
}
