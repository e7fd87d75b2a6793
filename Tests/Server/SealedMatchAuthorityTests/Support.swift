import SealedMatchAuthority
import SealedMatchCollector
import Foundation
import GRDB
import SealedMatchOpenings
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchTestSupport
import SealedMatchTesting
import Testing

extension TemporaryDirectory {
    var authority: String { path + "/authority.sqlite" }
    var collector: String { path + "/collector.sqlite" }
}

func account(_ byte: UInt8) -> AccountID { AccountID(canonical: bytes(byte)) }
/// Of the tests' accounts: another byte, repeated, in every epoch.
func pseudonym(_ byte: UInt8) -> Pseudonym { Pseudonym(canonical: bytes(~byte)) }
func commitment(_ byte: UInt8) -> Commitment { Commitment(canonical: bytes(byte)) }
func bytes(_ byte: UInt8) -> Bytes32 { try! Bytes32(exactly: [UInt8](repeating: byte, count: 32)) }

func code(_ body: () throws -> Void) -> SealedMatchError.Code? {
    do { try body() } catch let error as SealedMatchError { return error.code } catch {
        Issue.record("untyped error \(error)")
    }
    return nil
}

func payload(_ byte: UInt8, note: [UInt8] = []) -> Payload {
    Payload(fingerprintKind: .pdq, fingerprint: bytes(byte), quality: 80, note: note)
}

/// An account's polynomials in one epoch, and the openings that its client's vouchers would give, made without the
/// group: fast.
struct Owner: ~Copyable {
    let name: Pseudonym
    let epoch: UInt32
    let parameters: Parameters
    let sharing: Sharing
    let key: EpochKey
    let commitment: Commitment

    init(_ name: Pseudonym, epoch: UInt32 = 7, threshold: Int, polynomials: Int, random: inout SeededRandom) throws {
        var parameters = Parameters()
        parameters.threshold = threshold
        parameters.polynomials = polynomials
        parameters.payloadCount = 128
        let sharing = try Sharing(polynomials: polynomials, threshold: threshold, random: &random)
        let key = try sharing.epochKey(pseudonym: name, epoch: epoch)
        commitment = try key.commitment(pseudonym: name, epoch: epoch)
        self.name = name
        self.epoch = epoch
        self.parameters = parameters
        self.sharing = sharing
        self.key = key
    }

    var revealer: Revealer {
        Revealer(
            pseudonym: name, epoch: epoch, threshold: parameters.threshold, polynomials: parameters.polynomials,
            commitment: commitment)
    }

    func header(for victim: Pseudonym? = nil, _ random: inout SeededRandom) throws -> VoucherHeader {
        VoucherHeader(
            parameters: parameters, number: 0, epoch: epoch, voucherID: try VoucherID.random(from: &random),
            pseudonym: victim ?? name, setRoot: SetRoot(canonical: Bytes32()))
    }

    /// A match. `victim`: under another account's name, with these polynomials and this K_e.
    func match(showing payload: Payload = payload(1), for victim: Pseudonym? = nil, _ random: inout SeededRandom) throws
        -> Opening
    {
        let share = try sharing.freshShare(random: &random)
        return try match(share: share, showing: payload, header: header(for: victim, &random), &random)
    }

    func match(share: Share, showing payload: Payload = payload(1), header: VoucherHeader, _ random: inout SeededRandom)
        throws -> Opening
    {
        let plain = try payload.padded(to: parameters.payloadCount)
        var inner = [UInt8](repeating: 0, count: header.innerCount)
        let encoded = header.encoded
        try inner.withUnsafeMutableBytes { inner in
            try plain.withUnsafeBytes { plain in
                try encoded.withUnsafeBytes {
                    try Cipher.seal(plain, authenticating: $0, key: key.bytes, into: inner, random: &random)
                }
            }
        }
        let body = try share.writtenAtRandom(&random) + inner
        return try Opening(header: header, slot: 0, key: random.bytes32(), plain: body)
    }

    /// What a slot opens to by chance: a random key.
    func chance(_ random: inout SeededRandom) throws -> Opening {
        let header = try header(&random)
        return try Opening(
            header: header, slot: 3, key: random.bytes32(), body: random.bytes(header.bodyCount))
    }

    func openings(matches: Int, byChance: Int, _ random: inout SeededRandom) throws -> [KeptOpening] {
        var openings: [Opening] = []
        for _ in 0..<matches { openings.append(try match(&random)) }
        for _ in 0..<byChance { openings.append(try chance(&random)) }
        return kept(openings.shuffled(using: &random))
    }

    /// What the slots of a voucher open to by the real law: slot 0 if it matches, and each other of M with probability
    /// 1/N, to a random key of the same body.
    func voucher(matches: Bool, level: UInt64, _ random: inout SeededRandom) throws -> [Opening] {
        let match = try match(&random)
        var openings = matches ? [match] : []
        for slot in (matches ? 1 : 0)..<parameters.probes where random.next() % level == 0 {
            openings.append(try Opening(header: match.header, slot: slot, key: random.bytes32(), body: match.body))
        }
        return openings
    }
}

extension Opening {
    /// With the body that this key opens to `plain`.
    init(header: VoucherHeader, slot: Int, key: Bytes32, plain: [UInt8]) throws {
        var body = plain
        try body.withUnsafeMutableBytes { try Cipher.streamXOR($0, key: key) }
        try self.init(header: header, slot: slot, key: key, body: body)
    }

    /// x and z_1 … z_k as they were written.
    var words: [UInt32] {
        get throws {
            var plain = body
            try plain.withUnsafeMutableBytes { try Cipher.streamXOR($0, key: key) }
            return (0...header.polynomials).map { index in
                (0..<4).reduce(0) { $0 | UInt32(plain[4 * index + $1]) << UInt32(8 * $1) }
            }
        }
    }

    /// With other words, the inner ciphertext and the key as they are.
    func with(words: [UInt32]) throws -> Opening {
        let plain = words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) } }
        return try Opening(header: header, slot: slot, key: key, plain: plain + inner())
    }

    /// With another inner ciphertext, or another voucher's header, or from another slot.
    func with(header: VoucherHeader? = nil, slot: Int? = nil, inner: [UInt8]? = nil) throws -> Opening {
        let words = try words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) } }
        return try Opening(
            header: header ?? self.header, slot: slot ?? self.slot, key: key, plain: words + (inner ?? self.inner()))
    }

    /// As the opener reports it.
    func opened(threshold: Int) -> OpenedVoucher {
        OpenedVoucher(header: header, status: .opened, threshold: threshold, openings: [self])
    }
}

extension Revealer {
    func outcome(_ openings: [Opening]) throws -> Result<[RevealedMatch], SealedMatchError> {
        outcome(kept(openings))
    }

    func outcome(_ openings: [KeptOpening]) -> Result<[RevealedMatch], SealedMatchError> {
        do throws(SealedMatchError) { return .success(try reveal(openings).reveal.matches) } catch {
            return .failure(error)
        }
    }
}

extension Result where Failure == SealedMatchError {
    var code: SealedMatchError.Code? { if case .failure(let error) = self { error.code } else { nil } }
}

/// Changes a store's file behind its back.
func edit(_ path: String, _ sql: String) throws {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.write { db in try db.execute(sql: sql) }
    try queue.close()
}

/// Numbers an authority's vouchers, of one opening each, from 1 in the order in which they came, openings alike.
func renumber(_ path: String) throws {
    try edit(
        path,
        """
        CREATE TEMP TABLE place AS SELECT id, ROW_NUMBER() OVER (ORDER BY place) AS number FROM voucher;
        UPDATE voucher SET id = (SELECT number FROM place WHERE place.id = voucher.id);
        UPDATE opening SET voucher = (SELECT number FROM place WHERE place.id = opening.voucher);
        UPDATE opening SET id = voucher;
        """)
}

/// Where the openings of these tests came from.
let testSource: StoreIdentity = bytes(200)

/// Openings as a store gives them.
func kept(_ openings: [Opening], quarantined: Bool = false) -> [KeptOpening] {
    openings.enumerated().map { KeptOpening(number: Int64($0), opening: $1, quarantined: quarantined) }
}

extension OpeningStore {
    /// Records openings of a page that begins at a position, each in a voucher of its own.
    func record(_ openings: [Opening], threshold: Int = 5, from first: Int64 = 1) throws {
        let vouchers = openings.enumerated().map {
            PositionedVoucher(position: first + Int64($0), voucher: $1.opened(threshold: threshold))
        }
        let cursor = SourceCursor(source: testSource, position: first + Int64(openings.count) - 1)
        _ = try record(vouchers, of: testSource, cursor: cursor)
    }

    func reveal(
        of pseudonym: Pseudonym, epoch: UInt32, commitment: Commitment?, force: Bool = false
    ) throws -> RevealResult? {
        try RevealService(source: MemoryCollector(), store: self).reveal(
            AccountEpoch(pseudonym: pseudonym, epoch: epoch), commitment: commitment, force: force)
    }
}
