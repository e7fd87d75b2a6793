public import SealedMatchCrypto

/// One slot: Q ‖ (rkey ⊕ mask) ‖ check, 32 + 32 + 1 bytes.
public struct SealedSlot: Equatable, Sendable {
    /// Q, as it was sent: not checked to be a point before it is opened.
    public var element: Bytes32
    /// rkey ⊕ mask.
    public var wrappedKey: Bytes32
    /// By which the authority knows a slot that opens: below the header's N in every slot that this library seals.
    public var check: UInt8

    /// Bytes of the encoding.
    public static let encodedCount = 65

    /// A slot from its parts.
    public init(element: Bytes32, wrappedKey: Bytes32, check: UInt8) {
        self.element = element
        self.wrappedKey = wrappedKey
        self.check = check
    }
}

/// What a slot's keys are bound to: version and suite by the labels, the table, header and body by the transcript, Q by
/// itself.
package struct SlotContext {
    private let tableID: TableID
    private let transcript: Bytes32
    private let checkLevel: UInt8

    /// transcript = KDF("voucher transcript", header ‖ body): after tampering with either, slots open by chance alone,
    /// match or not.
    /// - Parameter checkLevel: the header's N.
    package init(
        tableID: TableID, header: [UInt8], body: [UInt8], checkLevel: UInt8
    ) throws(SealedMatchError) {
        var hash = KDF(.transcript, capacity: header.count + body.count)
        hash.append(header)
        hash.append(body)
        transcript = try hash.hash()
        self.tableID = tableID
        self.checkLevel = checkLevel
    }

    /// mask = KDF(S, "slot mask", tableID ‖ Q ‖ transcript)
    package func mask(_ slotKey: Bytes32, element: Bytes32) throws(SealedMatchError) -> Bytes32 {
        try input(.slotMask, element).derive(key: slotKey)
    }

    /// check = ⌊N·h / 2^64⌋, h the first 8 bytes of KDF(S, "slot check", tableID ‖ Q ‖ transcript), as a word
    package func check(_ slotKey: Bytes32, element: Bytes32) throws(SealedMatchError) -> UInt8 {
        Self.check(of: try input(.slotCheck, element).derive(key: slotKey).word(at: 0), level: checkLevel)
    }

    /// ⌊N·h / 2^64⌋: below N, so it fits.
    package static func check(of h: UInt64, level: UInt8) -> UInt8 {
        UInt8(truncatingIfNeeded: h.multipliedFullWidth(by: UInt64(level)).high)
    }

    private func input(_ label: Label, _ element: Bytes32) -> KDF {
        var input = KDF(label)
        input.append(tableID.encoded)
        input.append(element)
        input.append(transcript)
        return input
    }

    /// A slot for `key` under the slot key S.
    package func seal(_ key: Bytes32, slotKey: Bytes32, element: Bytes32) throws(SealedMatchError) -> SealedSlot {
        SealedSlot(
            element: element, wrappedKey: key ^ (try mask(slotKey, element: element)),
            check: try check(slotKey, element: element))
    }

    /// The wrapped key, if the slot is sealed under S; with probability 1/N a random one, if it is not.
    package func open(_ slot: SealedSlot, slotKey: Bytes32) throws(SealedMatchError) -> Bytes32? {
        // Only the authority runs this, on a value that it is about to learn: an ordinary comparison will do.
        guard try check(slotKey, element: slot.element) == slot.check else { return nil }
        return slot.wrappedKey ^ (try mask(slotKey, element: slot.element))
    }
}
