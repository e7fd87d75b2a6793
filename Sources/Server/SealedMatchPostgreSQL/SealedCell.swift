internal import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// The place of an encrypted cell. It is authenticated with the cell, so that cells cannot be exchanged.
/// (Docs/Protocol.md, 4.11)
struct SealedCell {
    /// Bytes that encryption adds: the key's number, a nonce and a tag.
    static let overhead = DataKey.numberCount + Cipher.nonceCount + Cipher.tagCount

    private let place: [UInt8]

    private init(_ table: UInt8, _ name: Bytes32, _ epoch: UInt32, _ part: [UInt8], _ number: Int64) {
        var place = Array("SealedMatch store: cell".utf8) + [0, table]
        place += name.bytes
        place += (0..<4).map { UInt8(truncatingIfNeeded: epoch >> UInt32(8 * $0)) }
        place += part + [UInt8](repeating: 0, count: 32 - part.count)
        place += (0..<8).map { UInt8(truncatingIfNeeded: number >> Int64(8 * $0)) }
        self.place = place
    }

    private init(_ table: UInt8, _ name: AccountEpoch, _ part: [UInt8] = [], _ number: Int64 = 0) {
        self.init(table, name.pseudonym.encoded, name.epoch, part, number)
    }

    /// K_e of an account and epoch.
    static func epochKey(of name: AccountEpoch) -> SealedCell { SealedCell(1, name) }

    /// A voucher's header and body.
    static func voucher(_ id: VoucherID, of name: AccountEpoch) -> SealedCell { SealedCell(2, name, id.encoded) }

    /// rkey of a slot.
    static func opening(_ slot: Int, _ id: VoucherID, of name: AccountEpoch) -> SealedCell {
        SealedCell(3, name, id.encoded, Int64(slot))
    }

    /// A voucher that is kept as it came.
    static func sealed(_ position: Int64, of source: StoreIdentity, _ name: AccountEpoch) -> SealedCell {
        SealedCell(4, name, source.bytes, position)
    }

    /// 32 zero bytes, by which wrong keys are noticed.
    static func keyCheck(of deployment: Bytes32) -> SealedCell { SealedCell(5, deployment, 0, [], 0) }

    /// The key's number ‖ nonce ‖ ciphertext ‖ tag, under the first key.
    func seal(_ plain: UnsafeRawBufferPointer, _ keys: DataKeys) throws(SealedMatchError) -> [UInt8] {
        let key = keys.first
        var cell = [UInt8](repeating: 0, count: plain.count + Self.overhead)
        cell.replaceSubrange(0..<DataKey.numberCount, with: key.number)
        var random = SystemRandom()
        var span = cell.mutableSpan
        try unsafe span.withUnsafeMutableBytes { (out) throws(SealedMatchError) in
            try unsafe place.span.withUnsafeBytes { (place) throws(SealedMatchError) in
                try unsafe Cipher.seal(
                    plain, authenticating: place, key: key.secret,
                    into: UnsafeMutableRawBufferPointer(rebasing: out[DataKey.numberCount...]), random: &random)
            }
        }
        return cell
    }

    func seal(_ plain: [UInt8], _ keys: DataKeys) throws(SealedMatchError) -> [UInt8] {
        try unsafe plain.span.withUnsafeBytes { (raw) throws(SealedMatchError) in try unsafe seal(raw, keys) }
    }

    /// - Throws: `damagedStore` for a cell that none of the keys opens in this place.
    func open(_ cell: [UInt8], _ keys: DataKeys) throws(SealedMatchError) -> [UInt8] {
        let number = cell.prefix(DataKey.numberCount)
        for key in keys.keys where number.elementsEqual(key.number) {
            do throws(SealedMatchError) {
                return try unsafe cell.span.withUnsafeBytes { (cell) throws(SealedMatchError) in
                    try unsafe place.span.withUnsafeBytes { (place) throws(SealedMatchError) in
                        try unsafe Cipher.open(
                            UnsafeRawBufferPointer(rebasing: cell[DataKey.numberCount...]), authenticating: place,
                            key: key.secret)
                    }
                }
            } catch {
                guard error.code == .authenticationFailed || error.code == .wrongLength else { throw error }
            }
        }
        throw SealedMatchError(
            .damagedStore, "a cell opens under none of the data keys: it is damaged, or a key was left out too early")
    }
}
