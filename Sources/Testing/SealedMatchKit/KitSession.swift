internal import SealedMatchCrypto
internal import SealedMatchJSON
internal import SealedMatchTesting

/// One conversation with a program that tests: a request a line in, an answer a line out. (Docs/Testing.md, "The
/// program `sealedmatch kit`")
public final class KitSession {
    /// The longest request, in bytes.
    public static let maximumLine = 64 << 20
    /// The version of the messages.
    static let version = 1

    private let program: String
    private(set) var world: TestWorld?
    var backups: [TestDevice.Backup] = []

    /// - Parameter version: the program's, which `hello` answers with.
    public init(version: String) { program = version }

    /// Answers a request; one line without its end. It throws nothing: what is wrong is in the answer.
    public func answer(_ line: [UInt8]) -> [UInt8] {
        var id = JSON.null
        var answer: [String: JSON] = ["test": .boolean(true)]
        do {
            guard line.count <= Self.maximumLine else {
                throw KitFailure(.badRequest, "a request has at most \(Self.maximumLine) bytes")
            }
            guard case .object(var fields) = try JSON(parsing: line) else {
                throw KitFailure(.badRequest, "a request is one JSON object in a line of its own, in UTF-8")
            }
            guard case .integer = fields["id"] else {
                throw KitFailure(.badRequest, "id: an integer is asked for, such as 1")
            }
            id = fields.removeValue(forKey: "id") ?? .null
            guard case .text(let call) = fields.removeValue(forKey: "call") else {
                throw KitFailure(.badRequest, "call: the name of a call is missing; see Docs/Testing.md")
            }
            var arguments = KitArguments(fields)
            let result = try result(of: call, &arguments)
            answer["result"] = .object(result)
        } catch {
            // An error of another kind is a fault of ours; it is said all the same.
            answer["error"] = (KitFailure(error) ?? KitFailure(.badRequest, "\(error)")).value
        }
        answer["id"] = id
        return Array(JSON.object(answer).line.utf8)
    }

    private func result(of call: String, _ arguments: inout KitArguments) throws -> [String: JSON] {
        if call == "hello" {
            try arguments.end()
            return [
                "kit": .number(Self.version), "version": .text(program), "backend": .text(GroupBatch.backendName),
            ]
        }
        if call == "world" { return try makeWorld(&arguments) }
        guard let answer = Self.calls[call] else {
            throw KitFailure(.badRequest, "call: there is no call \"\(call.prefix(50))\"; see Docs/Testing.md")
        }
        guard let world else { throw KitFailure(.noWorld, "there is no world yet; call `world` first") }
        return try answer(self, world, &arguments)
    }

    typealias Call = @Sendable (KitSession, TestWorld, inout KitArguments) throws -> [String: JSON]

    /// All calls that a world has, by name.
    static let calls: [String: Call] = setCalls.merging(deviceCalls) { first, _ in first }
        .merging(faultCalls) { first, _ in first }.merging(questionCalls) { first, _ in first }

    private func makeWorld(_ arguments: inout KitArguments) throws -> [String: JSON] {
        var settings = TestSettings()
        if arguments.has("seed") { settings.seed = UInt64(bitPattern: try arguments.integer("seed", .min ... .max)) }
        if arguments.has("threshold") { settings.parameters.threshold = try arguments.integer("threshold", 2...1_024) }
        if arguments.has("polynomials") {
            settings.parameters.polynomials = try arguments.integer("polynomials", 16...1_024)
        }
        if arguments.has("payload") {
            settings.parameters.payloadCount = try arguments.integer("payload", 128...16_384)
        }
        if arguments.has("probes") {
            let probes: Int = try arguments.integer("probes", 1...64)
            settings.parameters.profile = try settings.parameters.profile.asking(probes)
        }
        if arguments.has("chance") {
            if let word = try? arguments.text("chance") {
                guard word == "specified" else {
                    throw KitFailure(.badRequest, "chance: \"specified\", or how many openings in each voucher")
                }
                settings.chance = .asSpecified
            } else {
                settings.chance = .exactly(try arguments.integer("chance", 0...63))
            }
        }
        if arguments.has("sources") { settings.sources = try arguments.integer("sources", 1...16) }
        if arguments.has("start") { settings.start = try arguments.integer("start", 0...UInt64(Int64.max)) }
        if arguments.has("window") { settings.window = try arguments.integer("window", 0...2_592_000) }
        if arguments.has("lifetime") { settings.lifetime = try arguments.integer("lifetime", 1...34_560_000) }
        if arguments.has("known") { settings.known = try arguments.texts("known") }
        try arguments.end()
        let world = try TestWorld(settings)
        self.world = world
        backups = []
        return try Self.about(world.set).merging(Self.clock(of: world)) { first, _ in first }
    }

    static func clock(of world: TestWorld) throws -> [String: JSON] {
        ["now": .number(world.now), "epoch": .number(try world.epoch())]
    }

    static func about(_ set: TestSet) -> [String: JSON] {
        [
            "version": .number(set.header.version), "root": .hexadecimal(set.root.encoded.bytes),
            "issuedAt": .number(set.header.issuedAt), "expiresAt": .number(set.header.expiresAt),
            "threshold": .number(set.header.parameters.threshold), "known": .texts(set.known),
        ]
    }
}
