internal import SealedMatchCollector
internal import SealedMatchCrypto

/// A message that a consumer delivered.
struct LeasedMessage {
    let lease: VoucherLease

    /// - Returns: nil for what no consumer sent.
    init?(_ message: ServerMessage) {
        // $JS.ACK.STREAM.CONSUMER.DELIVERIES.SEQUENCE…, with the domain and the account after ACK in the longer form
        let parts = message.reply.split(separator: ".")
        let first = parts.count >= 11 ? 4 : 2
        guard parts.count >= 9, parts[0] == "$JS", parts[1] == "ACK", let deliveries = Int(parts[first + 2]),
            let sequence = Int64(parts[first + 3]), sequence > 0, sequence < 1 << 47
        else { return nil }
        // The place of a voucher: its message's number, and its own in the message.
        let position = sequence << 16
        do throws(SealedMatchError) {
            let vouchers = try VoucherFrame.decoded(message.data)
            lease = VoucherLease(
                vouchers: vouchers.enumerated().map { StoredVoucher(position: position + Int64($0), voucher: $1) },
                position: position,
                deliveries: deliveries, token: message.reply, bytes: message.data)
        } catch {
            lease = VoucherLease(
                vouchers: [], position: position, deliveries: deliveries, damage: error, token: message.reply,
                bytes: message.data)
        }
    }
}
