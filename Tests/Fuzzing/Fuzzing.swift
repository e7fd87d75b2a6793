import SealedMatchFingerprint
import Foundation
import SealedMatchClient
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchPictures
import SealedMatchSets
import SealedMatchFiles
import SealedMatchWorkers

// libFuzzer harnesses, one a parser; SEALEDMATCH_FUZZ names the one to run (README.md beside this file). A harness of
// several kinds takes the kind from the input's first byte, or from its name: `log`, or `log.note`. Besides
// crashes, hangs and memory, each harness checks what the parser promises: what it accepts, it encodes again to the
// very same bytes.

/// One parser under test: returns false to keep the input out of the corpus.
private struct Harness {
    let run: (UnsafeRawBufferPointer) throws -> Void

    static func named(_ name: String) -> Harness? {
        let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
        switch parts[0] {
        case "log": return kinds(parts, LogHarness().run)
        case "custodian": return kinds(parts, CustodianHarness().run)
        default: return whole(name)
        }
    }

    private static func whole(_ name: String) -> Harness? {
        switch name {
        case "set": Harness(run: SetHarness().run)
        case "voucher": Harness(run: voucher)
        case "list": Harness(run: list)
        case "package": Harness(run: package)
        case "state": Harness(run: StateHarness().run)
        case "small": Harness(run: small)
        case "picture": Harness(run: picture)
        default: nil
        }
    }

    /// A harness of several kinds: the one that is named, or that which the first byte chooses.
    private static func kinds<Kind: CaseIterable & RawRepresentable<String>>(
        _ name: [String], _ run: @escaping (Kind, [UInt8]) throws -> Void
    ) -> Harness? {
        let all = Array(Kind.allCases)
        if name.count > 1 {
            return Kind(rawValue: name[1]).map { kind in Harness { input in try run(kind, [UInt8](input)) } }
        }
        return Harness { input in
            guard let choice = input.first else { return }
            try run(all[Int(choice) % all.count], [UInt8](input.dropFirst()))
        }
    }
}

/// Pictures: what is decoded has its pixels, and not more than the limit.
private func picture(_ input: UnsafeRawBufferPointer) throws {
    let limits = PictureLimits(fileBytes: 1 << 20, pixels: 1 << 18)
    let picture = try Picture.decode([UInt8](input), limits: limits)
    require(picture.pixels.count == 3 * picture.width * picture.height, "a picture has not its pixels")
    require(picture.width * picture.height <= limits.pixels, "a picture is beyond the limit")
}

private func require(_ condition: Bool, _ message: StaticString) {
    guard condition else { fatalError("\(message)") }
}

/// Set files: header, signature block, length, digest, then a probe of the table. The signature check is on one path,
/// and passed over on the other: a fuzzer does not forge Ed25519.
private final class SetHarness {
    private let path = NSTemporaryDirectory() + "sealedmatch-fuzz-" + String(ProcessInfo.processInfo.processIdentifier)
    private let keys = [EntryKey(perceptual: 0), EntryKey(perceptual: 1 << 40), EntryKey(sha256: Bytes32())]

    /// The input is a flag byte and the file. With the flag set, zeros are added up to the length that the header calls
    /// for, so that the fuzzer can work on the header alone.
    func run(_ input: UnsafeRawBufferPointer) throws {
        guard let flag = input.first, input.count <= 1 << 20 else { return }
        let bytes = [UInt8](input.dropFirst())
        let fd = Foundation.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        require(fd >= 0 && write(fd, bytes, bytes.count) == bytes.count, "no temporary file")
        if flag & 1 == 1, bytes.count >= SetHeader.tableOffset,
            let header = try? SetHeader(canonical: Array(bytes[0..<SetHeader.encodedCount])),
            header.cells <= 1 << 14
        {
            ftruncate(fd, off_t(max(bytes.count, SetHeader.tableOffset + 32 * header.cells)))
        }
        close(fd)
        let set = try SetFile(path: path)
        require(set.header.encoded == Array(bytes[0..<SetHeader.encodedCount]), "a header is not canonical")
        require(
            set.signatures.encoded == Array(bytes[SetHeader.encodedCount..<SetHeader.tableOffset]),
            "a signature block is not canonical")
        _ = try? set.signatures.validSigners(of: set.header)
        var trust = TrustPolicy(sources: set.header.sources, minimumSignatures: 1)
        trust.minimumConfirmedSources = 1
        trust.minimumEntries = 0
        trust.minimumThreshold = 2
        trust.minimumProbes = 1
        trust.maximumCheckLevels = try CheckLevels(canonical: [UInt8](repeating: .max, count: CheckLevels.count))
        trust.profiles = nil
        if let opened = try? BlindedSet.open(path: path, trust: trust, now: 1_800_000_000) {
            require(opened.header == set.header, "two readings of one file differ")
        }
        // Any table of the right length decodes at any key, to an element that is not the identity.
        let table = try set.table()
        let substitute = try Point.generator()
        for key in keys {
            let positions = try TablePositions(of: key, seed: set.header.positionSeed, cells: set.header.cells)
            require(!(try table.decode(at: positions, substitute: substitute)).isIdentity, "a decoding is the identity")
        }
    }
}

private let tableID = try! TableID(canonical: [UInt8](repeating: 7, count: TableID.encodedCount))
private let matchingKey = try! MatchingKey(canonical: [UInt8](repeating: 3, count: 32))

/// Vouchers: parse, encode, and open as the authority does.
private func voucher(_ input: UnsafeRawBufferPointer) throws {
    let bytes = [UInt8](input)
    let voucher = try SealedVoucher(canonical: bytes)
    require(voucher.encoded == bytes, "a voucher is not canonical")
    require(voucher.header.voucherCount == bytes.count, "a voucher's length does not follow from its header")
    let context = try SlotContext(
        tableID: tableID, header: voucher.header.encoded, body: voucher.body, checkLevel: voucher.header.checkLevel)
    for (index, slot) in voucher.slots.prefix(2).enumerated() {
        guard let element = try? Point(canonical: slot.element), !element.isIdentity else { continue }
        let slotKey = try matchingKey.evaluate(element).encoded
        let found = try context.open(slot, slotKey: slotKey)
        let opening = try Opening(
            header: voucher.header, slot: index, key: found ?? slot.wrappedKey, body: voucher.body)
        _ = try opening.share()
        let key = EpochKey(bytes: try SecretBytes.zeros(count: 32))
        _ = try? opening.payload(under: key)
    }
}

private func list(_ input: UnsafeRawBufferPointer) throws {
    let strict = try? unsafe HashList(input, profile: .standard)
    let lenient = try HashList(input, profile: .standard, skippingBadLines: true)
    if let strict {
        require(strict.hashes == lenient.hashes && lenient.badLines.isEmpty, "two readings of one list differ")
    } else {
        require(!lenient.badLines.isEmpty, "a refused list has no bad line")
    }
}

private func package(_ input: UnsafeRawBufferPointer) throws {
    let bytes = [UInt8](input)
    require(try AuditPackage(canonical: bytes).encoded == bytes, "an audit package is not canonical")
}

private final class StateHarness {
    func run(_ input: UnsafeRawBufferPointer) throws {
        let bytes = [UInt8](input)
        require(try SealerState(canonical: bytes).encoded == bytes, "a client state is not canonical")
    }
}

/// The small encodings: the first byte chooses.
private func small(_ input: UnsafeRawBufferPointer) throws {
    guard let choice = input.first else { return }
    let raw = UnsafeRawBufferPointer(rebasing: input[1...])
    let bytes = [UInt8](raw)
    switch choice % 8 {
    case 0: require(try KeyProof(canonical: bytes).encoded == bytes, "a key proof is not canonical")
    case 1: require(try Registration(canonical: bytes).encoded == bytes, "a registration is not canonical")
    case 2: require(try DLEQProof(canonical: bytes).encoded == bytes, "a proof is not canonical")
    case 3: require(try Payload(padded: bytes).padded(to: bytes.count) == bytes, "a payload is not canonical")
    case 4:
        let secret = try AccountSecret(canonical: raw)
        let exported = try secret.encoded()
        require(
            exported.withBytes({ (raw: UnsafeRawBufferPointer) in Array(raw) }) == bytes,
            "an account secret is not canonical")
    case 6: require(try ResolutionRequest(canonical: bytes).encoded == bytes, "a request is not canonical")
    case 7: require(try Release(canonical: bytes).encoded == bytes, "a release is not canonical")
    default:
        let secrets = try SetSecrets(canonical: raw)
        let digest = try SetSecrets.entriesDigest(inEncoded: raw)
        let encoded = try secrets.encoded(entriesDigest: digest)
        require(
            encoded.withBytes({ (raw: UnsafeRawBufferPointer) in Array(raw) }) == bytes,
            "a set's secrets are not canonical")
    }
}

nonisolated(unsafe) private let harness: Harness = {
    try! Sodium.start()
    let name = ProcessInfo.processInfo.environment["SEALEDMATCH_FUZZ"] ?? "voucher"
    guard let harness = Harness.named(name) else {
        fatalError("SEALEDMATCH_FUZZ: a harness of README.md")
    }
    return harness
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = UnsafeRawBufferPointer(start: data, count: count)
    do {
        try harness.run(input)
    } catch is SealedMatchError {
    } catch is HashList.Failure {
    } catch {
        fatalError("an error of another type")
    }
    return 0
}

/// Valid inputs to start from, one of each kind and size.
private func writeSeeds(to directory: String) throws {
    func write(_ target: String, _ name: String, _ bytes: [UInt8]) throws {
        let folder = directory + "/" + target
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + name))
    }
    var random = SystemRandom()
    let workers = Workers()
    let signer = try SigningKey.random(from: &random)
    var parameters = Parameters()
    parameters.minimumSources = 1
    parameters.polynomials = 16
    parameters.payloadCount = 128
    let hashes = try (0..<20).map { _ in ListedHash.sha256(try random.bytes32()) }
    let entries = try EntrySelection(
        lists: [hashes], profile: .standard, minimumSources: 1, separation: 6, workers: workers)
    let secrets = try SetSecrets.random()
    let built = try BuiltSet.build(
        entries,
        .init(
            version: 1, issuedAt: 1_800_000_000, expiresAt: 1_830_000_000, parameters: parameters,
            sources: [signer.publicKey]),
        secrets: secrets,
        workers: workers)
    // A table of zeros, which are valid cells, so that the padded seed is a whole and signed file.
    var header = built.header
    header.tableDigest = try [UInt8](repeating: 0, count: 32 * header.cells).withUnsafeBytes {
        (raw: UnsafeRawBufferPointer) throws(SealedMatchError) in try KDF.plainDigest(raw)
    }
    var signatures = SetSignatures()
    signatures.places[0] = try header.sign(with: signer)
    try write("set", "signed", [1] + header.encoded + signatures.encoded)
    try write("set", "unsigned", [1] + header.encoded + SetSignatures().encoded)
    try write("set", "short", [0] + header.encoded + signatures.encoded)
    header.sources = try (0..<3).map { _ in try random.bytes32() }.sorted { $0 < $1 }
    try write("set", "sources", [1] + header.encoded + SetSignatures().encoded)
    for (name, k, m) in [("small", 16, 1), ("default", 312, 32)] {
        var chosen = parameters
        chosen.polynomials = k
        chosen.profile = try FingerprintProfile(
            id: 1, positions: FingerprintProfile.standard.positions, probes: m, minimumQuality: 50)
        let voucherHeader = VoucherHeader(
            parameters: chosen, number: 600, epoch: 600, voucherID: try VoucherID.random(from: &random),
            pseudonym: Pseudonym(canonical: try random.bytes32()),
            setRoot: try header.root())
        var slots: [SealedSlot] = []
        var body = [UInt8](repeating: 0, count: voucherHeader.bodyCount)
        for index in body.indices { body[index] = UInt8(truncatingIfNeeded: try random.word()) }
        for _ in 0..<voucherHeader.probes {
            // One slot in two opens under the harness's key.
            let element = try HashToGroup.elements.point(random.bytes32().bytes)
            let context = try SlotContext(
                tableID: tableID, header: voucherHeader.encoded, body: body, checkLevel: voucherHeader.checkLevel)
            let slotKey = slots.count % 2 == 0 ? try matchingKey.evaluate(element).encoded : try random.bytes32()
            slots.append(try context.seal(random.bytes32(), slotKey: slotKey, element: element.encoded))
        }
        try write("voucher", name, SealedVoucher(header: voucherHeader, body: body, slots: slots).encoded)
    }
    let digits = String(repeating: "0123456789abcdef", count: 4)
    try write(
        "list", "formats",
        Array(
            "# list\n\(digits)\r\npdq \(digits),80\nsha256:\(digits)\nmd5 \(digits.prefix(32))\n\(digits),10\nbad\n"
                .utf8))
    try write(
        "package", "small", try AuditPackage.make(built, entries: entries, secrets: secrets, workers: workers).encoded)
    let state = try! SealerState(epoch: 600, setVersion: 1, parameters: Parameters()).encoded
    try write("state", "empty", state)
    func kinds<Kind: CaseIterable & RawRepresentable<String>>(
        _ target: String
    ) -> (Kind, String, [UInt8]) throws -> Void {
        { kind, name, bytes in
            let choice = Kind.allCases.prefix { $0.rawValue != kind.rawValue }.count
            try write(target, "\(kind.rawValue)-\(name)", [UInt8(choice)] + bytes)
            try write("\(target).\(kind.rawValue)", name, bytes)
        }
    }
    try LogHarness.writeSeeds(kinds("log"))
    try CustodianHarness.writeSeeds(kinds("custodian"))
    try write("small", "proof", [0] + KeyProof.make(entries.keys[0], in: built.header, secrets: secrets).encoded)
    try write(
        "small", "registration",
        [1]
            + Registration(
                account: AccountID(canonical: random.bytes32()), epoch: 1,
                pseudonym: Pseudonym(canonical: random.bytes32()),
                commitment: Commitment(canonical: random.bytes32())
            ).encoded)
    let registration = Registration(
        account: AccountID(canonical: try random.bytes32()), epoch: 1,
        pseudonym: Pseudonym(canonical: try random.bytes32()), commitment: Commitment(canonical: try random.bytes32()))
    let token = ResolutionToken(canonical: try random.bytes32())
    let request = ResolutionRequest(epoch: 1, pseudonym: registration.pseudonym, token: token)
    try write("small", "request", [6] + request.encoded)
    let key = try SigningKey.random(from: &random)
    let release = try Release(number: 1, token: token, registration: registration, key: key)
    try write("small", "release", [7] + release.encoded)
    try write(
        "small", "payload",
        [3]
            + Payload(fingerprintKind: .pdq, fingerprint: random.bytes32(), quality: 9, note: [1, 2, 3]).padded(to: 128)
    )
    let account = try AccountSecret.create(epoch: 0, random: &random)
    let exported = try account.encoded()
    try write("small", "account", [4] + exported.withBytes { (raw: UnsafeRawBufferPointer) in Array(raw) })
    let encoded = try secrets.encoded(entriesDigest: random.bytes32())
    try write("small", "secrets", [5] + encoded.withBytes { (raw: UnsafeRawBufferPointer) in Array(raw) })
}

// SwiftPM makes `Fuzzing_main` the program's entry. libFuzzer's own main does no more than this.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ one: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt

@_cdecl("Fuzzing_main")
public func fuzzingMain(_ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> CInt {
    if let directory = ProcessInfo.processInfo.environment["SEALEDMATCH_FUZZ_SEEDS"] {
        try! Sodium.start()
        try! writeSeeds(to: directory)
        return 0
    }
    var count = count
    var arguments = arguments
    return runDriver(&count, &arguments) { fuzzOneInput($0, $1) }
}
