internal import SealedMatchFingerprint
public import SealedMatchCrypto

/// The public part of a voucher: pseudonym, epoch, set, and a random ID. It names no attachment, no size and no time.
public struct VoucherHeader: Equatable, Sendable {
    /// M: slots.
    public var probes: Int
    /// N: a slot that does not match opens with probability 1/N.
    public var checkLevel: UInt8
    /// k
    public var polynomials: Int
    /// Bytes of the padded payload.
    public var payloadCount: Int
    /// The epoch that the voucher counts in.
    public var epoch: UInt32
    /// The voucher's random name.
    public var voucherID: VoucherID
    /// Whose voucher it is: the account's name in this epoch.
    public var pseudonym: Pseudonym
    /// The root of the set that the voucher was sealed under.
    public var setRoot: SetRoot

    /// The header of a voucher under sets of these parameters.
    /// - Parameter number: v, how many vouchers the device has sealed in this epoch before it; N follows from it.
    public init(
        parameters: Parameters, number: UInt32, epoch: UInt32, voucherID: VoucherID, pseudonym: Pseudonym,
        setRoot: SetRoot
    ) {
        probes = parameters.probes
        checkLevel = parameters.checkLevels.level(of: number)
        polynomials = parameters.polynomials
        payloadCount = parameters.payloadCount
        self.epoch = epoch
        self.voucherID = voucherID
        self.pseudonym = pseudonym
        self.setRoot = setRoot
    }

    /// Bytes of the encoding.
    public static let encodedCount = 96

    /// 96 bytes (Docs/Protocol.md, "Voucher").
    public var encoded: [UInt8] {
        var out = ByteWriter(capacity: Self.encodedCount)
        out.magic("SMV2")
        out.put(UInt8(probes))
        out.put(checkLevel)
        out.put(UInt16(polynomials))
        out.put(UInt32(payloadCount))
        out.put(epoch)
        out.put(voucherID.encoded)
        out.put(pseudonym.encoded)
        out.put(setRoot.encoded)
        return out.bytes
    }

    /// - Throws: `wrongLength`, `invalidMagic`, `parameterOutOfRange`.
    public init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        guard bytes.count == Self.encodedCount else {
            throw SealedMatchError(.wrongLength, "a voucher header has 96 bytes")
        }
        var reader = ByteReader(bytes)
        try reader.magic("SMV2")
        probes = Int(try reader.number(UInt8.self))
        checkLevel = try reader.number(UInt8.self)
        polynomials = Int(try reader.number(UInt16.self))
        payloadCount = Int(truncatingIfNeeded: try reader.number(UInt32.self))
        epoch = try reader.number(UInt32.self)
        voucherID = try VoucherID(canonical: reader.take(VoucherID.encodedCount))
        pseudonym = try Pseudonym(canonical: reader.bytes32())
        setRoot = SetRoot(canonical: try reader.bytes32())
        guard (1...FingerprintProfile.maximumProbes).contains(probes), checkLevel >= 1,
            Parameters.polynomialCounts.contains(polynomials),
            Parameters.payloadCounts.contains(payloadCount)
        else {
            throw SealedMatchError(.parameterOutOfRange, "a voucher's sizes are outside their allowed range")
        }
    }

    /// Bytes of `inner`: nonce ‖ ciphertext ‖ tag.
    package var innerCount: Int { Cipher.nonceCount + payloadCount + Cipher.tagCount }
    /// Bytes of a share in the body: x ‖ z_1 … z_k.
    package var shareCount: Int { 4 + 4 * polynomials }
    /// Bytes of the body: x ‖ z_1 … z_k ‖ inner.
    public var bodyCount: Int { shareCount + innerCount }
    /// Bytes of the whole voucher.
    public var voucherCount: Int { Self.encodedCount + bodyCount + probes * SealedSlot.encodedCount }

    /// Bytes of every voucher under sets of these parameters.
    package static func voucherCount(_ parameters: Parameters) -> Int {
        let none = Bytes32()
        return VoucherHeader(
            parameters: parameters, number: 0, epoch: 0, voucherID: VoucherID(), pseudonym: Pseudonym(canonical: none),
            setRoot: SetRoot(canonical: none)
        ).voucherCount
    }

    /// Whether a voucher with this header fits sets of these parameters: M, k and P are theirs. Any N is taken: a
    /// client's number is its own.
    public func fits(_ parameters: Parameters) -> Bool {
        probes == parameters.probes && polynomials == parameters.polynomials && payloadCount == parameters.payloadCount
    }
}

/// A voucher's random name, 16 bytes. A retry carries the same voucher under the same ID.
public struct VoucherID: Hashable, Sendable {
    /// Bytes of the encoding.
    public static let encodedCount = 16
    /// The 16 bytes.
    public let encoded: [UInt8]

    /// All zero, where only a header's sizes matter.
    init() { encoded = [UInt8](repeating: 0, count: Self.encodedCount) }

    /// - Throws: `wrongLength`.
    public init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        guard bytes.count == Self.encodedCount else {
            throw SealedMatchError(.wrongLength, "a voucher ID has 16 bytes")
        }
        encoded = bytes
    }

    /// A new random name.
    /// - Throws: `randomSourceFailed`.
    package static func random(from random: inout some RandomSource & ~Copyable) throws(SealedMatchError) -> VoucherID {
        try VoucherID(canonical: Array(random.bytes32().bytes[0..<encodedCount]))
    }
}
