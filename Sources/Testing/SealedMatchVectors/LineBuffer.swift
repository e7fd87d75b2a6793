/// What comes from a program, cut into lines. Of a line that is too long no more than its length is kept.
package struct LineBuffer {
    private let limit: Int
    private var bytes: [UInt8] = []
    /// How many of `bytes` have no line feed among them.
    private var searched = 0
    /// Bytes of the line that `bytes` begins with that were thrown away.
    private var dropped = 0

    package init(limit: Int) { self.limit = limit }

    package mutating func append(_ more: [UInt8]) {
        bytes += more
        // Of a line that is too long, none is kept but what comes after it.
        guard end == nil, bytes.count > limit || dropped > 0 else { return }
        dropped += bytes.count
        bytes = []
        searched = 0
    }

    /// Takes the first line out, if it is whole.
    package mutating func next() -> VectorRun.Reply? {
        guard let end else { return nil }
        let line = Array(bytes[..<end])
        let before = dropped
        bytes.removeFirst(end + 1)
        (searched, dropped) = (0, 0)
        guard before == 0, line.count <= limit else {
            return .tooLong(bytes: before + line.count, limit: limit)
        }
        return .line(line)
    }

    /// Whether no line is whole.
    package var isEmpty: Bool { !bytes[searched...].contains(UInt8(ascii: "\n")) }

    /// What there is of a line without an end.
    package var rest: VectorRun.Reply? {
        if dropped > 0 { return .tooLong(bytes: dropped, limit: limit) }
        return bytes.isEmpty ? nil : .line(bytes)
    }

    private var end: Int? {
        mutating get {
            let found = bytes[searched...].firstIndex(of: UInt8(ascii: "\n"))
            searched = found ?? bytes.count
            return found
        }
    }
}
