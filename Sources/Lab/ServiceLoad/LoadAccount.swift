import SealedMatchClient
import SealedMatchCrypto
import SealedMatchProtocol

/// An account that sends: real vouchers, or ones of the right form whose contents are random.
final class LoadAccount: @unchecked Sendable {
    // Whoever has one sees that one thread at a time uses it.
    private let token: String
    private var sealer: Sealer
    private let header: VoucherHeader
    private let filling: [UInt8]
    private var number: UInt64 = 0
    private let seed: UInt64

    init(_ name: String, _ deployment: LoadDeployment) throws {
        token = try deployment.token(name)
        let secret = try AccountSecret.create(at: deployment.now, under: deployment.header)
        sealer = try Sealer(
            set: deployment.known, account: AccountID(name: Array(name.utf8)), secret: secret, now: deployment.now)
        let model = try sealer.seal(.unreadable)
        header = model.header
        filling = Array(model.encoded[VoucherHeader.encodedCount...])
        var random = SystemRandom()
        seed = try random.bytes32().bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// `PUT /v1/registrations/…`, ready to be sent.
    func registration() -> [UInt8] {
        let registration = sealer.registration
        return request(
            "PUT /v1/registrations/\(registration.epoch)", "application/vnd.sealedmatch.registration",
            registration.encoded)
    }

    /// `POST /v1/vouchers`, ready to be sent.
    func upload(_ vouchers: [UInt8]) -> [UInt8] {
        request("POST /v1/vouchers", "application/vnd.sealedmatch.vouchers", vouchers)
    }

    private func request(_ line: String, _ type: String, _ body: [UInt8]) -> [UInt8] {
        let head = """
            \(line) HTTP/1.1\r
            Host: localhost\r
            Authorization: Bearer \(token)\r
            Content-Type: \(type)\r
            Content-Length: \(body.count)\r
            \r

            """
        return Array(head.utf8) + body
    }

    /// A voucher as a client makes it.
    func seal(_ item: MediaItem) throws -> [UInt8] { try sealer.seal(item).encoded }

    /// A voucher with an ID of its own, and somebody else's slots: to a collector it is one like any other.
    func synthetic() throws -> [UInt8] {
        number += 1
        var id = [UInt8](repeating: 0, count: VoucherID.encodedCount)
        for place in 0..<8 {
            id[place] = UInt8(truncatingIfNeeded: seed >> UInt64(8 * place))
            id[8 + place] = UInt8(truncatingIfNeeded: number >> UInt64(8 * place))
        }
        let own = VoucherHeader(
            parameters: Parameters(), number: 0, epoch: header.epoch, voucherID: try VoucherID(canonical: id),
            pseudonym: header.pseudonym, setRoot: header.setRoot)
        return own.encoded + filling
    }
}
