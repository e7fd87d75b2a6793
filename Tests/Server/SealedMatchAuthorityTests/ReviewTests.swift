import Foundation
import SealedMatchAuthority
import SealedMatchCases
import SealedMatchCrypto
import SealedMatchFingerprint
import SealedMatchLists
import SealedMatchOpenings
import SealedMatchProtocol
import SealedMatchTestSupport
import Testing

/// What a reviewer gets to read. What each fingerprint is compared with, and how, is in the vectors.
@Suite struct ReviewTests {
    let scratch = TemporaryDirectory()
    private let profile = FingerprintProfile.standard

    /// A hash that differs from `hash` in bits of its short key and in others.
    private func moved(_ hash: PDQHash, key: Int, others: Int = 0) throws -> PDQHash {
        var encoded = Bytes32(hash).bytes
        let positions = profile.positions.map(Int.init)
        for bit in positions.prefix(key) + (0..<256).filter({ !positions.contains($0) }).prefix(others) {
            encoded[31 - bit / 8] ^= 1 << UInt8(bit % 8)
        }
        return try PDQHash(canonical: encoded)
    }

    private func hash(_ random: inout SeededRandom) -> PDQHash {
        PDQHash(words: (random.next(), random.next(), random.next(), random.next()))
    }

    private func sent(_ hash: PDQHash) -> Payload {
        Payload(fingerprintKind: .pdq, fingerprint: Bytes32(hash), quality: 90, note: [])
    }

    private let token = ResolutionToken(canonical: bytes(77))

    private func reveal(_ payloads: [Payload], _ random: inout SeededRandom, root: SetRoot) throws -> Reveal {
        Reveal(
            pseudonym: pseudonym(1), epoch: 7, token: token, threshold: 3,
            matches: try payloads.map {
                RevealedMatch(
                    voucherID: try VoucherID.random(from: &random), slot: 4, setRoot: root, payload: $0,
                    quarantined: false)
            })
    }

    @Test func namesAnEntryByItsKey() throws {
        var random = SeededRandom(81)
        let set = try TinySet(in: scratch, random: &random)
        let header = set.blinded.header
        let (one, two) = (header.sources[0], header.sources[1])
        let pictures = (0..<4).map { _ in hash(&random) }
        // A later line of the same key is the same entry; the other source lists it, too.
        let lists = [
            KnownList(
                name: "a.txt", source: one,
                list: try list(
                    "# a list\n\n\(pictures[0].hexadecimal)\n"
                        + "\(try moved(pictures[0], key: 0, others: 9).hexadecimal)\n")),
            KnownList(
                name: "b.txt", source: two,
                hashes: [
                    .pdq(pictures[1]), .pdq(pictures[0]), .sha256(bytes(3)),
                    .md5(try MD5Digest(exactly: [UInt8](repeating: 4, count: 16))),
                ]),
        ]
        let comparison = try CaseComparison(lists: lists, sets: [header])
        var md5 = Bytes32()
        for index in 0..<16 { md5[index] = 4 }
        let payloads = [
            // Far by PDQ, and within r = 6 bits of the key: the entry that an honest match met.
            sent(try moved(pictures[0], key: 2, others: 58)),
            sent(try moved(pictures[1], key: 7, others: 20)), sent(pictures[2]),
            Payload(fingerprintKind: .sha256, fingerprint: bytes(3), quality: 0, note: []),
            Payload(fingerprintKind: .md5, fingerprint: md5, quality: 0, note: []),
            Payload(fingerprintKind: .none, fingerprint: Bytes32(), quality: 0, note: Array("see ü/\"".utf8)),
        ]
        let file = try CaseFile(reveal(payloads, &random, root: set.root), by: comparison)
        #expect(file.matches.map(\.finding) == ["key", "near", "notListed", "exact", "exact", "noFingerprint"])
        #expect(file.matches.map(\.keyDistance) == [2, nil, nil, nil, nil, nil])
        #expect(file.matches.map(\.distance) == [51, 27, nil, nil, nil, nil])
        #expect(file.matches[0].label == "a.txt, line 3")
        #expect(file.matches[3].label == "b.txt, line 3")
        #expect(file.matches[0].key?.count == 18 && file.matches[0].key?.hasPrefix("01") == true)
        #expect(file.matches[0].sources.count == 2)
        #expect(file.matches.map(\.warnings.count) == [0, 1, 1, 0, 0, 1])
        #expect(!file.matches.flatMap(\.warnings).contains { $0.contains("fabricated") })
        #expect(file.matches[5].note == Data("see ü/\"".utf8).base64EncodedString())
        #expect(file.listedMatchCount == 4 && file.listedEntryCount == 4 && file.matchCount == 6)
        #expect(file.lists.map(\.hashes) == [2, 4])
        #expect(file.notice.contains("not a proof"))
        #expect(file.epochStart == 7 * 30 * 86_400)
        #expect(try CaseFile(decoding: file.encoded()) == file)
        #expect(code { _ = try CaseFile(decoding: Array("{}".utf8)) } == .invalidMagic)
    }

    /// A match by key is warned of if the whole hash is further off than copies are: from 65 bits on, of pictures.
    @Test func aKeyWithAFarHashIsWarnedOf() throws {
        var random = SeededRandom(83)
        let set = try TinySet(in: scratch, random: &random)
        let picture = hash(&random)
        let known = KnownList(name: "a", source: set.blinded.header.sources[0], hashes: [.pdq(picture)])
        let (kept, far) = (try moved(picture, key: 2, others: 62), try moved(picture, key: 2, others: 63))
        let frame = Payload(fingerprintKind: .video, fingerprint: Bytes32(far), quality: 90, note: [])
        let file = try CaseFile(
            reveal([sent(kept), sent(far), frame], &random, root: set.root),
            by: CaseComparison(lists: [known], sets: [set.blinded.header]))
        #expect(file.matches.map(\.finding) == ["key", "key", "key"])
        #expect(file.matches.map(\.distance) == [64, 65, 65])
        #expect(file.matches.map(\.warnings.count) == [0, 1, 0])
        #expect(file.matches[1].warnings[0].contains("65 bits"))
    }

    private func list(_ text: String, skipping: Bool = false) throws -> HashList {
        let bytes = Array(text.utf8)
        return try bytes.withUnsafeBytes { try HashList($0, profile: profile, skippingBadLines: skipping) }
    }

    /// A list counts for the sets that name its source, and for no others.
    @Test func listsOfStrangersAndEmptyOnesAreRefused() throws {
        var random = SeededRandom(82)
        let set = try TinySet(in: scratch, random: &random)
        let other = try TinySet(in: scratch, version: 2, random: &random)
        let picture = hash(&random)
        let stranger = KnownList(name: "s", source: bytes(9), hashes: [.pdq(picture)])
        let empty = KnownList(name: "e", source: set.blinded.header.sources[0], list: try list("# nothing\n\n"))
        for list in [stranger, empty] {
            #expect(
                code { _ = try CaseComparison(lists: [list], sets: [set.blinded.header]) } == .parameterOutOfRange)
        }
        let theirs = KnownList(name: "o", source: other.blinded.header.sources[0], hashes: [.pdq(picture)])
        let comparison = try CaseComparison(lists: [theirs], sets: [set.blinded.header, other.blinded.header])
        let file = try CaseFile(reveal([sent(picture)], &random, root: set.root), by: comparison)
        #expect(file.matches[0].finding == "notListed" && file.listedMatchCount == 0)
        let foreign = try reveal([sent(picture)], &random, root: SetRoot(canonical: bytes(77)))
        #expect(code { _ = try CaseFile(foreign, by: comparison) } == .unknownSet)
        let skipped = KnownList(
            name: "/etc/sealedmatch/lists/k.txt", source: set.blinded.header.sources[0],
            list: try list("\(picture.hexadecimal)\nno hash\n\(picture.hexadecimal),7\n", skipping: true))
        let warned = try CaseFile(
            reveal([sent(picture)], &random, root: set.root),
            by: CaseComparison(lists: [skipped], sets: [set.blinded.header]))
        #expect(warned.lists[0].badLines == 1 && warned.lists[0].poorLines == 1)
        #expect(warned.warnings.count { $0.contains("left out") } == 2)
        // Where the list is on the server is nobody's business who reads the case.
        #expect(warned.lists[0].name == "k.txt" && warned.matches[0].label == "k.txt, line 1")
        #expect(try !String(decoding: warned.encoded(), as: UTF8.self).contains("sealedmatch/"))
    }

    /// What a reviewer wrote stays; a later reveal adds a part; nothing new, nothing written.
    @Test func aCaseFileIsNeverWrittenAgain() throws {
        var random = SeededRandom(83)
        let set = try TinySet(in: scratch, random: &random)
        let comparison = try CaseComparison(lists: [], sets: [set.blinded.header])
        let folder = try CaseFolder(path: scratch.path + "/cases")
        let first = try reveal((0..<3).map { _ in sent(hash(&random)) }, &random, root: set.root)
        let added = try folder.add(first, by: comparison)
        #expect(added.file?.part == 1 && added.file?.matches.count == 3)
        #expect(try FileManager.default.attributesOfItem(atPath: added.path)[.posixPermissions] as? Int == 0o600)
        // A reviewer adds to it.
        var text = try String(contentsOfFile: added.path, encoding: .utf8)
        text = text.replacingOccurrences(of: "\"epoch\" :", with: "\"reviewer\" : \"seen, harmless\",\n  \"epoch\" :")
        try Data(text.utf8).write(to: URL(fileURLWithPath: added.path))
        let again = try folder.add(first, by: comparison)
        #expect(again.file == nil && again.path == added.path)
        let more = try reveal((0..<2).map { _ in sent(hash(&random)) }, &random, root: set.root)
        let grown = Reveal(
            pseudonym: pseudonym(1), epoch: 7, token: token, threshold: 3, matches: first.matches + more.matches)
        let second = try folder.add(grown, by: comparison)
        #expect(second.path.hasSuffix("-7-2.json") && second.file?.part == 2)
        #expect(second.file?.matches.count == 2 && second.file?.matchCount == 5)
        #expect(try String(contentsOfFile: added.path, encoding: .utf8) == text)
        #expect(try folder.add(grown, by: comparison).file == nil)
        // Part 1 went elsewhere: what it had is written again, in a part of its own, and nobody's place is taken.
        try FileManager.default.removeItem(atPath: added.path)
        let third = try folder.add(grown, by: comparison)
        #expect(third.path.hasSuffix("-7-3.json") && third.file?.matches.count == 3)
        // A part that cannot be read: nobody knows what it had.
        try Data("{".utf8).write(to: URL(fileURLWithPath: second.path))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(code { _ = try folder.add(grown, by: comparison) } == .invalidMagic)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == names)
    }
}
