package import SealedMatchCrypto

/// Little-endian: `"SMD1"`, c (2), devices (2), n̂ (4), n (4), on (2), zero (2), U_0 … U_15 (4 each): 84 bytes
/// (Docs/Protocol.md, "Decoy state").
extension DecoySchedule {
    package static let encodedCount = 84

    package var encoded: [UInt8] {
        var out = ByteWriter(capacity: Self.encodedCount)
        out.magic("SMD1")
        out.put(UInt16(coverSlots))
        out.put(UInt16(devices))
        out.put(lastEpochVolume)
        out.put(count)
        out.put(on)
        out.put(UInt16(0))
        for slot in 0..<16 { out.put(intensities[slot]) }
        return out.bytes
    }

    /// The state that `encoded` wrote. Every byte string that decodes is the encoding of the state it gives, and every
    /// such state is safe to run.
    /// - Throws: `wrongLength`, `invalidMagic`, `nonCanonical`; `parameterOutOfRange` for a field outside its range or
    ///   for another c than `coverSlots`.
    package init(canonical bytes: [UInt8], coverSlots: Int) throws(SealedMatchError) {
        guard bytes.count == Self.encodedCount else {
            throw SealedMatchError(.wrongLength, "a decoy state has 84 bytes")
        }
        var reader = ByteReader(bytes)
        try reader.magic("SMD1")
        let slots = Int(try reader.number(UInt16.self))
        let devices = Int(try reader.number(UInt16.self))
        let last = try reader.number(UInt32.self)
        let count = try reader.number(UInt32.self)
        let on = try reader.number(UInt16.self)
        try reader.zeros(2)
        guard Self.coverCounts.contains(slots), slots == coverSlots, Self.deviceCounts.contains(devices),
            last <= Self.mostVouchers, count <= Self.mostVouchers
        else { throw SealedMatchError(.parameterOutOfRange, "a field of the decoy state is out of range") }
        guard UInt32(on) >> UInt32(slots) == 0, count > 0 || on == 0 else {
            throw SealedMatchError(.nonCanonical, "the decoy state has a chain on that does not run")
        }
        var intensities = InlineArray<16, UInt32>(repeating: 0)
        for slot in 0..<16 {
            let value = try reader.number(UInt32.self)
            guard slot < slots || value == 0 else {
                throw SealedMatchError(.nonCanonical, "a reserved byte is not zero")
            }
            guard slot >= slots || value >= 1 << 30 else {
                throw SealedMatchError(.parameterOutOfRange, "an intensity of the decoy state is out of range")
            }
            intensities[slot] = value
        }
        try reader.end()
        self.init(
            coverSlots: slots, devices: devices, lastEpochVolume: last, count: count, on: on, intensities: intensities)
    }
}
