internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// The body of `POST /v1/vouchers`: 1 to 256 vouchers back to back. Each says in its header how long it is.
struct VoucherBatch {
    /// Vouchers of one request, at most.
    static let maximumVouchers = 256

    /// The vouchers, in their order.
    let vouchers: [[UInt8]]
    /// Why what follows them is no voucher: then nobody knows where the next one begins.
    let rest: SealedMatchError?

    /// - Throws: `Problem` 413 for more than 256 vouchers, 400 for no bytes.
    init(_ body: [UInt8]) throws(Problem) {
        guard !body.isEmpty else { throw Problem(.badRequest, "the body is empty: 1 to 256 vouchers are expected") }
        var vouchers: [[UInt8]] = []
        var at = 0
        var rest: SealedMatchError?
        while at < body.count {
            guard vouchers.count < Self.maximumVouchers else {
                throw Problem(.contentTooLarge, "more than 256 vouchers; send the rest in another request")
            }
            let header = body[at..<min(body.count, at + VoucherHeader.encodedCount)]
            do throws(SealedMatchError) {
                let count = try VoucherHeader(canonical: Array(header)).voucherCount
                guard body.count - at >= count else {
                    throw SealedMatchError(.wrongLength, "the body ends inside a voucher")
                }
                vouchers.append(Array(body[at..<at + count]))
                at += count
            } catch {
                rest = error
                break
            }
        }
        self.vouchers = vouchers
        self.rest = rest
    }
}
