/// A request to somebody outside.
package struct HTTPRequest: Equatable, Sendable {
    package let method: String
    /// The whole address.
    package let url: String
    package let contentType: String?
    /// Further header fields.
    package let fields: [(name: String, value: String)]
    package let body: [UInt8]

    package init(
        _ method: String, _ url: String, contentType: String? = nil, fields: [(name: String, value: String)] = [],
        body: [UInt8] = []
    ) {
        self.method = method
        self.url = url
        self.contentType = contentType
        self.fields = fields
        self.body = body
    }

    package static func == (a: HTTPRequest, b: HTTPRequest) -> Bool {
        a.method == b.method && a.url == b.url && a.contentType == b.contentType && a.body == b.body
            && a.fields.elementsEqual(b.fields) { $0.name == $1.name && $0.value == $1.value }
    }
}

/// What is known of a request that was made.
package enum HTTPOutcome: Equatable, Sendable {
    /// The whole reply came.
    case reply(status: Int, body: [UInt8])
    /// It never reached the other side: no connection, no TLS.
    case unsent(String)
    /// The other side may have acted on it: the reply is not known.
    case unknown(String)
}

/// Makes requests. One at a time, without redirects, without repeating any.
package protocol HTTPSender {
    func send(_ request: HTTPRequest) -> HTTPOutcome
}
