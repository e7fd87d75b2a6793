internal import CSealedMatchNATS

/// A message that a server sent, copied out of the C library.
struct ServerMessage {
    let subject: String
    /// Where an answer goes; of a leased message, what acknowledges it.
    let reply: String
    /// 0 for a message of a stream; otherwise the server's word on a request, such as 404 or 503.
    let status: Int
    let data: [UInt8]
    private let headers: [String: String]

    /// The value of a header that was asked for when the message was taken.
    func header(_ name: String) -> String? { headers[name] }

    /// Copies a message and lets it go.
    /// - Parameter names: the headers to keep, besides the status.
    init(consuming message: OpaquePointer, headers names: [String]) {
        func text(_ pointer: UnsafePointer<CChar>?) -> String {
            unsafe pointer.map { unsafe String(cString: $0) } ?? ""
        }
        func header(_ name: String) -> String? {
            var value: UnsafePointer<CChar>?
            guard unsafe natsMsgHeader_Get(message, name, &value) == NATS_OK else { return nil }
            return unsafe text(value)
        }
        subject = unsafe text(natsMsg_GetSubject(message))
        reply = unsafe text(natsMsg_GetReply(message))
        let count = unsafe Int(natsMsg_GetDataLength(message))
        data = unsafe [UInt8](UnsafeRawBufferPointer(start: natsMsg_GetData(message), count: count))
        status = header("Status").flatMap { Int($0) } ?? 0
        var kept: [String: String] = [:]
        for name in names { kept[name] = header(name) }
        headers = kept
        unsafe natsMsg_Destroy(message)
    }
}
