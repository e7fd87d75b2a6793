/// The last bytes of a stream of messages, however long and whatever is in it.
struct MessageTail {
    private let limit: Int
    private var bytes: [UInt8] = []

    init(limit: Int) {
        self.limit = limit
    }

    mutating func append(_ more: [UInt8]) {
        bytes += more
        if bytes.count > limit { bytes.removeFirst(bytes.count - limit) }
    }

    /// The lines, joined by "; ", with everything but printable ASCII replaced: nothing in it can steer a terminal.
    var text: String {
        bytes.split(separator: UInt8(ascii: "\n"))
            .map { line in
                String(decoding: line.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
            }
            .joined(separator: "; ")
    }
}
