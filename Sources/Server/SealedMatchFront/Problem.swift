public import HTTPTypes
public import Hummingbird
internal import NIOCore
public import SealedMatchCrypto
internal import SealedMatchCollector
internal import SealedMatchJSON

/// A reply that refuses a request as a whole (RFC 9457, "Problem Details for HTTP APIs").
///
/// It says what is wrong with the form of a request, and nothing of what a voucher holds. No name, path or account of
/// this machine is in it.
public struct Problem: Error, HTTPResponseError {
    /// The status of the reply.
    public let status: HTTPResponse.Status
    /// `urn:sealedmatch:error:` and the code, for the library's errors; `about:blank` for HTTP's own.
    public let type: String
    /// What is wrong, and what to do, for a person.
    public let detail: String
    /// Seconds after which to try again, where that can help.
    public let retryAfter: Int?
    /// The party whose fault it is, of calls between several.
    var party: UInt8?
    /// Further header fields, such as a challenge.
    let fields: HTTPFields

    /// One of HTTP's own.
    init(_ status: HTTPResponse.Status, _ detail: String, retryAfter: Int? = nil, fields: HTTPFields = [:]) {
        self.status = status
        self.detail = detail
        self.retryAfter = retryAfter
        self.fields = fields
        type = "about:blank"
    }

    /// One of the library's errors.
    public init(_ error: SealedMatchError) {
        (status, retryAfter) = Self.status(of: error)
        type = Self.type(of: error)
        detail = "\(error.reason)"
        fields = [:]
    }

    /// One of the library's errors, with a status of its own.
    init(_ error: SealedMatchError, _ status: HTTPResponse.Status) {
        self.status = status
        retryAfter = status == .tooManyRequests || status == .serviceUnavailable ? 1 : nil
        type = Self.type(of: error)
        detail = "\(error.reason)"
        fields = [:]
    }

    static func type(of error: SealedMatchError) -> String { "urn:sealedmatch:error:\(error.code.rawValue)" }

    private static func status(of error: SealedMatchError) -> (HTTPResponse.Status, retryAfter: Int?) {
        switch error.code {
        case .wrongLength, .invalidMagic, .parameterOutOfRange: (.badRequest, nil)
        case .authenticationFailed, .invalidSignature: (.forbidden, nil)
        case .commitmentConflict, .pseudonymConflict: (.conflict, nil)
        case .tokenMismatch: (.forbidden, nil)
        case .notRegistered: (.notFound, nil)
        case .epochInPast, .epochTooFar, .quotaExceeded: (.unprocessableContent, nil)
        case .unknownSet: (.notFound, nil)
        // Of the store or the machine: the same request may pass later.
        case .storeFull: (.serviceUnavailable, 1)
        default: (.serviceUnavailable, 10)
        }
    }

    /// The reply: `application/problem+json`.
    public func response(from request: Request, context: some RequestContext) throws -> Response { response }

    var response: Response {
        var headers = fields
        headers[.contentType] = "application/problem+json"
        if let retryAfter { headers[.retryAfter] = "\(retryAfter)" }
        return .json(json, status: status, headers: headers)
    }

    /// The body.
    var json: JSON {
        var members: [String: JSON] = [
            "type": .text(type), "title": .text(status.reasonPhrase), "status": .integer(Int128(status.code)),
            "detail": .text(detail),
        ]
        if let party { members["party"] = .integer(Int128(party)) }
        return .object(members)
    }
}

extension Response {
    /// A value of JSON on one line.
    static func json(_ value: JSON, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        let text = value.line + "\n"
        if headers[.contentType] == nil { headers[.contentType] = "application/json" }
        headers[.contentLength] = "\(text.utf8.count)"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
