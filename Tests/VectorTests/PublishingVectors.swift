import Foundation
import SealedMatchCrypto
import SealedMatchJSON
import SealedMatchLog
import SealedMatchPublishing
import SealedMatchVectors

/// log: what a log publishes, and what witnesses answer.
enum PublishingVectors {
    static let publishing: [String: VectorRunner] = [
        "Witness": { input, _ in
            let witness = try Witness(input)
            let replies = try input.objects("steps").map { step in
                let (status, body) = try witness.addCheckpoint(step.bytes("body"), now: step.number("now"))
                return JSON.object(["status": .number(status), "body": body.map { .bytes($0) } ?? .null])
            }
            return ["replies": .list(replies)]
        },
        "Publish": { input, vectors in
            let log = try Log(input, at: vectors.scratch("log"))
            return try log.state(after: input.objects("steps").map { try log.take($0) })
        },
    ]
}

/// A witness of one log, made of what logs and clients are made of here, which have none ("A witness").
private final class Witness {
    private let key: VerifierKey
    private let secret: SigningKey
    private let log: VerifierKey
    private var (size, root): (UInt64, Bytes32)

    init(_ input: Fields) throws {
        secret = try SigningKey(seed: CustodianVectors.secret(input.bytes("seed", count: 32)))
        key = try VerifierKey(name: input.bytes("name"), kind: .cosignature, publicKey: secret.publicKey)
        log = try VerifierKey(canonical: Array(input.text("log").utf8))
        (size, root) = (0, try LogTree.emptyRoot())
    }

    /// Status, and the body where it is more than a text for people.
    func addCheckpoint(_ body: [UInt8], now: UInt64) throws -> (Int, [UInt8]?) {
        // But for its first line it is a proof without `extra`, with the old size in the place of the index.
        let proof = Array("c2sp.org/tlog-proof@v1\nindex ".utf8)
        guard body.starts(with: "old ".utf8),
            let asked = try? LogProof(canonical: proof + body.dropFirst("old ".utf8.count))
        else { return (400, nil) }
        let (old, checkpoint) = (asked.index, asked.checkpoint)
        guard checkpoint.origin == log.name else { return (404, nil) }
        guard (try? checkpoint.note.isSigned(by: log)) == true else { return (403, nil) }
        guard old <= checkpoint.size else { return (400, nil) }
        guard old == size else { return (409, Array("\(size)\n".utf8)) }
        do throws(SealedMatchError) {
            try LogTree.checkConsistency(
                oldSize: size, oldRoot: root, newSize: checkpoint.size, newRoot: checkpoint.root, path: asked.path)
        } catch {
            return (422, nil)
        }
        (size, root) = (checkpoint.size, checkpoint.root)
        let signature = try secret.sign(SignedNote.cosigned(checkpoint.note.text, at: now)).encoded
        let time = withUnsafeBytes(of: now.bigEndian) { Array($0) }
        return (200, SignedNote.line(of: key, time + signature))
    }
}

/// A log's folder, which its publisher works in.
private final class Log {
    private let path: String
    private let folder: LogFolder
    private let policy: LogPolicy
    private let witnesses: [LogPublisher.Witness]

    init(_ input: Fields, at path: String) throws {
        self.path = path
        try LogFolder.create(at: path, key: VerifierKey(canonical: Array(input.text("log").utf8)))
        folder = try LogFolder(path: path)
        policy = try LogPolicy(canonical: input.bytes("policy"), maximumAge: input.number("maximumAge"))
        witnesses = try input.texts("witnesses").enumerated().map { place, key in
            LogPublisher.Witness(key: try VerifierKey(canonical: Array(key.utf8)), url: "\(place)")
        }
    }

    func take(_ step: Fields) throws -> JSON {
        var reply: [String: JSON] = ["size": .null, "isPublished": .null, "asked": .null, "error": .null]
        switch try step.text("do") {
        case "add":
            do {
                _ = try folder.add(LogEntry(canonical: step.bytes("entry")))
            } catch let error as SealedMatchError {
                reply["error"] = .text(ErrorNames.name(error.code))
            }
        case "put":
            let file = URL(filePath: path).appending(path: try step.text("path"))
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(step.bytes("contents")).write(to: file)
        case "remove": try FileManager.default.removeItem(atPath: path + "/" + step.text("path"))
        case "publish":
            do {
                let (outcome, asked) = try publish(step)
                reply["size"] = .number(outcome.size)
                reply["isPublished"] = .boolean(outcome.isPublished)
                reply["asked"] = .list(asked.map { .list($0.map { .bytes($0) }) })
            } catch let error as SealedMatchError {
                reply["error"] = .text(ErrorNames.name(error.code))
            }
        case let other: throw VectorError("\(step.place): nobody does \(other)")
        }
        return .object(reply)
    }

    /// What became of it, and what each witness was asked.
    private func publish(_ step: Fields) throws -> (LogPublisher.Outcome, [[[UInt8]]]) {
        let secret = try SigningKey(seed: CustodianVectors.secret(step.bytes("seed", count: 32)))
        let answers = try step.list("answers").map { answers in
            guard case .list(let answers) = answers else { throw step.wrong("answers", "list of lists") }
            return try answers.map { try Fields($0, at: step.place) }
        }
        let now = try step.number("now", as: UInt64.self)
        var asked = [[[UInt8]]](repeating: [], count: witnesses.count)
        var problem: (any Error)?
        do {
            let outcome = try LogPublisher(folder).publish(
                by: secret, policy: policy, witnesses: witnesses, now: { now }
            ) { url, body in
                let place = try Self.place(url)
                asked[place].append(body)
                do {
                    guard asked[place].count <= answers[place].count else { throw VectorError("asked too often") }
                    let answer = answers[place][asked[place].count - 1]
                    guard try !answer.isNull("status") else { throw Silence() }
                    return (try answer.number("status"), try answer.bytes("body"))
                } catch let error as VectorError {
                    problem = error
                    throw error
                }
            }
            if let problem { throw problem }
            return (outcome, asked)
        } catch let error as SealedMatchError {
            guard asked.allSatisfy(\.isEmpty) else { throw VectorError("witnesses were asked, and then: \(error)") }
            throw error
        }
    }

    private struct Silence: Error {}

    private static func place(_ url: String) throws -> Int {
        guard url.hasSuffix("/add-checkpoint"), let place = Int(url.dropLast("/add-checkpoint".count)) else {
            throw VectorError("a witness is asked at \(url)")
        }
        return place
    }

    /// What was replied, and all that is served.
    func state(after replies: [JSON]) throws -> [String: JSON] {
        func file(_ name: String) throws -> JSON {
            try folder.file(name, SignedNote.maximumCount).map { .bytes($0) } ?? .null
        }
        let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        var tiles: [JSON] = []
        for name in names.filter({ $0.hasPrefix("tile/") }).sorted() {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path + "/" + name, isDirectory: &isFolder), !isFolder.boolValue
            else { continue }
            let contents = [UInt8](try Data(contentsOf: URL(filePath: path + "/" + name)))
            tiles.append(.object(["path": .text(name), "digest": .bytes(try SHA256.digest(of: contents))]))
        }
        return [
            "replies": .list(replies), "checkpoint": try file("checkpoint"), "pending": try file("pending"),
            "tiles": .list(tiles),
        ]
    }
}
