internal import Dispatch
internal import Foundation
internal import SealedMatchCrypto
internal import Synchronization

/// Sends vouchers in frames. While frames are on their way, what calls bring is gathered for the next one; so a frame
/// has as many vouchers as came meanwhile, and a call that is alone does not wait.
final class FrameSender: Sendable {
    /// A call, until all of its vouchers are stored.
    private final class Call: Sendable {
        private let left: Mutex<Int>
        private let failure = Mutex<SealedMatchError?>(nil)
        private let continuation: CheckedContinuation<SealedMatchError?, Never>

        init(_ count: Int, _ continuation: CheckedContinuation<SealedMatchError?, Never>) {
            left = Mutex(count)
            self.continuation = continuation
        }

        func end(_ count: Int, _ error: SealedMatchError?) {
            if let error { failure.withLock { $0 = error } }
            let left = left.withLock { left in
                left -= count
                return left
            }
            if left == 0 { continuation.resume(returning: failure.withLock { $0 }) }
        }
    }

    private struct Piece {
        let voucher: [UInt8]
        let call: Call
    }

    private struct State {
        var waiting: [Piece] = []
        var first = 0
        var bytes = 0
        var running = 0
    }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "sealedmatch.jetstream.frames", attributes: .concurrent)
    private let client: JetStreamClient
    private let subject: String
    private let options: JetStreamOptions

    init(_ client: JetStreamClient, subject: String, _ options: JetStreamOptions) {
        self.client = client
        self.subject = subject
        self.options = options
    }

    /// When this returns, all of the vouchers are on the disks of most servers.
    /// - Throws: `fileFailed`, `interrupted`. Where nothing is said of too many that wait, some may be stored.
    func send(_ vouchers: [[UInt8]]) async throws(SealedMatchError) {
        guard !vouchers.isEmpty else { return }
        let failure = await withCheckedContinuation { (continuation: CheckedContinuation<SealedMatchError?, Never>) in
            let call = Call(vouchers.count, continuation)
            let bytes = vouchers.reduce(0) { $0 + $1.count }
            let (begins, isFull) = state.withLock { state in
                guard state.bytes + bytes <= options.waitingBytes || state.bytes == 0 else { return (false, true) }
                state.bytes += bytes
                for voucher in vouchers { state.waiting.append(Piece(voucher: voucher, call: call)) }
                guard state.running < options.framesInFlight else { return (false, false) }
                state.running += 1
                return (true, false)
            }
            if isFull {
                call.end(
                    vouchers.count,
                    SealedMatchError(.fileFailed, "too many vouchers wait to be stored: try again later"))
            }
            if begins { queue.async { self.work() } }
        }
        if let failure { throw failure }
    }

    private func work() {
        while let frame = next() {
            var failure: SealedMatchError?
            do throws(SealedMatchError) {
                try client.publish(
                    JetStreamClient.Draft(
                        subject: subject, data: VoucherFrame.encoded(frame.map(\.voucher)), id: UUID().uuidString))
            } catch {
                failure = error
            }
            let bytes = frame.reduce(0) { $0 + $1.voucher.count }
            state.withLock { $0.bytes -= bytes }
            // A call's vouchers stand together.
            var rest = frame[...]
            while let call = rest.first?.call {
                let own = rest.prefix { $0.call === call }
                rest = rest.dropFirst(own.count)
                call.end(own.count, failure)
            }
        }
    }

    private func next() -> [Piece]? {
        state.withLock { state in
            guard state.first < state.waiting.count else {
                state.waiting.removeAll(keepingCapacity: true)
                state.first = 0
                state.running -= 1
                return nil
            }
            var bytes = VoucherFrame.magicCount
            var end = state.first
            while end < state.waiting.count, end - state.first < VoucherFrame.maximumVouchers {
                bytes += state.waiting[end].voucher.count
                guard bytes <= options.frameBytes || end == state.first else { break }
                end += 1
            }
            let frame = Array(state.waiting[state.first..<end])
            state.first = end
            if state.first * 2 > state.waiting.count {
                state.waiting.removeFirst(state.first)
                state.first = 0
            }
            return frame
        }
    }
}
