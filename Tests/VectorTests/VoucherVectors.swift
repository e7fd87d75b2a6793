import SealedMatchAuthority
import SealedMatchCollector
import Foundation
import SealedMatchClient
import SealedMatchProtocol
import SealedMatchSQLite
import SealedMatchCrypto
import SealedMatchSets
import SealedMatchFiles
import SealedMatchTestSupport
import SealedMatchJSON
import SealedMatchVectors

/// voucher, collector.
enum VoucherVectors {
    static let voucher: [String: VectorRunner] = [
        "Seal": { input, folder in
            let path = try folder.path(input.fields("set"))
            let (secret, pseudonym, epoch) = (
                try input.bytes("secret"), try input.pseudonym("pseudonym"), try input.number("epoch", as: UInt32.self)
            )
            let (keys, number, payload) = (
                try input.keys("keys"), try input.number("number", as: UInt32.self),
                try input.fields("payload").payload()
            )
            let voucherID = try VoucherID(canonical: input.bytes("voucherID"))
            var random = ReplayRandom(try input.bytes("random"))
            let set = try folder.openedSet(path)
            let parameters = set.header.parameters
            let sharing = try ClientVectors.accountSecret(secret, epoch: epoch).sharing(
                pseudonym: pseudonym, parameters: parameters)
            let key = try sharing.epochKey(pseudonym: pseudonym, epoch: epoch)
            var system = SystemRandom()
            var sealing = try VoucherSealing(random: &system)
            let voucher = try sealing.seal(
                header: VoucherHeader(
                    parameters: parameters, number: number, epoch: epoch, voucherID: voucherID, pseudonym: pseudonym,
                    setRoot: set.root),
                set: set,
                probes: keys, payload: payload.padded(to: parameters.payloadCount), sharing: sharing,
                epochKey: key, random: &random)
            try random.end()
            return ["voucher": .bytes(voucher.encoded)]
        },
        "DecodeVoucher": { input, folder in
            let bytes = try input.contents("voucher", folder)
            let voucher = try SealedVoucher(canonical: bytes)
            guard voucher.encoded == bytes else { throw VectorError("encoded again it differs") }
            let header = voucher.header
            return [
                "probes": .number(header.probes), "checkLevel": .number(header.checkLevel),
                "polynomials": .number(header.polynomials),
                "payloadCount": .number(header.payloadCount),
                "epoch": .number(header.epoch), "voucherID": .bytes(header.voucherID.encoded),
                "pseudonym": .bytes(header.pseudonym.encoded.bytes),
                "root": .bytes(header.setRoot.encoded),
            ]
        },
        "Open": { input, folder in
            let header = try SetFile(path: folder.path(input.fields("set"))).header
            let (alpha, bytes) = (try input.bytes("alpha"), try input.contents("voucher", folder))
            let opener = VoucherOpener([try MatchingSet(key: MatchingKey(canonical: alpha), header: header)])
            let opened = try opener.open([SealedVoucher(canonical: bytes)])[0]
            return ["openings": .list(try opened.openings.map(describe))]
        },
        "OpenPayload": { input, _ in
            let (header, inner) = (try VoucherHeader(canonical: input.bytes("header")), try input.bytes("inner"))
            let key = try SecretBytes.copying(input.bytes("epochKey"))
            return describe(try Payload(opening: inner, header: header, under: EpochKey(bytes: key)))
        },
        "EncodePayload": { input, _ in
            let payload = try input.payload()
            return ["bytes": .bytes(try payload.padded(to: input.number("payloadCount")))]
        },
        "DecodePayload": { input, _ in
            let bytes = try input.bytes("bytes")
            let payload = try Payload(padded: bytes)
            guard try payload.padded(to: bytes.count) == bytes else { throw VectorError("encoded again it differs") }
            return describe(payload)
        },
    ]

    private static func describe(_ opening: Opening) throws -> JSON {
        let share = try opening.share().map { JSON.object(["x": .element($0.x), "z": .elements($0.z)]) }
        return .object([
            "slot": .number(opening.slot), "rkey": .bytes(opening.key.bytes), "share": share ?? .null,
            "inner": .bytes(try opening.inner()),
        ])
    }

    static func describe(_ payload: Payload) -> [String: JSON] {
        // Without the zeros that pad it; anything else there is shown.
        let (bytes, count) = (payload.fingerprint.bytes, payload.fingerprintKind.byteCount)
        let shown = bytes[count...].allSatisfy { $0 == 0 } ? Array(bytes[..<count]) : bytes
        return [
            "kind": .text("\(payload.fingerprintKind)"), "quality": .number(payload.quality),
            "fingerprint": .bytes(shown), "note": .bytes(payload.note),
        ]
    }

    static let collector: [String: VectorRunner] = [
        "Requests": { input, folder in
            let fields = try input.fields("policy")
            var policy = CollectorPolicy()
            policy.vouchersPerEpoch = try fields.number("vouchersPerEpoch")
            policy.epochsPerAccount = try fields.number("epochsPerAccount")
            if try !fields.isNull("sets") {
                let headers = try fields.objects("sets").map { try SetFile(path: folder.path($0)).header }
                policy.knownSets = Dictionary(uniqueKeysWithValues: try headers.map { (try $0.root(), $0.parameters) })
            }
            if try !fields.isNull("epochs") {
                let bounds: [UInt32] = try fields.numbers("epochs")
                guard bounds.count == 2 else { throw VectorError("\(fields.place).epochs are not two") }
                policy.epochs = bounds[0]...bounds[1]
            }
            let identitiesFrom: Int = try fields.number("identitiesFrom")
            var identities: Ed25519Identities?
            if try !fields.isNull("identities") {
                identities = Ed25519Identities(
                    Dictionary(
                        uniqueKeysWithValues: try fields.objects("identities").map {
                            (try $0.account("account"), try $0.bytes32("key"))
                        }))
            }
            let requests = try input.objects("steps").map { try Request($0, folder) }
            let path = folder.scratch("collector.sqlite")
            var replies: [JSON] = []
            for (number, request) in requests.enumerated() {
                policy.identities = number >= identitiesFrom ? identities : nil
                // Everything acknowledged is on disk: each request meets a store that was opened anew.
                let store = try CollectorStore(path: path, policy: policy, creation: .ifMissing)
                replies.append(.text(try request.reply(of: store)))
            }
            let counts = try CollectorStore(path: path, policy: policy, creation: .ifMissing).resolutionCounts()
            return ["replies": .list(replies), "counts": .list(counts.map(describe))]
        }
    ]

    private static func describe(_ counts: ResolutionCounts) -> JSON {
        .object([
            "epoch": counts.epoch.map { .number($0) } ?? .null, "releases": .number(counts.releases),
            "repeats": .number(counts.repeats), "refusals": .number(counts.refusals),
        ])
    }

    /// A request as the collector meets it, on a channel that has authenticated `caller`.
    enum Request {
        case register(AccountID, [UInt8])
        case store(AccountID, [UInt8])
        case resolve([UInt8])
        case expire(UInt32)

        init(_ fields: Fields, _ folder: VectorFolder) throws {
            switch try fields.text("request") {
            case "register":
                self = .register(try fields.account("caller"), try fields.bytes("bytes"))
                try Self.expectNull("epoch", fields)
            case "store":
                self = .store(try fields.account("caller"), try fields.contents("bytes", folder))
                try Self.expectNull("epoch", fields)
            case "resolve":
                self = .resolve(try fields.bytes("bytes"))
                try Self.expectNull("caller", fields)
                try Self.expectNull("epoch", fields)
            case "expire":
                self = .expire(try fields.number("epoch"))
                try Self.expectNull("caller", fields)
                try Self.expectNull("bytes", fields)
            case let other: throw VectorError("\(fields.place): \(other) is no request")
            }
        }

        private static func expectNull(_ key: String, _ fields: Fields) throws {
            if fields.has(key), try !fields.isNull(key) { throw VectorError("\(fields.place).\(key) is not null") }
        }

        func reply(of store: CollectorStore) throws -> String {
            do throws(SealedMatchError) {
                switch self {
                case .register(let caller, let bytes):
                    return Self.name(try store.register(Registration(canonical: bytes), authenticatedAs: caller))
                case .store(let caller, let bytes):
                    return Self.name(try store.store(bytes, authenticatedAs: caller))
                case .resolve(let bytes):
                    _ = try store.resolve(bytes)
                    return "released"
                case .expire(let epoch):
                    try store.expire(before: epoch)
                    return "expired"
                }
            } catch {
                guard error.code != .fileFailed, error.code != .damagedStore else { throw error }
                return ErrorNames.name(error.code)
            }
        }

        private static func name(_ outcome: IntakeOutcome) -> String {
            switch outcome {
            case .stored: "stored"
            case .alreadyStored: "alreadyStored"
            }
        }
    }
}

extension Fields {
    func payload() throws -> Payload {
        let kinds: [String: Payload.FingerprintKind] = [
            "none": .none, "pdq": .pdq, "sha256": .sha256, "md5": .md5, "video": .video,
        ]
        guard let kind = kinds[try text("kind")] else { throw VectorError("\(place): unknown kind") }
        let bytes = try self.bytes("fingerprint", count: kind.byteCount)
        let padded = try Bytes32(exactly: bytes + [UInt8](repeating: 0, count: 32 - bytes.count))
        return Payload(
            fingerprintKind: kind, fingerprint: padded, quality: try number("quality"), note: try self.bytes("note"))
    }

    /// A longer byte string, written out or in a file.
    func contents(_ key: String, _ folder: VectorFolder) throws -> [UInt8] {
        if case .object = try value(key) { return try folder.bytes(fields(key)) }
        return try bytes(key)
    }
}
