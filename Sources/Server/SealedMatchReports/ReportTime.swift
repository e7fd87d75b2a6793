internal import Foundation

/// Times as reports write them: RFC 3339, UTC, whole seconds.
package enum ReportTime {
    /// 2026-11-28T12:00:00Z
    package static func text(_ seconds: UInt64) -> String {
        Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
    }

    /// Seconds since 1970 of a time with its zone; nil for what is none.
    package static func seconds(_ text: String) -> UInt64? {
        guard text.utf8.count <= 40, let date = try? Date(text, strategy: .iso8601),
            date.timeIntervalSince1970 >= 0, date.timeIntervalSince1970 < 1e11
        else { return nil }
        return UInt64(date.timeIntervalSince1970)
    }
}
