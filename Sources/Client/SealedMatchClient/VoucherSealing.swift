package import SealedMatchProtocol
package import SealedMatchCrypto

/// Seals one voucher: Docs/Protocol.md, "Seal". The work, the allocations and the size depend on the parameters only.
///
/// Reused for many vouchers, one at a time: β, γ and S live in guarded memory; β and γ are drawn anew for every slot.
package struct VoucherSealing: ~Copyable {
    private var batch: ProbeBatch
    /// Stands in for a decoding that is no element; any fixed valid point will do.
    package let substitute: Point

    package init(random: inout some RandomSource & ~Copyable) throws(SealedMatchError) {
        let substitute = try HashToGroup.elements.point(HashToGroup.ascii(Separator.substitute))
        batch = try ProbeBatch(
            capacity: FingerprintProfile.maximumProbes, substitute: substitute, random: &random)
        self.substitute = substitute
    }

    /// - Parameters:
    ///   - probes: at most M distinct keys; the remaining slots are fillers.
    ///   - payload: padded.
    ///   - divide: how the slots' group work is divided over threads.
    package mutating func seal(
        header: VoucherHeader, set: BlindedSet, probes: [EntryKey], payload: [UInt8],
        sharing: borrowing Sharing, epochKey: borrowing EpochKey, random: inout some RandomSource & ~Copyable,
        divide: ProbeBatch.Division = ProbeBatch.undivided
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
        defer { batch.clear() }
        var dropped: [Bytes32] = []
        dropped.reserveCapacity(header.probes)
        defer { dropped.wipe() }
        for index in 0..<header.probes {
            // A filler does a probe's work on a random key, and then drops the slot key. The key is drawn for probes
            // too, so that every item costs the same draws.
            let filler = EntryKey(perceptual: try random.word())
            let key = index < probes.count ? probes[index] : filler
            let positions = try TablePositions(of: key, seed: set.header.positionSeed, cells: set.header.cells)
            // β and γ fresh for every slot: shared ones would link the probes of an item.
            try batch.append(
                set.header.tableID.encoded, key.encoded, cells: unsafe set.table().cells(at: positions),
                random: &random)
            dropped.append(try random.bytes32())
        }
        // Q = β·H(y) + γ·B;  S = β·decode(y) + γ·L
        try batch.run(HashToGroup.elements, set.bases, divide)
        var slots: [SealedSlot] = []
        slots.reserveCapacity(header.probes)
        for index in 0..<header.probes {
            let isProbe: UInt64 = index < probes.count ? 1 : 0
            var slotKey = Bytes32.select(0 &- isProbe, batch.slotKey(index), dropped[index])
            defer { slotKey.wipe() }
            slots.append(try context.seal(rkey, slotKey: slotKey, element: batch.element(index)))
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
}
