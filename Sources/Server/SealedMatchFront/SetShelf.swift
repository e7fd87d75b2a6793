internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Metrics
internal import NIOCore
internal import SealedMatchCollector
public import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchJSON
public import SealedMatchProtocol

/// The set files that a front gives out: the same bytes to everybody, without authentication, by the root that names
/// them. A client checks all of it itself; a front that gave another set to some would be found out.
public struct SetShelf: Sendable {
    /// A set, and where it is.
    public struct Book: Sendable {
        /// The set file.
        public let path: String
        let proof: String
        let root: SetRoot
        let file: OpenSet
        /// What it says of itself.
        public var header: SetHeader { file.header }
    }

    /// All of them, as they were given; one for each root.
    public let sets: [Book]
    private let books: [String: Book]
    private let current: String?

    /// Opens each file and checks all of it: its form, its table's digest and its signatures. The files stay open.
    /// - Parameters:
    ///   - paths: set files; `/v1/sets/current` leads to the newest version. Beside each there may be its proof, named
    ///     `ROOT.proof`, as `sealedmatch log prove` writes it; it may be replaced while this runs.
    ///   - allowsTestSets: whoever made a set for tests knows its secret key. One that nobody signed is for tests, too.
    /// - Throws: `SetShelf.Unusable`, which names the file; for sets for tests, too, unless they are allowed.
    public init(_ paths: [String], allowsTestSets: Bool = false) throws(Unusable) {
        var books: [String: Book] = [:]
        var sets: [Book] = []
        for path in paths {
            do throws(SealedMatchError) {
                let file = try OpenSet(path: path, allowsTestSets: allowsTestSets)
                let root = try file.header.root()
                let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
                let name = Hexadecimal.text(root.encoded.bytes)
                let book = Book(path: path, proof: "\(folder)/\(name).proof", root: root, file: file)
                if books.updateValue(book, forKey: name) == nil { sets.append(book) }
            } catch {
                throw Unusable(path: path, error: error)
            }
        }
        self.books = books
        self.sets = sets
        current = books.max { $0.value.header.version < $1.value.header.version }?.key
    }

    /// A file that is no set that can be given out.
    public struct Unusable: Error {
        /// Which one.
        public let path: String
        /// Why.
        public let error: SealedMatchError
    }

    /// The sets' forms by root: what a collector's policy takes.
    public var parameters: [SetRoot: SealedMatchProtocol.Parameters] {
        Dictionary(books.values.map { ($0.root, $0.header.parameters) }, uniquingKeysWith: { first, _ in first })
    }

    /// Records in how many days the newest set expires, as `sealedmatch_set_days_left`. Called again and again.
    /// - Parameter now: seconds since 1970.
    public func recordDaysLeft(at now: UInt64) {
        guard let current, let header = books[current]?.header else { return }
        Gauge(label: "sealedmatch_set_days_left").record((Double(header.expiresAt) - Double(now)) / 86_400)
    }

    func add(to router: Router<FrontContext>) {
        router.get("v1/sets/current") { _, _ in try redirect() }
        router.head("v1/sets/current") { _, _ in try redirect() }
        router.get("v1/sets/:name") { request, context in try await give(request, context) }
        router.head("v1/sets/:name") { request, context in try await give(request, context) }
    }

    private func redirect() throws -> Response {
        guard let current, let book = books[current] else { throw Problem(.notFound, "no set is given out here") }
        let body = JSON.object([
            "root": .text(current), "version": .integer(Int128(book.header.version)),
            "issuedAt": .integer(Int128(book.header.issuedAt)), "expiresAt": .integer(Int128(book.header.expiresAt)),
        ])
        return .json(
            body, status: .temporaryRedirect,
            headers: [.location: "/v1/sets/\(current)", .cacheControl: "public, max-age=60"])
    }

    private func give(_ request: Request, _ context: FrontContext) async throws -> Response {
        let name = context.parameters.get("name") ?? ""
        if name.hasSuffix(".proof") { return try await giveProof(String(name.dropLast(6)), request, context) }
        guard let book = books[name] else { throw Problem(.notFound, "no set of this root is given out here") }
        try book.file.check(context.logger)
        let size = book.file.size
        let reply = try Partial(request, tag: "\"\(name)\"", size: size, caching: "max-age=31536000, immutable")
        guard request.method == .get, reply.status != .notModified else { return reply.response() }
        return reply.response(
            book.file.body(reply.range.map { $0.lowerBound..<$0.upperBound + 1 } ?? 0..<size, context.logger))
    }

    /// A proof is made anew while its set is used (Docs/Protocol.md, 5.28, "Freshness"): so it is read as a whole for
    /// each reply, and its tag follows from its bytes.
    private func giveProof(_ root: String, _ request: Request, _ context: FrontContext) async throws -> Response {
        guard let book = books[root] else { throw Problem(.notFound, "no set of this root is given out here") }
        let read: [UInt8]?
        do throws(SealedMatchError) {
            read = try DurableFile.readIfPresent(book.proof, limit: Self.maximumProof, access: .written)
        } catch {
            context.logger.error("a set's proof cannot be read: \(error)")
            throw Problem(.serviceUnavailable, "the set's proof cannot be read now", retryAfter: 60)
        }
        guard let bytes = read else { throw Problem(.notFound, "there is no proof of this set here") }
        let tag = Hexadecimal.text(try KDF.plainDigest(of: bytes).bytes)
        let reply = try Partial(request, tag: "\"\(tag)\"", size: bytes.count, caching: "max-age=3600")
        let part = reply.range.map { bytes[$0] } ?? bytes[...]
        return reply.response(ResponseBody(byteBuffer: ByteBuffer(bytes: part)))
    }

    /// Bytes of a proof, at most (Docs/Protocol.md, 4.16).
    private static let maximumProof = 163_840
}

/// What is given of a file for a request: all of it, a part, or nothing where the client has it.
private struct Partial {
    let status: HTTPResponse.Status
    /// Nil: all of it.
    let range: ClosedRange<Int>?
    private let headers: HTTPFields
    private let hasBody: Bool

    /// - Parameters:
    ///   - tag: the file's entity tag, in quotes.
    ///   - caching: behind `public`, in Cache-Control.
    /// - Throws: 416 for a range behind the end.
    init(_ request: Request, tag: String, size: Int, caching: String) throws(Problem) {
        var headers: HTTPFields = [
            .eTag: tag, .acceptRanges: "bytes", .contentType: "application/octet-stream",
            .cacheControl: "public, \(caching)",
        ]
        var range: ClosedRange<Int>?
        if request.headers[.ifNoneMatch].map({ $0 == "*" || $0.contains(tag) }) == true {
            (status, self.range, self.headers, hasBody) = (.notModified, nil, headers, false)
            return
        }
        // A part of another file is none of this one (RFC 9110, 13.1.5).
        if let asked = request.headers[.range], request.headers[.ifRange].map({ $0 == tag }) ?? true {
            switch ByteRange(asked, of: size) {
            case .part(let part): range = part
            case .outside:
                throw Problem(
                    .rangeNotSatisfiable, "the file has \(size) bytes", fields: [.contentRange: "bytes */\(size)"])
            case .ignored: break
            }
        }
        headers[.contentLength] = "\(range?.count ?? size)"
        if let range { headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound)/\(size)" }
        status = range == nil ? .ok : .partialContent
        (self.range, self.headers, hasBody) = (range, headers, request.method == .get)
    }

    func response(_ body: ResponseBody = ResponseBody()) -> Response {
        Response(status: status, headers: headers, body: hasBody ? body : ResponseBody())
    }
}

/// A `Range` of bytes (RFC 9110, 14.1.2). One range is given; of several, or what is no range, the whole file is.
enum ByteRange: Equatable {
    case part(ClosedRange<Int>)
    case outside
    case ignored

    init(_ field: String, of size: Int) {
        self = .ignored
        guard field.hasPrefix("bytes=") else { return }
        let ends = field.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, ends.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }) else { return }
        let (first, last) = (Int(ends[0]), Int(ends[1]))
        switch (first, last) {
        case (let first?, _) where first >= size: self = .outside
        case (let first?, let last?): if first <= last { self = .part(first...min(last, size - 1)) }
        case (let first?, nil) where ends[1].isEmpty: self = .part(first...(size - 1))
        case (nil, let count?) where ends[0].isEmpty:
            self = count == 0 || size == 0 ? .outside : .part(max(0, size - count)...(size - 1))
        default: break
        }
    }
}
