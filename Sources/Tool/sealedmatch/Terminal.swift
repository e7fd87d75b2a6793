internal import Foundation
internal import Synchronization
internal import SealedMatchProtocol
internal import SealedMatchWorkers

/// What the tool prints: results on standard output, progress on standard error if that is a terminal.
///
/// Each text is one line: whatever it holds, it cannot begin another one or steer the terminal (`escaped`).
enum Terminal {
    static let showsProgress = isatty(2) == 1

    static func print(_ line: String) { StandardStreams.writeOutput(escaped(line) + "\n") }
    static func note(_ line: String) { StandardStreams.writeError(escaped(line) + "\n") }

    /// One JSON object on a line, keys sorted.
    static func printJSON(_ value: some Encodable) throws { StandardStreams.writeOutput(try json(value) + "\n") }

    /// The object as it is printed.
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(value), as: UTF8.self)
        // In JSON a character that does not show can only be part of a string.
        var line = ""
        for scalar in text.unicodeScalars {
            if isPrintable(scalar) {
                line.unicodeScalars.append(scalar)
            } else {
                for unit in Character(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    line += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            }
        }
        return line
    }

    private static let lastPercent = Atomic<Int>(-1)

    /// Overwrites one line with phase and percentage.
    static func progress(_ phase: String, _ done: Int, _ total: Int) {
        guard showsProgress, total > 0 else { return }
        let percent = done * 100 / total
        guard lastPercent.exchange(percent, ordering: .relaxed) != percent else { return }
        StandardStreams.writeError("\r\u{1B}[K\(phase) \(percent) %")
        if done == total { StandardStreams.writeError("\r\u{1B}[K") }
    }

    /// Overwrites one line with a count whose end is not known.
    static func progress(_ text: String) {
        guard showsProgress else { return }
        StandardStreams.writeError("\r\u{1B}[K" + escaped(text))
    }

    /// Removes what `progress` wrote.
    static func endProgress() {
        guard showsProgress else { return }
        StandardStreams.writeError("\r\u{1B}[K")
    }

    /// Workers that show progress and end on an interrupt (Ctrl-C) or a polite kill, at the next chunk: nothing
    /// half-written stays behind.
    static func workers(threads: Int?) -> Workers {
        let workers = Workers(threads: threads) { phase, done, total in progress("\(phase)", done, total) }
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { workers.interrupt() }
            source.resume()
            signalSources.append(source)
        }
        return workers
    }

    // Keeps the sources alive for the life of the process. Only touched by `workers`, which a command calls from its
    // one main thread.
    private nonisolated(unsafe) static var signalSources: [any DispatchSourceSignal] = []
}

/// A number and what it counts: "1 file", "2 files", "2 entries".
func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
    "\(number) \(number == 1 ? noun : plural ?? noun + "s")"
}

/// Lower-case hexadecimal.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String { Hexadecimal.text(bytes) }

/// The bytes of a hexadecimal text; `nil` for anything else.
func bytes(hexadecimal text: some StringProtocol) -> [UInt8]? { Hexadecimal.bytes(text.utf8) }

/// Seconds since 1970.
func currentTime() -> UInt64 { UInt64(max(0, Date().timeIntervalSince1970)) }
