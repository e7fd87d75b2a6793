package import SealedMatchProtocol
package import SealedMatchCrypto

/// Seals one voucher: Docs/Protocol.md, "Seal". The work, the allocations and the size depend on the parameters only.
///
/// Reused for many vouchers, one at a time: β and γ live in guarded memory and are drawn anew for every slot.
package struct VoucherSealing: ~Copyable {
    private var beta: Scalar
    private var gamma: Scalar
    /// Stands in for a decoding that is no element; any fixed valid point will do.
    package let substitute: Point

    package init(random: inout some RandomSource & ~Copyable) throws(SealedMatchError) {
        let substitute = try HashToGroup.elements.point(HashToGroup.ascii(Separator.substitute))
        let beta = try Scalar.random(from: &random)
        let gamma = try Scalar.random(from: &random)
        self.substitute = substitute
        self.beta = beta
        self.gamma = gamma
    }

    /// - Parameters:
    ///   - probes: at most M distinct keys; the remaining slots are fillers.
    ///   - payload: padded.
    package mutating func seal(
        header: VoucherHeader, set: BlindedSet, probes: [EntryKey], payload: [UInt8],
        sharing: borrowing Sharing, epochKey: borrowing EpochKey, random: inout some RandomSource & ~Copyable
    ) throws(SealedMatchError) -> SealedVoucher {
        // Seal, step 1: one share for the item, whichever probe matches
        var words = try sharing.freshShare(random: &random).writtenAtRandom(&random)
        defer { words.wipe() }
        // Seal, step 2: rkey ←$ 32 bytes
        var rkey = try random.bytes32()
        defer { rkey.wipe() }
        // Seal, steps 3–4: body = stream(rkey, x ‖ z_1 … z_k ‖ inner)
        let encodedHeader = header.encoded
        let body = try sealedBody(header, encodedHeader, words, payload, epochKey, rkey, &random)
        let context = try SlotContext(
            tableID: set.header.tableID, header: encodedHeader, body: body, checkLevel: header.checkLevel)
        // Seal, step 5
        var slots: [SealedSlot] = []
        slots.reserveCapacity(header.probes)
        let elements = TableElement(tableID: set.header.tableID)
        for index in 0..<header.probes {
            let isProbe: UInt64 = index < probes.count ? 1 : 0
            // A filler does a probe's work on a random key, and then drops the slot key. The key is drawn for probes
            // too, so that every item costs the same draws.
            let filler = EntryKey(perceptual: try random.word())
            let key = index < probes.count ? probes[index] : filler
            slots.append(try probeSlot(key, opens: 0 &- isProbe, rkey, set, elements, context, &random))
        }
        // Seal, step 6: shuffle the slots (Fisher–Yates). Probes are in order of likelihood: in that order a match
        // would show by its place.
        for index in stride(from: slots.count - 1, to: 0, by: -1) {
            slots.swapAt(index, Int(try random.integerVarTime(below: UInt64(index + 1))))
        }
        return SealedVoucher(header: header, body: body, slots: slots)
    }

    private func sealedBody(
        _ header: VoucherHeader, _ encodedHeader: [UInt8], _ words: [UInt8], _ payload: [UInt8],
        _ epochKey: borrowing EpochKey,
        _ rkey: Bytes32, _ random: inout some RandomSource & ~Copyable
    ) throws(SealedMatchError) -> [UInt8] {
        let innerStart = words.count
        var body = words + [UInt8](repeating: 0, count: header.bodyCount - innerStart)
        var span = body.mutableSpan
        try unsafe span.withUnsafeMutableBytes { (raw) throws(SealedMatchError) in
            try unsafe payload.span.withUnsafeBytes { (payload) throws(SealedMatchError) in
                try unsafe encodedHeader.span.withUnsafeBytes { (header) throws(SealedMatchError) in
                    // inner = XChaCha20-Poly1305(K_e, random nonce, padded payload, AD = header)
                    try unsafe Cipher.seal(
                        payload, authenticating: header, key: epochKey.bytes,
                        into: UnsafeMutableRawBufferPointer(rebasing: raw[innerStart...]), random: &random)
                }
            }
            try unsafe Cipher.streamXOR(raw, key: rkey)
        }
        return body
    }

    private mutating func probeSlot(
        _ key: EntryKey, opens: UInt64, _ rkey: Bytes32, _ set: BlindedSet, _ elements: TableElement,
        _ context: SlotContext,
        _ random: inout some RandomSource & ~Copyable
    ) throws(SealedMatchError) -> SealedSlot {
        // β and γ fresh for every slot: shared ones would link the probes of an item.
        try beta.randomise(from: &random)
        try gamma.randomise(from: &random)
        let positions = try TablePositions(of: key, seed: set.header.positionSeed, cells: set.header.cells)
        let decoded = try unsafe set.table().decode(at: positions, substitute: substitute)
        // Q = β·H(y) + γ·B;  S = β·decode(y) + γ·L
        let q = try elements.point(of: key).multiplied(by: beta).adding(Point.base(times: gamma))
        let s = try decoded.multiplied(by: beta).adding(set.header.publicKey.multiplied(by: gamma))
        var slotKey = Bytes32.select(opens, s.encoded, try random.bytes32())
        defer { slotKey.wipe() }
        return try context.seal(rkey, slotKey: slotKey, element: q.encoded)
    }
}
