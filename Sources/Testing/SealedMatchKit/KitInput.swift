internal import Glibc

/// Lines of a descriptor, in bounded memory.
public struct KitInput {
    private let descriptor: Int32
    private var pending: [UInt8] = []
    private var start = 0
    private var isAtEnd = false

    /// - Parameter descriptor: open for reading; it stays the caller's.
    public init(descriptor: Int32) { self.descriptor = descriptor }

    /// The next line without its end; of one that is longer than a request may be, so much that this is seen. A last
    /// line needs no end. Nil at the end of the input, or when it cannot be read.
    public mutating func next() -> [UInt8]? {
        var line: [UInt8] = []
        while true {
            if let end = pending[start...].firstIndex(of: UInt8(ascii: "\n")) {
                Self.append(pending[start..<end], to: &line)
                start = end + 1
                return line
            }
            Self.append(pending[start...], to: &line)
            start = 0
            if isAtEnd {
                pending = []
                return line.isEmpty ? nil : line
            }
            pending = read()
        }
    }

    private static func append(_ bytes: ArraySlice<UInt8>, to line: inout [UInt8]) {
        line += bytes.prefix(KitSession.maximumLine + 1 - line.count)
    }

    private mutating func read() -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
            if count > 0 { return Array(buffer[..<count]) }
            if count < 0 && errno == EINTR { continue }
            isAtEnd = true
            return []
        }
    }
}
