import SealedMatchAuthority
import SealedMatchFingerprint
import Foundation
import SealedMatchOpenings
import SealedMatchCases
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchTestSupport
import Testing

@Suite struct ReviewTests {
    private func pdq(_ words: (UInt64, UInt64, UInt64, UInt64), flipping bits: Int = 0, from first: Int = 0) -> PDQHash
    {
        var words = words
        for bit in first..<(first + bits) {
            switch bit / 64 {
            case 0: words.0 ^= 1 << UInt64(bit % 64)
            case 1: words.1 ^= 1 << UInt64(bit % 64)
            case 2: words.2 ^= 1 << UInt64(bit % 64)
            default: words.3 ^= 1 << UInt64(bit % 64)
            }
        }
        return PDQHash(words: words)
    }

    private func sent(_ hash: PDQHash) -> Payload {
        Payload(fingerprintKind: .pdq, fingerprint: Bytes32(hash), quality: 90, note: [])
    }

    @Test func findsTheNearestListedHash() throws {
        var random = SeededRandom(81)
        var known = KnownHashes()
        var hashes: [PDQHash] = []
        for index in 0..<2_000 {
            let hash = PDQHash(words: (random.next(), random.next(), random.next(), random.next()))
            hashes.append(hash)
            known.add(hash, KnownHashes.Entry(label: "item \(index)", sources: ["a"]))
        }
        let base = (random.next(), random.next(), random.next(), random.next())
        known.add(pdq(base, flipping: 20), KnownHashes.Entry(label: "far", sources: ["a"]))
        known.add(pdq(base, flipping: 5, from: 100), KnownHashes.Entry(label: "near", sources: ["a", "b"]))
        let near = KnownHashes.Entry(label: "near", sources: ["a", "b"])
        #expect(known.compare(sent(pdq(base))) == .near(near, distance: 5))
        #expect(known.compare(sent(pdq(base, flipping: 5, from: 100))) == .near(near, distance: 0))
        #expect(known.compare(sent(pdq(base, flipping: 26, from: 190))) == .near(near, distance: 31))
        #expect(known.compare(sent(pdq(base, flipping: 27, from: 190))) == .notListed)
        // Against the plain definition
        for _ in 0..<200 {
            let target = hashes[Int(random.next() % 2_000)]
            let query = pdq(target.wordsForTest, flipping: Int(random.next() % 45), from: Int(random.next() % 200))
            let best = hashes.map { $0.hammingDistance(to: query) }.min()!
            switch known.compare(sent(query)) {
            case .near(_, let distance): #expect(distance == best)
            default: #expect(best > 31)
            }
        }
    }

    @Test func comparesExactHashes() throws {
        var known = KnownHashes()
        let entry = KnownHashes.Entry(label: "file", sources: ["b"])
        known.add(sha256: bytes(3), entry)
        try known.add(md5: [UInt8](repeating: 4, count: 16), entry)
        var padded = Bytes32()
        for index in 0..<16 { padded[index] = 4 }
        #expect(
            known.compare(Payload(fingerprintKind: .sha256, fingerprint: bytes(3), quality: 0, note: []))
                == .exact(entry))
        #expect(
            known.compare(Payload(fingerprintKind: .sha256, fingerprint: bytes(4), quality: 0, note: []))
                == .notListed)
        #expect(
            known.compare(Payload(fingerprintKind: .md5, fingerprint: padded, quality: 0, note: [])) == .exact(entry))
        padded[31] = 1
        #expect(known.compare(Payload(fingerprintKind: .md5, fingerprint: padded, quality: 0, note: [])) == .notListed)
        #expect(
            known.compare(Payload(fingerprintKind: .none, fingerprint: Bytes32(), quality: 0, note: []))
                == .noFingerprint)
        #expect(
            known.compare(Payload(fingerprintKind: .pdq, fingerprint: bytes(3), quality: 0, note: [])) == .notListed)
        #expect(code { try known.add(md5: [1], entry) } == .wrongLength)
    }

    @Test func writesACaseFile() throws {
        let scratch = TemporaryDirectory()
        var random = SeededRandom(82)
        let owner = try Owner(account(1), threshold: 3, polynomials: 4, random: &random)
        var known = KnownHashes()
        known.add(pdq((1, 2, 3, 4)), KnownHashes.Entry(label: "one", sources: ["a", "b"]))
        let payloads = [
            sent(pdq((1, 2, 3, 4), flipping: 7)), sent(pdq((~0, ~0, 0, 5))),
            Payload(fingerprintKind: .none, fingerprint: Bytes32(), quality: 0, note: Array("see ü/\"".utf8)),
        ]
        let openings = try payloads.map { try owner.match(showing: $0, &random) }
        let reveal = try owner.revealer.reveal(kept(openings)).reveal
        let file = CaseFile(reveal, knownHashes: known)
        #expect(file.matches.map(\.finding) == ["near", "notListed", "noFingerprint"])
        #expect(file.matches.map(\.distance) == [7, nil, nil])
        #expect(file.matches[0].label == "one")
        #expect(file.matches[0].sources == ["a", "b"])
        #expect(file.matches.map(\.warnings.count) == [0, 1, 1])
        #expect(file.matches[2].note == Data("see ü/\"".utf8).base64EncodedString())
        #expect(file.listedMatchCount == 1)
        #expect(file.warnings.count == 1)
        #expect(file.notice.contains("not a proof"))
        #expect(file.epochStart == 7 * 30 * 86_400)
        // The same bytes each time, owner-readable only, and back again
        let path = scratch.path + "/" + file.fileName
        try file.write(to: path)
        try file.write(to: path)
        #expect(try CaseFile.read(from: path) == file)
        #expect(try CaseFile(reveal, knownHashes: known).encoded() == file.encoded())
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == [file.fileName])
        #expect(code { _ = try CaseFile(decoding: Array("{}".utf8)) } == .invalidMagic)
        #expect(code { _ = try CaseFile(decoding: []) } == .invalidMagic)
    }
}

extension PDQHash {
    /// The words again, from the bits.
    fileprivate var wordsForTest: (UInt64, UInt64, UInt64, UInt64) {
        func word(_ index: Int) -> UInt64 { (0..<64).reduce(0) { self[64 * index + $1] ? $0 | 1 << UInt64($1) : $0 } }
        return (word(0), word(1), word(2), word(3))
    }
}
