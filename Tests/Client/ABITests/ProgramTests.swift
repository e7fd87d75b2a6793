import SealedMatchFingerprint
import Foundation
import SealedMatchClient
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchSets
import SealedMatchTestSupport
import Testing

/// C programs against the library that is shipped.
@Suite(.enabled(if: CLibrary.isBuilt)) struct ProgramTests {
    private let library: CLibrary
    private let set: SmallSet
    private let directory = TemporaryDirectory()
    private static let known: [ListedHash] = {
        var random = SeededRandom(31)
        return (0..<1_200).map { _ in .sha256(try! random.bytes32()) }
    }()

    init() throws {
        library = try #require(CLibrary.built)
        set = try SmallSet(lists: [Self.known, Self.known])
    }

    private var keys: [String] {
        self.set.built.header.sources.map { $0.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
    }

    private func compile(_ source: URL, _ options: [String], include: String? = nil, libraries: String? = nil) throws
        -> String
    {
        let place = libraries ?? library.directory.path
        let out = directory.file("program-" + UUID().uuidString)
        try Run(
            [
                "clang", "-fuse-ld=lld", "-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-I",
                include ?? CLibrary.header.deletingLastPathComponent().path,
            ] + options
                + [source.path, "-o", out, "-L", place, "-lsealedmatch", "-lpthread", "-Wl,-rpath," + place]
        ).expectSuccess()
        return out
    }

    private func run(program name: String) throws -> Run {
        let program = try compile(
            CLibrary.program(name), ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"])
        return try Run([program, set.path, directory.path, String(SmallSet.now)] + keys)
    }

    @Test func hostileArgumentsGiveCodes() throws {
        let standard = FingerprintProfile.standard
        for (name, positions, penalty) in [
            ("other-penalty", standard.positions, 52), ("other-positions", standard.positions.dropLast() + [255], 51),
        ] {
            var parameters = Parameters()
            parameters.profile = try FingerprintProfile(
                id: standard.id, positions: positions, probes: standard.probes, minimumQuality: standard.minimumQuality,
                probeQuality: standard.probeQuality,
                hypotheses: standard.hypotheses.dropLast() + [
                    .raster(tone: -1, shift: 157, zoom: 1_024, penalty: penalty)
                ])
            // Its sources are the same in every small set.
            let other = try SmallSet(lists: [Self.known, Self.known], parameters: parameters)
            #expect(other.built.header.sources == set.built.header.sources)
            try FileManager.default.copyItem(atPath: other.path, toPath: directory.file(name + ".smset"))
        }
        var parameters = Parameters()
        parameters.profile = .profile3
        let next = try SmallSet(lists: [Self.known, Self.known], parameters: parameters)
        try FileManager.default.copyItem(atPath: next.path, toPath: directory.file("profile-3.smset"))
        let result = try run(program: "hostile")
        result.expectSuccess()
        #expect(result.output.contains("refused all of it"))
    }

    @Test func threadsShareASet() throws {
        let result = try run(program: "threads")
        result.expectSuccess()
        #expect(result.output.contains("all threads agree"))
    }

    /// `make install`, pkg-config, and the example as a messenger's engineer would build it; then what it sent opens at
    /// the authority.
    @Test(arguments: ["valgrind", "address"]) func exampleSealsAndLeaksNothing(_ checker: String) throws {
        let prefix = directory.file("usr")
        try Run(["make", "-s", "-C", CLibrary.root.path, "install", "PREFIX=" + prefix]).expectSuccess()
        let flags = try Run(
            ["pkg-config", "--cflags", "--libs", "sealedmatch"],
            environment: ["PKG_CONFIG_PATH": prefix + "/lib/pkgconfig"])
        flags.expectSuccess()
        let options = flags.output.split(whereSeparator: \.isWhitespace).map(String.init)
        let program = directory.file("seal")
        // The example takes the machine's clock.
        let set = try SmallSet(
            lists: [Self.known, Self.known], now: UInt64(max(0, Date().timeIntervalSince1970)))
        #expect(set.built.header.sources == self.set.built.header.sources)
        try Run(
            ["clang", "-fuse-ld=lld", "-Wall", "-Wextra", "-Werror", "-g"]
                + (checker == "address" ? ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"] : [])
                + [CLibrary.example.path, "-o", program] + options + ["-Wl,-rpath," + prefix + "/lib"]
        ).expectSuccess()
        var random = SeededRandom(8)
        var picture = Array("P6\n96 80\n255\n".utf8)
        picture += random.bytes(3 * 96 * 80)
        try Data(picture).write(to: URL(fileURLWithPath: directory.file("good.ppm")))
        try Data(picture.dropLast()).write(to: URL(fileURLWithPath: directory.file("short.ppm")))
        try FileManager.default.createDirectory(atPath: directory.file("uploads"), withIntermediateDirectories: false)
        let valgrind = [
            "valgrind", "-q", "--leak-check=full", "--show-leak-kinds=definite,indirect,possible",
            "--errors-for-leak-kinds=definite,indirect,possible", "--error-exitcode=9",
        ]
        let command =
            [
                program, set.path, directory.file("state"), directory.file("uploads"), directory.file("good.ppm"),
                directory.file("short.ppm"), directory.file("none.ppm"), "--",
            ] + keys
        let result = try Run((checker == "valgrind" ? valgrind : []) + command)
        result.expectSuccess()
        #expect(
            result.output.contains(
                "1200 entries, each listed by at least 2 of the sources given; from 30 matches on somebody can look"),
            "\(result.output)")

        let uploads = try FileManager.default.contentsOfDirectory(atPath: directory.file("uploads")).sorted()
        #expect(uploads == ["0.registration", "0.voucher", "1.voucher", "2.voucher"])
        let registration = try Registration(canonical: bytes("uploads/0.registration"))
        #expect(registration.account == (try AccountID(name: Array("example".utf8))))
        for name in uploads.dropFirst() {
            let voucher = try SealedVoucher(canonical: bytes("uploads/" + name))
            #expect(voucher.header.pseudonym == registration.pseudonym && voucher.header.epoch == registration.epoch)
            #expect(try voucher.header.setRoot == set.built.header.root())
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.file("state/outbox")) == ["lock"])
    }

    /// The whole point: what the C library seals opens at the authority exactly where the item is in the set, once for
    /// each item.
    @Test func vouchersOpenWhereTheItemIsKnown() throws {
        var random = SeededRandom(77)
        let known = Self.known.prefix(6).map { if case .sha256(let digest) = $0 { digest } else { Bytes32() } }
        // Known, unknown, and the first known one again.
        let sent = try known + (0..<3).map { _ in try random.bytes32() } + [known[0]]
        let lines = sent.map { $0.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\n" }.joined()
        try lines.write(toFile: directory.file("digests"), atomically: true, encoding: .utf8)
        let program = try compile(CLibrary.program("exact"), ["-fsanitize=address"])
        try Run([program, set.path, directory.path, String(SmallSet.now)] + keys, input: directory.file("digests"))
            .expectSuccess()

        let exported = try bytes("secret")
        let secret = try exported.span.withUnsafeBytes { (raw) throws(SealedMatchError) in
            try AccountSecret(canonical: raw)
        }
        let registration = try Registration(canonical: bytes("registration"))
        let sharing = try secret.sharing(pseudonym: registration.pseudonym, parameters: set.built.header.parameters)
        let key = try sharing.epochKey(pseudonym: registration.pseudonym, epoch: secret.epoch)
        #expect(
            try key.commitment(pseudonym: registration.pseudonym, epoch: secret.epoch) == registration.commitment
                && secret.pseudonym(of: registration.account) == registration.pseudonym)
        for (index, digest) in sent.enumerated() {
            let voucher = try SealedVoucher(canonical: bytes("voucher-\(index)"))
            let context = try SlotContext(
                tableID: set.secrets.tableID, header: voucher.header.encoded, body: voucher.body,
                checkLevel: voucher.header.checkLevel)
            var payloads: [Payload] = []
            for (number, slot) in voucher.slots.enumerated() {
                let element = try Point(canonical: slot.element)
                guard let rkey = try context.open(slot, slotKey: set.secrets.key.evaluate(element).encoded) else {
                    continue
                }
                let opening = try Opening(header: voucher.header, slot: number, key: rkey, body: voucher.body)
                // Others open by chance, to nothing.
                guard let payload = try? opening.payload(under: key) else { continue }
                payloads.append(payload)
                #expect(try opening.share().map { sharing.share(at: $0.x) == $0.z } == true)
            }
            let expected =
                index < known.count
                ? [Payload(fingerprintKind: .sha256, fingerprint: digest, quality: 0, note: Array(digest.bytes[0..<4]))]
                : []
            #expect(payloads == expected, "voucher \(index)")
        }
    }

    @Test func exampleIsShort() throws {
        #expect(
            try String(contentsOf: CLibrary.example, encoding: .utf8).split(
                separator: "\n", omittingEmptySubsequences: false
            ).count <= 115)
    }

    private func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: directory.file(name))))
    }
}
