import Foundation
import SealedMatchCrypto
import SealedMatchCustodians
import SealedMatchProtocol
import SealedMatchTestSupport
import Synchronization
import Testing

/// A server on a Unix socket that reads requests and sends what a test likes: for each connection a list of replies.
private final class HostileServer: Sendable {
    enum Act: Sendable {
        case send([UInt8])
        /// One byte after another, with a pause between, for at most so many.
        case drip([UInt8], milliseconds: UInt32)
        case end
    }
    let path: String
    private let descriptor: Int32
    private let counted = Mutex((connections: 0, requests: 0))
    private let received = Mutex<[[UInt8]]>([])

    init(_ connections: [[[Act]]]) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "h-\(UUID().uuidString.prefix(8))").path
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var place = sockaddr_un()
        place.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &place.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let isBound = withUnsafeBytes(of: place) {
            bind(descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), size) == 0
        }
        guard isBound, listen(descriptor, 8) == 0 else { throw CocoaError(.fileWriteUnknown) }
        self.path = path
        self.descriptor = descriptor
        Thread { [self] in
            for replies in connections {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { return }
                counted.withLock { $0.connections += 1 }
                for acts in replies {
                    guard read(connection) else { break }
                    counted.withLock { $0.requests += 1 }
                    for act in acts { perform(act, connection) }
                }
                close(connection)
            }
        }.start()
    }

    deinit {
        close(descriptor)
        unlink(path)
    }

    var requests: Int { counted.withLock { $0.requests } }
    var connections: Int { counted.withLock { $0.connections } }
    /// What was posted.
    var bodies: [[UInt8]] { received.withLock { $0 } }

    private func read(_ connection: Int32) -> Bool {
        var bytes: [UInt8] = []
        while true {
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { return false }
            bytes += chunk[..<count]
            let text = String(decoding: bytes, as: UTF8.self)
            if let end = text.range(of: "\r\n\r\n"),
                let length = text[..<end.lowerBound].split(separator: "Content-Length: ").last.flatMap({ Int($0) }),
                bytes.count >= text[..<end.upperBound].utf8.count + length
            {
                received.withLock { $0.append(Array(bytes.suffix(length))) }
                return true
            }
        }
    }

    private func perform(_ act: Act, _ connection: Int32) {
        switch act {
        case .send(let bytes): _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        case .drip(let bytes, let milliseconds):
            for byte in bytes {
                guard send(connection, [byte], 1, Int32(MSG_NOSIGNAL)) == 1 else { return }
                usleep(milliseconds * 1_000)
            }
        case .end: shutdown(connection, Int32(SHUT_RDWR))
        }
    }

    /// A way to it that waits for a second.
    func line() throws -> CustodianLine {
        CustodianLine(
            .unix(path), name: "hostile", publicKey: Bytes32(),
            coordinator: Coordinator.Signer(try SigningKey.random()),
            seconds: 1, now: { 0 })
    }
}

@Suite struct CustodianConnectionTests {
    private func messages() throws -> RunMessages {
        let keys = try (0..<2).map { _ in try SigningKey.random().publicKey }
        return RunMessages(
            try RunPlan.keyGeneration(threshold: 2, tableID: TableID(canonical: Array(1...16)), keys: keys))
    }

    private func reply(_ body: String, head: String = "HTTP/1.1 200 OK\r\nContent-Type: x\r\n", length: String? = nil)
        -> [UInt8]
    {
        Array((head + (length ?? "Content-Length: \(body.utf8.count)") + "\r\n\r\n" + body).utf8)
    }

    @Test func headsAreStrict() throws {
        func head(_ text: String) throws -> ReplyHead { try ReplyHead(parsing: Array(text.utf8)[...]) }
        let good = try head("HTTP/1.1 200 OK\r\nServer: x\r\ncontent-LENGTH:\t 12 \r\n\r\n")
        #expect(good.status == 200 && good.length == 12 && !good.closes)
        #expect(try head("HTTP/1.1 404\r\nContent-Length: 0\r\nConnection: Close\r\n\r\n").closes)
        for bad in [
            "", "\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n",
            "HTTP/2 200 OK\r\nContent-Length: 1\r\n\r\n", "HTTP/1.1 20 OK\r\nContent-Length: 1\r\n\r\n",
            "HTTP/1.1 2000 OK\r\nContent-Length: 1\r\n\r\n", "HTTP/1.1 099 OK\r\nContent-Length: 1\r\n\r\n",
            "HTTP/1.1 +20 OK\r\nContent-Length: 1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\ncontent-length: 2\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0x1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\n", "HTTP/1.1 200 OK\r\n Content-Length: 1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: y\r\n z\r\nContent-Length: 1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: y\nContent-Length: 5\r\nContent-Length: 1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: y\rContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nnothing\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n",
        ] {
            expectCode(.wrongLength, "\(bad.debugDescription)") { _ = try head(bad) }
        }
    }

    /// Replies that are none, whoever reads them: each an error, and none asked for twice.
    @Test func repliesThatAreNone() throws {
        let long = [UInt8](repeating: 97, count: 70_000)
        for (acts, code, requests): ([HostileServer.Act], SealedMatchError.Code, Int) in [
            ([.send(Array("HTTP/1.1 200 OK\r\nX: ".utf8) + long)], .wrongLength, 1),
            ([.send(reply("", length: "Content-Length: 99999999"))], .wrongLength, 1),
            ([.send(reply("1\r\na\r\n0\r\n\r\n", length: "Transfer-Encoding: chunked"))], .wrongLength, 1),
            ([.send(reply("abc", length: "Content-Length: 4")), .end], .fileFailed, 1),
            ([.send(reply("abc", length: "Content-Length: 4"))], .fileFailed, 1),
            ([.send(Array("HTTP/1.1 200".utf8))], .fileFailed, 1),
            ([.end], .fileFailed, 1), ([], .fileFailed, 1),
            ([.send(reply("", head: "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n"))], .fileFailed, 1),
            ([.send(reply("", head: "HTTP/1.1 100 Continue\r\n", length: "X: y") + reply("a"))], .wrongLength, 1),
            ([.send(reply(String(repeating: "[", count: 200_000), head: "HTTP/1.1 503 No\r\n"))], .fileFailed, 1),
            (
                [.send(reply(#"{"type": "urn:sealedmatch:error:99999999999"}"#, head: "HTTP/1.1 503 No\r\n"))],
                .fileFailed, 1
            ),
            (
                [.send(reply(#"{"type":"urn:sealedmatch:error:616","party":99}"#, head: "HTTP/1.1 503 No\r\n"))],
                .custodianStopped, 1
            ),
        ] {
            // What comes after these, if anything does, is never read as an answer.
            let server = try HostileServer([[acts, [.send(reply("late"))]]])
            expectFault(code, nil) { _ = try server.line().run(messages()) }
            #expect(server.requests == requests)
        }
        let named = reply(#"{"type":"urn:sealedmatch:error:611","party":3}"#, head: "HTTP/1.1 400 No\r\n")
        expectFault(.shareRejected, party(3)) { _ = try HostileServer([[[.send(named)]]]).line().run(messages()) }
    }

    /// A byte now and then keeps nobody waiting for ever, in the head and in the body.
    @Test func slowReplies() throws {
        for bytes in [
            reply(String(repeating: "a", count: 30)), reply("", head: "HTTP/1.1 200 OK\r\nServer: slow slow\r\n"),
        ] {
            let server = try HostileServer([[[.drip(bytes, milliseconds: 200)]]])
            do {
                _ = try server.line().run(messages())
                Issue.record("a slow reply was waited for")
            } catch let error as CustodianError {
                #expect(error.code == .fileFailed && error.error.systemError == EAGAIN)
            }
            #expect(server.requests == 1)
        }
    }

    /// A custodian takes a call once, and an answer may have been lost: what is brought once more is another call.
    @Test func asksAnew() throws {
        let server = try HostileServer([[[.send(reply("1"))], [.end]], [[.send(reply("2"))]]])
        let custodian = RemoteCustodian(try server.line(), as: try party(1))
        #expect(try custodian.evaluate([7]) == Array("1".utf8))
        #expect(try custodian.evaluate([8]) == Array("2".utf8))
        let calls = try server.bodies.map { try CustodianCall.evaluate.open($0, custodian: Bytes32(), now: 1) }
        #expect(calls.map(\.body) == [[7], [8], [8]])
        #expect(calls.map(\.time) == [0, 0, 1])
        #expect(Set(calls.map(\.name)).count == 3)
    }

    /// A reply that comes before it is asked for answers nothing, and one connection serves many requests else.
    @Test func repliesToOtherRequests() throws {
        let early = try HostileServer([
            [[.send(reply("one") + reply("early"))], [.send(reply("two"))]], [[.send(reply("two"))]],
        ])
        let line = try early.line()
        #expect(try line.run(messages()) == Array("one".utf8))
        #expect(try line.run(messages()) == Array("two".utf8))
        #expect(early.connections == 2)
        let kept = try HostileServer([
            [
                [.send(reply("1"))], [.send(reply("2"))],
                [.send(reply("3", head: "HTTP/1.1 200 OK\r\nConnection: close\r\n"))],
            ],
            [[.send(reply("4"))]],
        ])
        let other = try kept.line()
        for number in 1...4 { #expect(try other.run(messages()) == Array("\(number)".utf8)) }
        #expect(kept.connections == 2)
    }
}
