import SealedMatchAuthority
import SealedMatchCollector
import Foundation
import SealedMatchOpenings
import SealedMatchCases
import SealedMatchProtocol
import SealedMatchSQLite
import SealedMatchCrypto
import SealedMatchSets
import SealedMatchFiles
import SealedMatchTestSupport
import SealedMatchTesting
import SealedMatchJSON
import SealedMatchVectors

/// reveal, end-to-end.
enum RevealVectors {
    static let reveal: [String: VectorRunner] = [
        "Reveal": { input, folder in
            let (pseudonym, epoch) = (try input.pseudonym("pseudonym"), try input.number("epoch", as: UInt32.self))
            let (threshold, polynomials) = (
                try input.number("threshold", as: Int.self), try input.number("polynomials", as: Int.self)
            )
            let commitment = try input.isNull("commitment") ? nil : Commitment(canonical: input.bytes32("commitment"))
            let openings = try input.openings("openings")
            guard let commitment else {
                // Nothing is decoded without a registration: that is said before an opening is looked at.
                _ = try RevealService(source: MemoryCollector(), store: MemoryOpenings()).reveal(
                    AccountEpoch(pseudonym: pseudonym, epoch: epoch), commitment: nil)
                throw VectorError("a reveal without a commitment")
            }
            let revealer = Revealer(
                pseudonym: pseudonym, epoch: epoch, threshold: threshold, polynomials: polynomials,
                commitment: commitment)
            let revealed = try revealer.reveal(openings)
            return [
                "epochKey": .bytes(revealed.epochKey.bytes.withBytes { Array($0) }),
                "token": .bytes(revealed.reveal.token.encoded.bytes),
                "matches": .list(revealed.reveal.matches.map(describe)),
            ]
        },
        "Tries": { input, _ in
            let name = AccountEpoch(
                pseudonym: try input.pseudonym("pseudonym"), epoch: try input.number("epoch", as: UInt32.self))
            let steps = try input.objects("steps").map { (fields: $0, openings: try $0.openingsIfRecorded()) }
            // The quarantined openings of a case come last: as many count as came before them.
            let counted = steps.reduce(0) { $0 + $1.openings.count { !$0.quarantined } }
            let reveals = RevealService(source: try MemoryCollector(), store: MemoryOpenings(counted: counted))
            var tries: [JSON] = []
            for (number, (step, recorded)) in steps.enumerated() {
                if step.has("record") {
                    let threshold = try step.number("threshold", as: Int.self)
                    // The openings of one voucher stand together, and are recorded together.
                    var rest = recorded.map(\.opening)[...]
                    while let first = rest.first {
                        let openings = Array(rest.prefix { $0.header.voucherID == first.header.voucherID })
                        rest = rest.dropFirst(openings.count)
                        let voucher = OpenedVoucher(
                            header: first.header, status: .opened, threshold: threshold, openings: openings)
                        _ = try reveals.store.record(
                            [PositionedVoucher(position: Int64(number + 1), voucher: voucher)], of: Bytes32(),
                            cursor: nil)
                    }
                    continue
                }
                let commitment = try step.isNull("commitment") ? nil : Commitment(canonical: step.bytes32("commitment"))
                var (verdict, matches): (String, [JSON]) = ("notDue", [])
                let isForced = try step.boolean("forced")
                do throws(SealedMatchError) {
                    if let result = try reveals.reveal(name, commitment: commitment, force: isForced) {
                        verdict = "revealed"
                        matches = result.reveal.matches.map { .bytes($0.voucherID.encoded) }
                    }
                } catch {
                    verdict = ErrorNames.name(error.code)
                }
                tries.append(.object(["verdict": .text(verdict), "matches": .list(matches)]))
            }
            return ["tries": .list(tries)]
        },
        "Compare": { input, _ in
            var known = KnownHashes(profile: .standard, separation: try input.number("separation", as: Int.self))
            for (index, hash) in try input.listedHashes("listed").enumerated() {
                known.add(hash, label: "\(index)", source: Bytes32())
            }
            let finding = known.compare(try input.payload())
            return describe(finding).merging([
                "index": finding.entry.flatMap { Int($0.label) }.map { .number($0) } ?? .null
            ]) { own, _ in own }
        },
    ]

    private static func describe(_ finding: Finding) -> [String: JSON] {
        func output(_ finding: String, _ distance: Int?, _ keyDistance: Int?) -> [String: JSON] {
            [
                "finding": .text(finding), "distance": distance.map { .number($0) } ?? .null,
                "keyDistance": keyDistance.map { .number($0) } ?? .null,
            ]
        }
        return switch finding {
        case .key(_, let keyDistance, let distance): output("key", distance, keyDistance)
        case .near(_, let distance): output("near", distance, nil)
        case .exact: output("exact", nil, nil)
        case .notListed: output("notListed", nil, nil)
        case .noFingerprint: output("noFingerprint", nil, nil)
        }
    }

    private static func describe(_ match: RevealedMatch) -> JSON {
        let own: [String: JSON] = [
            "voucherID": .bytes(match.voucherID.encoded), "slot": .number(match.slot),
            "setRoot": .bytes(match.setRoot.encoded),
            "quarantined": .boolean(match.quarantined),
        ]
        return .object(own.merging(VoucherVectors.describe(match.payload)) { own, _ in own })
    }

    static let endToEnd: [String: VectorRunner] = [
        "EndToEnd": { input, folder in
            let header = try SetFile(path: folder.path(input.fields("set"))).header
            let bytes = try input.contents("secrets", folder)
            let known = try CaseComparison(
                lists: input.objects("lists").enumerated().map { number, list in
                    KnownList(
                        name: "list \(number)", source: try list.bytes32("source"),
                        hashes: try list.listedHashes("hashes"))
                }, sets: [header])
            let requests = try input.objects("requests").map { try VoucherVectors.Request($0, folder) }

            let secrets = try AuditVectors.decoded(bytes)
            let collector = try CollectorStore(path: folder.scratch("collector.sqlite"), creation: .ifMissing)
            // Some are refused, or are retries; `Request.reply` throws where the store fails. What was taken shows in
            // the end.
            for request in requests { _ = try request.reply(of: collector) }
            let store = try AuthorityStore(path: folder.scratch("authority.sqlite"), creation: .ifMissing)
            let opener = VoucherOpener([try MatchingSet(key: secrets.matchingKey(), header: header)])
            let service = OpeningService(source: collector, store: store, opener: opener)
            guard try service.openPending()?.isComplete == true else {
                throw VectorError("vouchers were left unopened")
            }
            let reveals = RevealService(source: collector, store: store)
            let decided = try reveals.revealReady(force: true)
            guard decided.damaged.isEmpty else { throw VectorError("the store is damaged") }
            var registered = try collector.accounts().accounts.map(\.registration)
            registered.sort { ($0.pseudonym.encoded.bytes, $0.epoch) < ($1.pseudonym.encoded.bytes, $1.epoch) }
            return [
                "accounts": .list(
                    try registered.map { registration in
                        let name = AccountEpoch(pseudonym: registration.pseudonym, epoch: registration.epoch)
                        let decision = decided.decisions.first { $0.name == name }
                        return try describe(
                            registration, decision?.result ?? withoutOpenings(registration, reveals), known)
                    })
            ]
        }
    ]

    /// An account none of whose slots opened is no decision of the service; asked for, it stays sealed.
    private static func withoutOpenings(
        _ registration: Registration, _ reveals: RevealService<CollectorStore, AuthorityStore>
    ) throws -> Result<RevealResult, SealedMatchError> {
        do throws(SealedMatchError) {
            let result = try reveals.reveal(
                AccountEpoch(pseudonym: registration.pseudonym, epoch: registration.epoch),
                commitment: registration.commitment, force: true)
            guard let result else { throw SealedMatchError(.damagedStore, "a forced reveal decided nothing") }
            return .success(result)
        } catch {
            return .failure(error)
        }
    }

    private static func describe(
        _ registration: Registration, _ result: Result<RevealResult, SealedMatchError>, _ known: CaseComparison
    ) throws -> JSON {
        var matches: [JSON] = []
        var verdict = "valid"
        var token = JSON.null
        switch result {
        case .success(let result):
            token = .bytes(result.reveal.token.encoded.bytes)
            // Through the case file, which is what a person gets.
            matches = try CaseFile(result.reveal, by: known).matches.map { match in
                .object([
                    "voucherID": .text(match.voucherID), "slot": .number(match.slot), "finding": .text(match.finding),
                    "distance": match.distance.map { .number($0) } ?? .null,
                    "keyDistance": match.keyDistance.map { .number($0) } ?? .null,
                    "fingerprint": .text(match.fingerprint),
                    "note": .bytes(Data(base64Encoded: match.note) ?? Data("not base64".utf8)),
                ])
            }
        case .failure(let error): verdict = ErrorNames.name(error.code)
        }
        return .object([
            "pseudonym": .bytes(registration.pseudonym.encoded.bytes), "epoch": .number(registration.epoch),
            "result": .text(verdict), "token": token,
            "matches": .list(matches),
        ])
    }
}

extension Fields {
    /// The openings of a step that records some; none of a try.
    fileprivate func openingsIfRecorded() throws -> [KeptOpening] { has("record") ? try openings("record") : [] }

    fileprivate func openings(_ key: String) throws -> [KeptOpening] {
        try objects(key).enumerated().map { number, fields in
            KeptOpening(
                number: Int64(number),
                opening: try Opening(
                    header: VoucherHeader(canonical: fields.bytes("header")), slot: fields.number("slot"),
                    key: fields.bytes32("rkey"), body: fields.bytes("body")),
                quarantined: try fields.boolean("quarantined"))
        }
    }
}

/// Ordered as byte strings are, then by the number.
private func < (a: ([UInt8], UInt32), b: ([UInt8], UInt32)) -> Bool {
    a.0 == b.0 ? a.1 < b.1 : a.0.lexicographicallyPrecedes(b.0)
}
