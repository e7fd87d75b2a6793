import Foundation
import SealedMatchCrypto
import Synchronization
import Testing

/// Runs a closure in so many threads at once.
/// - Returns: what they threw.
func concurrently(_ count: Int, _ body: @Sendable @escaping (Int) throws -> Void) -> [SealedMatchError.Code] {
    let failures = Mutex<[SealedMatchError.Code]>([])
    // Threads of their own: they block.
    let group = DispatchGroup()
    for index in 0..<count {
        group.enter()
        Thread.detachNewThread {
            defer { group.leave() }
            do { try body(index) } catch let error as SealedMatchError {
                failures.withLock { $0.append(error.code) }
            } catch {
                Issue.record("untyped error \(error)")
            }
        }
    }
    group.wait()
    return failures.withLock { $0 }
}
