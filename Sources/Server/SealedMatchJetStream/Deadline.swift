internal import Dispatch
internal import Foundation

/// When trying again ends.
struct Deadline {
    private let end: UInt64
    private var pauses = 0

    init(seconds: Double) { end = Self.now &+ UInt64(max(0, seconds) * 1e9) }

    /// Nanoseconds of a clock that only goes forward.
    static var now: UInt64 { DispatchTime.now().uptimeNanoseconds }

    /// Seconds that are left; 0 when it is over.
    var left: Double {
        let now = Self.now
        return now < end ? Double(end - now) / 1e9 : 0
    }

    /// Sleeps, each time longer, up to half a second; a random part of it, so that those who collided do not again.
    /// - Returns: false when the time is over.
    mutating func pause() -> Bool {
        let left = left
        guard left > 0 else { return false }
        let longest = min(0.5, 0.01 * Double(1 << min(pauses, 6)))
        pauses += 1
        Thread.sleep(forTimeInterval: min(left, longest * Double.random(in: 0.5...1)))
        return true
    }
}
