internal import Hummingbird
package import HummingbirdCore
internal import NIOCore
internal import SealedMatchCollector
internal import SealedMatchProtocol

/// What one front bears, whoever sends.
public struct FrontLimits: Sendable {
    /// Connections at a time. Who comes later has the place of the one that has waited longest without a whole request;
    /// where all have one, who comes later waits in the listen queue.
    public var connections = 4_096
    /// Bytes of bodies that are read or stored at a time, of all requests together; an eighth of them for one account.
    /// Each is in memory twice, as it came and as what it holds.
    public var bodyBytes = 32 << 20
    /// Seconds for which a request waits for room for its body; then it is answered by 503.
    public var turnSeconds = 5
    /// Seconds from a connection's or the last reply's end until the next request's header is there.
    public var headerSeconds = 30
    /// Seconds from a request's header until its body is there, and for which a reply may make no way.
    public var bodySeconds = 60
    /// Vouchers that an account may send at once.
    public var burst = 2_048
    /// Vouchers that an account may send in a second, on average.
    public var vouchersPerSecond = 2.0

    /// The defaults.
    public init() {}

    /// Connections of a server: limits of headers and times, and the end of what says that it ends.
    package func server() -> HTTPServerBuilder {
        let room = ConnectionRoom(connections)
        return .http1(
            configuration: .init(
                additionalChannelHandlers: [ConnectionDeadlines(self, room)],
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: 8 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100)))
    }

    /// What stops a server's listening while there are too many connections, none of which can end for another one.
    package func available() -> MaximumAvailableConnections {
        // Those that are ending leave in a moment.
        MaximumAvailableConnections(connections + 64)
    }

    /// Bytes of the longest body: 256 vouchers of the longest form that is taken.
    static func maximumBody(_ policy: CollectorPolicy) -> Int {
        let longest = policy.knownSets?.values.map { VoucherHeader.voucherCount($0) }.max()
        return VoucherBatch.maximumVouchers * (longest ?? SealedVoucher.maximumEncodedCount)
    }
}
