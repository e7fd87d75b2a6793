import SealedMatchFingerprint
import Foundation
import SealedMatchClient
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchTestSupport
import Testing

/// The item as bytes, as the C interface hands it out.
@Suite struct MediaItemEncodingTests {
    private func picture() throws -> (item: MediaItem, fingerprint: PDQFingerprint) {
        var random = SeededRandom(4)
        let pixels = random.bytes(90 * 70 * 3)
        let fingerprint = try PDQFingerprint(
            pixels: pixels.span.bytes, width: 90, height: 70, bytesPerRow: 270, format: .rgb8)
        let item = try MediaItem.picture(
            pixels: pixels.span.bytes, width: 90, height: 70, bytesPerRow: 270, format: .rgb8)
        return (item, fingerprint)
    }

    @Test func keepsTheFingerprint() throws {
        let (item, fingerprint) = try picture()
        #expect(item.encoded.count == MediaItem.encodedCount && MediaItem.encodedCount == 66_600)
        let again = try MediaItem(canonical: item.encoded)
        #expect(again.fingerprint == fingerprint)
        #expect(again.probes(Parameters()) == item.probes(Parameters()) && !item.probes(Parameters()).isEmpty)
        let digest = try Bytes32(exactly: [UInt8](repeating: 9, count: 32))
        for other in [MediaItem.file(sha256: digest), .file(sha256: Bytes32()), .unreadable] {
            #expect(try MediaItem(canonical: other.encoded).encoded == other.encoded)
            #expect(other.fingerprint == nil)
        }
    }

    @Test func onlyOwnEncodingsAreTaken() throws {
        let encoded = try picture().item.encoded
        try expectCanonical(encoded, mutations: 3_000, seed: 5) { try MediaItem(canonical: $0).encoded }
        try expectCanonical(MediaItem.unreadable.encoded, mutations: 1_000, seed: 6) {
            try MediaItem(canonical: $0).encoded
        }
        expectExactLength(encoded) { _ = try MediaItem(canonical: $0) }
        for offset in [6, 7] {
            expectCode(.nonCanonical, "reserved") { _ = try MediaItem(canonical: encoded.replacing([1], at: offset)) }
        }
        for kind: UInt8 in [3, 4, 255] {
            expectCode(.nonCanonical) { _ = try MediaItem(canonical: encoded.replacing([kind], at: 4)) }
        }
        for value in [Float.nan, .infinity, -.infinity, 1e30] {
            expectCode(.nonCanonical) {
                _ = try MediaItem(canonical: encoded.replacing(littleEndian(value.bitPattern), at: 40))
            }
        }
        expectCode(.nonCanonical, "quality") { _ = try MediaItem(canonical: encoded.replacing([101], at: 5)) }
    }

    /// The largest coefficients that a picture can have lie within what the decoder takes.
    @Test func extremePicturesEncode() throws {
        for (row, column) in [(1, 0), (0, 1), (1, 1), (8, 8), (64, 1)] {
            var pixels = [UInt8](repeating: 0, count: 128 * 128)
            for y in 0..<128 {
                for x in 0..<128 where ((row == 0 ? 0 : y / row) + (column == 0 ? 0 : x / column)) % 2 == 0 {
                    pixels[128 * y + x] = 255
                }
            }
            let item = try MediaItem.picture(
                pixels: pixels.span.bytes, width: 128, height: 128, bytesPerRow: 128, format: .gray8)
            #expect(try MediaItem(canonical: item.encoded).encoded == item.encoded)
        }
    }
}

/// Sets that a messenger holds in memory.
@Suite struct SetInMemoryTests {
    @Test func copyIsCheckedLikeAFile() throws {
        let fixture = try Fixture()
        var bytes = fixture.forge.file(try fixture.forge.signatures())
        let opened = try bytes.withUnsafeBytes {
            try BlindedSet.open(copying: $0, trust: fixture.forge.trust, now: fixture.now)
        }
        #expect(try opened.header == fixture.open().header && opened.root == fixture.open().root)
        // What the caller does to its own bytes afterwards does not matter.
        let before = try opened.table().cell(7)
        bytes = [UInt8](repeating: 0, count: bytes.count)
        #expect(try opened.table().cell(7) == before)
        var damaged = fixture.forge.file(try fixture.forge.signatures())
        damaged[damaged.count - 1] ^= 1
        expectCode(.rootMismatch) {
            _ = try damaged.withUnsafeBytes {
                try BlindedSet.open(copying: $0, trust: fixture.forge.trust, now: fixture.now)
            }
        }
        expectCode(.wrongLength) {
            _ = try damaged.dropLast().withUnsafeBytes {
                try BlindedSet.open(copying: $0, trust: fixture.forge.trust, now: fixture.now)
            }
        }
        expectCode(.wrongLength) {
            _ = try [UInt8]().withUnsafeBytes {
                try BlindedSet.open(copying: $0, trust: fixture.forge.trust, now: fixture.now)
            }
        }
        expectCode(.setExpired) {
            _ = try fixture.forge.file(fixture.forge.signatures()).withUnsafeBytes {
                try BlindedSet.open(copying: $0, trust: fixture.forge.trust, now: .max)
            }
        }
    }
}

/// Names of waiting vouchers.
@Suite struct OutboxEntryNameTests {
    @Test func textAndBytesAreOneToOne() throws {
        var random = SeededRandom(3)
        for _ in 0..<200 {
            let name = OutboxEntryName(
                release: random.next() >> (random.next() % 64), first: random.next(), second: random.next())
            #expect(OutboxEntryName(text: Array(name.text.utf8)) == name)
            #expect(
                try OutboxEntryName(canonical: name.encoded) == name
                    && name.encoded.count == OutboxEntryName.encodedCount
            )
        }
        let text = Array(OutboxEntryName(release: 10, first: 0, second: .max).text.utf8)
        #expect(String(decoding: text, as: UTF8.self) == "000000000000000a-0000000000000000ffffffffffffffff.voucher")
        for index in text.indices {
            for byte in [UInt8(ascii: "/"), 0, UInt8(ascii: "G"), UInt8(ascii: "A"), 0xFF] {
                #expect(OutboxEntryName(text: text.replacing([byte], at: index)) == nil)
            }
        }
        #expect(
            OutboxEntryName(text: Array(text.dropLast())) == nil && OutboxEntryName(text: text + [0]) == nil
                && OutboxEntryName(text: []) == nil)
        for count in [0, 23, 25] {
            expectCode(.wrongLength) { _ = try OutboxEntryName(canonical: [UInt8](repeating: 0, count: count)) }
        }
    }

    @Test func orderIsThatOfTheText() {
        var random = SeededRandom(4)
        let names = (0..<100).map { _ in
            OutboxEntryName(release: random.next() % 8, first: random.next(), second: random.next())
        }
        #expect(names.sorted().map(\.text) == names.map(\.text).sorted())
    }

    /// One at a time, each once, in the order of `due`.
    @Test func oneAfterAnother() throws {
        let fixture = try Fixture()
        let directory = TemporaryDirectory()
        var sealer = try fixture.sealer()
        let outbox = try Outbox(path: directory.file("box"), window: 50)
        for _ in 0..<12 { try outbox.enqueue(sealer.seal(.unreadable), now: 100) }
        try Data().write(
            to: URL(fileURLWithPath: directory.file("box/" + OutboxEntryName(release: 1, first: 0, second: 0).text)))
        var seen: [[UInt8]] = []
        var unreadable = 0
        var previous: OutboxEntryName?
        while let entry = try { () throws -> Outbox.Entry? in
            let due = try outbox.due(after: previous, now: 150, limit: 1)
            unreadable += due.unreadable
            return due.entries.first
        }() {
            seen.append(entry.voucher)
            previous = entry.name
        }
        #expect(try seen == outbox.due(now: 150).entries.map(\.voucher) && seen.count == 12 && unreadable == 1)
    }
}
