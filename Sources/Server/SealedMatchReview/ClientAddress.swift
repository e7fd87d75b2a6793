internal import Foundation
internal import HTTPTypes

/// Where a client is, as a reverse proxy says it: an address of IPv4, or the network of one of IPv6 (its first 64 bits,
/// which are one customer's).
package struct ClientAddress: Hashable, CustomStringConvertible, Sendable {
    private let bytes: [UInt8]

    /// - Returns: nil for what is no address alone.
    package init?(_ text: String) {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = withUnsafeBytes(of: &four) { Array($0) }
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            let all = withUnsafeBytes(of: &six) { Array($0) }
            // IPv4, written as IPv6
            let isMapped = all.prefix(10).allSatisfy { $0 == 0 } && all[10...11] == [0xFF, 0xFF]
            bytes = isMapped ? Array(all.suffix(4)) : Array(all.prefix(8))
        } else {
            return nil
        }
    }

    package var description: String { bytes.map { "\($0)" }.joined(separator: ".") }
}
