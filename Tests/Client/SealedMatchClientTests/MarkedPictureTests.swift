import SealedMatchClient
import SealedMatchCrypto
import SealedMatchFingerprint
import SealedMatchProtocol
import SealedMatchTestSupport
import Testing

/// A picture with a mark on it, of which a set has both lines: the hash, and the hash without marks.
@Suite struct MarkedPictureTests {
    /// Shades that change slowly, with a strip of darker glass over the upper sixth.
    private struct Shaded {
        static let (width, height) = (192, 144)
        let fingerprint: PDQFingerprint
        let raster: PictureRaster

        init(seed: UInt64, hasStrip: Bool) throws {
            var random = SeededRandom(seed)
            func lattice(_ cells: Int) -> (Int, Int) -> Int {
                let corners = (0..<(cells + 1) * (cells + 1)).map { _ in Int(random.next() % 256) }
                return { x, y in
                    let (u, v) = (x * cells * 256 / Self.width, y * cells * 256 / Self.height)
                    let (i, j, a, b) = (u >> 8, v >> 8, u & 255, v & 255)
                    func corner(_ column: Int, _ row: Int) -> Int { corners[row * (cells + 1) + column] }
                    let top = corner(i, j) * (256 - a) + corner(i + 1, j) * a
                    let bottom = corner(i, j + 1) * (256 - a) + corner(i + 1, j + 1) * a
                    return (top * (256 - b) + bottom * b) >> 16
                }
            }
            let (coarse, fine) = (lattice(5), lattice(23))
            var pixels: [UInt8] = []
            for y in 0..<Self.height {
                for x in 0..<Self.width {
                    let shade = 128 + ((11 * coarse(x, y) + 5 * fine(x, y)) / 16 - 128) * 5 / 4
                    pixels.append(UInt8(clamping: hasStrip && y < 24 ? shade * 3 / 8 + 16 : shade))
                }
            }
            fingerprint = try PDQFingerprint(
                pixels: pixels.span.bytes, width: Self.width, height: Self.height, bytesPerRow: Self.width,
                format: .gray8)
            raster = try PictureRaster(
                pixels: pixels.span.bytes, width: Self.width, height: Self.height, bytesPerRow: Self.width,
                format: .gray8)
        }
    }

    private let profile = FingerprintProfile.profile3
    private let marked: Shaded
    /// The file that is listed; and a copy on which the mark is not found: the same hash, and a raster without a strip.
    private let file: MediaItem
    private let copy: MediaItem

    init() throws {
        let seeds: ClosedRange<UInt64> = 1...50
        // One whose mark moves its key far enough.
        let seed = try #require(try seeds.first { try Self.withoutMarks(Shaded(seed: $0, hasStrip: true)) != nil })
        marked = try Shaded(seed: seed, hasStrip: true)
        file = .picture(marked.fingerprint, raster: marked.raster)
        copy = .picture(marked.fingerprint, raster: try Shaded(seed: seed, hasStrip: false).raster)
    }

    private static func withoutMarks(_ shaded: Shaded) -> PDQHash? {
        FingerprintProfile.profile3.withoutMarks(shaded.fingerprint, raster: shaded.raster, separation: 6)?.hash
    }

    private func fixture(_ profile: FingerprintProfile) throws -> Fixture {
        let without = try #require(Self.withoutMarks(marked))
        return try Fixture(listed: [marked.fingerprint.hash, without]) { $0.profile = profile }
    }

    /// Either line alone is a match. Of one account both together are one: whichever comes first.
    @Test func twoLinesOfOnePictureCountOnce() throws {
        let fixture = try self.fixture(profile)
        let set = try fixture.open()
        let (ofFile, ofCopy) = (file.probed(fixture.parameters, note: []), copy.probed(fixture.parameters, note: []))
        #expect(Set(ofFile.keys).isDisjoint(with: ofCopy.keys))
        let own = EntryKey(perceptual: profile.shortKey(of: marked.fingerprint.hash))
        #expect(ofFile.asSent == own && ofCopy.asSent == nil && ofCopy.keys.contains(own))
        for order in [[file, copy], [copy, file]] {
            for item in order {
                var alone = try fixture.sealer(set)
                #expect(try fixture.matches(alone.seal(item)) == 1)
            }
            var sealer = try fixture.sealer(set)
            #expect(try fixture.matches(sealer.seal(order[0])) == 1)
            #expect(try fixture.matches(sealer.seal(order[1])) == 0)
        }
        // Also of two devices that merge, and after a restart.
        var phone = try fixture.sealer(set)
        var tablet = try fixture.sealer(set)
        #expect(try fixture.matches(phone.seal(file)) == 1)
        try tablet.merge(deviceState: phone.encodedState)
        #expect(try fixture.matches(tablet.seal(copy)) == 0)
        var again = try fixture.sealer(set, state: phone.encodedState)
        #expect(try fixture.matches(again.seal(copy)) == 0)
    }

    /// Without marks nothing is noted but the keys that are probed.
    @Test func withoutMarksTheStoreHasTheProbes() throws {
        let fixture = try self.fixture(.standard)
        let probed = file.probed(fixture.parameters, note: [])
        #expect(probed.asSent == nil && probed.keys == file.probes(fixture.parameters))
        var sealer = try fixture.sealer()
        _ = try sealer.seal(file)
        #expect(count(sealer.encodedState) == probed.keys.count)
        let other = try self.fixture(profile)
        var marking = try other.sealer()
        _ = try marking.seal(file)
        #expect(count(marking.encodedState) == file.probes(other.parameters).count + 1)
    }

    private func count(_ state: [UInt8]) -> Int { state[24..<28].reversed().reduce(0) { $0 << 8 | Int($1) } }
}
