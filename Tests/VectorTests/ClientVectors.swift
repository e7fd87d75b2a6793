import SealedMatchFingerprint
import Foundation
import SealedMatchClient
import SealedMatchCollector
import SealedMatchOpenings
import SealedMatchProtocol
import SealedMatchPictures
import SealedMatchCrypto
import SealedMatchTestSupport
import SealedMatchJSON
import SealedMatchVectors

/// sharing, client.
enum ClientVectors {
    /// An account secret as a client holds it.
    static func accountSecret(_ secret: [UInt8], epoch: UInt32) throws -> AccountSecret {
        var bytes = ByteWriter()
        bytes.magic("SMA1")
        bytes.put(epoch)
        bytes.put(secret)
        return try imported(bytes.bytes)
    }

    private static func imported(_ bytes: [UInt8]) throws(SealedMatchError) -> AccountSecret {
        try bytes.span.withUnsafeBytes { (raw) throws(SealedMatchError) in try unsafe AccountSecret(canonical: raw) }
    }

    static let sharing: [String: VectorRunner] = [
        "Field": { input, _ in
            let (a, b) = (try input.element("a"), try input.element("b"))
            return [
                "sum": .element(a + b), "difference": .element(a - b), "product": .element(a * b),
                "inverse": a == .zero ? .null : .element(a.inverse),
            ]
        },
        "DecodeField": { input, _ in
            ["element": .element(FieldElement(residueOf: try input.shortWord("word")))]
        },
        "EncodeField": { input, _ in
            let word = try input.element("element").word(coin: input.number("coin", as: UInt32.self))
            return ["word": .bytes(littleEndian(word))]
        },
        "Derive": { input, _ in
            let (secret, pseudonym, epoch) = (
                try input.bytes("secret"), try input.pseudonym("pseudonym"), try input.number("epoch", as: UInt32.self)
            )
            var parameters = Parameters()
            parameters.threshold = try input.number("threshold")
            parameters.polynomials = try input.number("polynomials")
            let xs = try input.elements("xs")
            let sharing = try accountSecret(secret, epoch: epoch).sharing(
                pseudonym: pseudonym, parameters: parameters, profileDigest: input.bytes32("profileDigest"))
            let key = try sharing.epochKey(pseudonym: pseudonym, epoch: epoch)
            return [
                "secrets": .elements(sharing.share(at: .zero)),
                "epochKey": .bytes(key.bytes.withBytes { Array($0) }),
                "token": .bytes(try key.token(pseudonym: pseudonym, epoch: epoch).encoded.bytes),
                "commitment": .bytes(try key.commitment(pseudonym: pseudonym, epoch: epoch).encoded.bytes),
                "shares": .list(
                    xs.map { x in .object(["x": .element(x), "z": .elements(sharing.share(at: x))]) }),
            ]
        },
        // Every decoder that the specification allows.
        "Decode": { input, _ in
            let (decoder, shares) = try decodable(input)
            let found = decoder.decode(shares, acceptingThreshold: true)
            if shares.count > decoder.threshold {
                let dense = DenseDecoder(threshold: decoder.threshold, polynomials: decoder.polynomials)
                guard dense.locate(shares) == found?.members else { throw VectorError("the two decoders differ") }
            }
            return try describe(found, of: shares, by: decoder)
        },
        "DecodeSteps": { input, _ in
            let (decoder, shares) = try decodable(input)
            return try describe(decoder.decode(shares, acceptingThreshold: true), of: shares, by: decoder)
        },
    ]

    private static func decodable(_ input: Fields) throws -> (ShareDecoder, [Share]) {
        let decoder = ShareDecoder(
            threshold: try input.number("threshold"), polynomials: try input.number("polynomials"))
        let shares = try input.objects("shares").map { fields in
            Share(x: try fields.element("x"), z: try fields.elements("z"))
        }
        guard decoder.distinct(shares).count == shares.count else {
            throw VectorError("x are distinct and not zero here")
        }
        return (decoder, shares)
    }

    private static func describe(
        _ found: ShareDecoder.Codeword?, of shares: [Share], by decoder: ShareDecoder
    ) throws -> [String: JSON] {
        guard let found else {
            // What `Revealer` says when nothing decodes.
            throw SealedMatchError(
                shares.count < decoder.threshold ? .belowThreshold : .notDecodable, "nothing is found")
        }
        return ["members": .numbers(found.members), "secrets": .elements(found.secrets)]
    }

    static let client: [String: VectorRunner] = [
        "AccountName": { input, _ in ["account": .bytes(try AccountID(name: input.bytes("name")).encoded.bytes)] },
        "FirstEpoch": { input, _ in
            [
                "epoch": .number(
                    try AccountSecret.firstEpoch(at: input.word("now"), issuedAt: input.word("issuedAt")))
            ]
        },
        "ClientEpoch": { input, _ in
            let state = try input.isNull("stateEpoch") ? nil : input.number("stateEpoch", as: UInt32.self)
            let secret = try input.number("secretEpoch", as: UInt32.self)
            let epoch = try Sealer.epoch(
                at: input.word("now"), expiresAt: input.word("expiresAt"), secret: secret, state: state)
            // As a sealer goes on: the secret follows.
            var ratcheted = try accountSecret([UInt8](repeating: 1, count: 32), epoch: secret)
            try ratcheted.ratchet(to: epoch)
            return ["epoch": .number(ratcheted.epoch)]
        },
        "DecodeRegistration": { input, _ in
            let bytes = try input.bytes("bytes")
            let registration = try Registration(canonical: bytes)
            guard registration.encoded == bytes else { throw VectorError("encoded again it differs") }
            return [
                "account": .bytes(registration.account.encoded.bytes), "epoch": .number(registration.epoch),
                "pseudonym": .bytes(registration.pseudonym.encoded.bytes),
                "commitment": .bytes(registration.commitment.encoded.bytes),
                "signature": .bytes(registration.signature),
            ]
        },
        "VerifyRegistration": { input, _ in
            let key = try input.isNull("key") ? nil : input.bytes32("key")
            let registration = try Registration(canonical: input.bytes("bytes"))
            try registration.verify(by: Ed25519Identities(key.map { [registration.account: $0] } ?? [:]))
            return [:]
        },
        "Pseudonym": { input, _ in
            let secret = try accountSecret(input.bytes("secret"), epoch: input.number("epoch", as: UInt32.self))
            return ["pseudonym": .bytes(try secret.pseudonym(of: input.account("account")).encoded.bytes)]
        },
        "DecodeAccountSecret": { input, _ in
            let bytes = try input.bytes("bytes")
            let secret = try imported(bytes)
            let again = try secret.encoded().withBytes { Array($0) }
            guard again == bytes else { throw VectorError("encoded again it differs") }
            return ["epoch": .number(secret.epoch), "secret": .bytes(again[8...])]
        },
        "Ratchet": { input, _ in
            let (bytes, epoch) = (try input.bytes("bytes"), try input.number("epoch", as: UInt32.self))
            var secret = try imported(bytes)
            try secret.ratchet(to: epoch)
            return ["bytes": .bytes(try secret.encoded().withBytes { Array($0) })]
        },
        "Distinctness": { input, _ in
            let (secret, pseudonym, epoch) = (
                try input.bytes("secret"), try input.pseudonym("pseudonym"), try input.number("epoch", as: UInt32.self)
            )
            let key = try accountSecret(secret, epoch: epoch).distinctnessKey(pseudonym: pseudonym)
            var store = DistinctnessStore()
            var probed: [JSON] = []
            for item in try input.objects("items") {
                let asSent = try item.isNull("asSent") ? nil : item.key("asSent")
                let keys = try store.note(
                    item.keys("keys"), asSent: asSent, ofVideo: item.boolean("video"), under: key)
                probed.append(.keys(keys))
            }
            return ["probed": .list(probed), "tags": .words(store.tags)]
        },
        "ProfileDigest": { input, _ in
            var parameters = Parameters()
            parameters.profile = try input.profile("profile")
            return ["digest": .bytes(try parameters.profileDigest())]
        },
        "DecodeClientState": { input, _ in
            ["bytes": .bytes(try SealerState(canonical: input.bytes("bytes")).encoded)]
        },
        "TakeNumber": { input, _ in
            var state = try SealerState(canonical: input.bytes("bytes"))
            return ["number": .number(state.takeNumber()), "bytes": .bytes(state.encoded)]
        },
        "MergeStates": { input, _ in
            var state = try SealerState(canonical: input.bytes("bytes"))
            try state.merge(SealerState(canonical: input.bytes("other")))
            return ["bytes": .bytes(state.encoded)]
        },
    ]
}

/// fingerprint.
enum FingerprintVectors {
    static let fingerprint: [String: VectorRunner] = [
        "PDQ": { input, folder in
            let fingerprint = try fingerprint(input, folder)
            return [
                "hash": .bytes(fingerprint.hash.encoded), "quality": .number(fingerprint.quality),
                "coefficients": .list(fingerprint.coefficients.map { .float($0) }),
                "median": .float(fingerprint.median),
            ]
        },
        "ShortKey": { input, _ in
            let (hash, profile) = (try input.bytes("hash"), try input.profile("profile"))
            return ["key": .bytes(EntryKey(perceptual: profile.shortKey(of: try PDQHash(canonical: hash))).encoded)]
        },
        "Variants": { input, _ in
            let hash = try PDQHash(canonical: input.bytes("hash"))
            return Dictionary(
                uniqueKeysWithValues: PictureVariant.allCases.map { ($0.rawValue, .bytes(hash.variant($0).encoded)) })
        },
        "Probes": { input, folder in
            var parameters = Parameters()
            parameters.profile = try input.profile("profile")
            parameters.separation = try input.number("separation", as: Int.self)
            let pixels = try pixels(input, folder)
            let item = try MediaItem.picture(
                pixels: pixels.bytes.span.bytes, width: pixels.width, height: pixels.height,
                bytesPerRow: pixels.bytesPerRow, format: pixels.format)
            // As the C interface hands it from one call to the next.
            let again = try MediaItem(canonical: item.encoded)
            let probed = again.probed(parameters, note: [])
            guard probed.keys == again.probes(parameters) else { throw VectorError("two ways give other keys") }
            return [
                "keys": .keys(probed.keys), "asSent": probed.asSent.map { .bytes($0.encoded) } ?? .null,
            ]
        },
        "Raster": { input, folder in
            let cells = try raster(input, folder).cells
            return [
                "digest": .bytes(try cells.withUnsafeBytes { try unsafe KDF.plainDigest($0) }),
                "first": .bytes(Array(cells.prefix(16))), "last": .bytes(Array(cells.suffix(16))),
                "diagonal": .bytes(stride(from: 0, to: cells.count, by: 257 * 17).map { cells[$0] }),
            ]
        },
        "Marks": { input, folder in try marks(raster(input, folder)) },
        "ProbedHash": { input, folder in
            let (profile, sent) = (try input.profile("profile"), try fingerprint(input, folder))
            let hash = profile.probed(sent, raster: try raster(input, folder), separation: 6).hash
            return ["hash": .bytes(hash.encoded)]
        },
        "WithoutMarks": { input, folder in
            let (profile, r) = (try input.profile("profile"), try input.number("separation", as: Int.self))
            let (sent, raster) = (try fingerprint(input, folder), try raster(input, folder))
            let probes = profile.probes(of: sent, raster: raster, separation: r)
            guard let found = profile.withoutMarks(sent, raster: raster, separation: r) else {
                guard probes.isEmpty || probes.prefix(2).contains(profile.shortKey(of: sent.hash)) else {
                    throw VectorError("the hash alone would not do")
                }
                return ["withoutMarks": .null]
            }
            guard probes.first == profile.shortKey(of: found.hash) else { throw VectorError("it is not probed first") }
            return ["withoutMarks": .object(["hash": .bytes(found.hash.encoded), "quality": .number(found.quality)])]
        },
        "Masks": { input, _ in try masks(ofScores: input.fields("scores")) },
        "Hypothesis": { input, folder in
            let hypothesis = try Hypothesis(canonical: input.bytes("hypothesis"))
            guard try hypothesis.encoded == input.bytes("hypothesis") else {
                throw VectorError("encoded again it differs")
            }
            let coefficients = try raster(input, folder).coefficients(
                under: hypothesis, asSent: fingerprint(input, folder))
            return ["coefficients": .list(coefficients.map { .float($0) })]
        },
        "Sample": { input, folder in
            let fingerprint = VideoFingerprint.Sample(raster: try raster(input, folder)).fingerprint
            return [
                "hash": .bytes(fingerprint.hash.encoded), "quality": .number(fingerprint.quality),
                "coefficients": .list(fingerprint.coefficients.map { .float($0) }),
            ]
        },
        "ChosenSamples": { input, _ in
            // The client's choice and a source's line, from the same candidates.
            var still = StillSamples<Void>()
            var chosen = ChosenSamples<Void>(
                limit: VideoFingerprint.maximumSamples, leastQuality: VideoFingerprint.leastQuality)
            var line = VideoLine()
            for sample in try input.objects("samples") {
                let (hash, quality) = (
                    try PDQHash(canonical: sample.bytes("hash")), try sample.number("quality", as: Int.self)
                )
                if let candidate = still.add(hash, quality: quality, content: ()) { chosen.offer(candidate) }
                line.append(hash, quality: quality)
            }
            if let candidate = still.end() { chosen.offer(candidate) }
            return [
                "chosen": .list(
                    chosen.chosen.map { .object(["sample": .number($0.index), "score": .number($0.score)]) }),
                "line": .list(line.finish().map { .number($0.index) }),
            ]
        },
        "VideoProbes": { input, folder in
            var parameters = Parameters()
            parameters.profile = try input.profile("profile")
            parameters.separation = try input.number("separation", as: Int.self)
            let samples = try input.objects("samples").map { VideoFingerprint.Sample(raster: try raster($0, folder)) }
            return ["keys": .keys(MediaItem.video(VideoFingerprint(samples: samples)).probes(parameters))]
        },
        "NearestKeys": { input, _ in
            let (key, margins, count) = (
                try input.word("key"), try input.floats("margins"), try input.number("count", as: Int.self)
            )
            return ["keys": .words(FingerprintProfile.nearestKeys(to: key, margins: margins, count: count))]
        },
    ]

    /// A PNG through the tool's decoder, which gives RGB; "grey" hands the fingerprint one channel, of which all three
    /// are copies.
    private static func pixels(_ input: Fields, _ folder: VectorFolder) throws -> (
        bytes: [UInt8], width: Int, height: Int, bytesPerRow: Int, format: PixelFormat
    ) {
        let (path, format) = (try folder.path(input.fields("picture")), try input.text("format"))
        let picture = try Picture.read(path: path)
        let (width, height) = (picture.width, picture.height)
        switch format {
        case "rgb":
            return (Array(picture.pixels), width, height, picture.bytesPerRow, .rgb8)
        case "grey":
            let grey = stride(from: 0, to: picture.pixels.count, by: 3).map { picture.pixels[$0] }
            guard grey.flatMap({ [$0, $0, $0] }) == picture.pixels else {
                throw VectorError("a grey picture has colours")
            }
            return (grey, width, height, width, .gray8)
        default:
            throw VectorError("\(format) is no format")
        }
    }

    private static func fingerprint(_ input: Fields, _ folder: VectorFolder) throws -> PDQFingerprint {
        let pixels = try pixels(input, folder)
        return try PDQFingerprint(
            pixels: pixels.bytes.span.bytes, width: pixels.width, height: pixels.height,
            bytesPerRow: pixels.bytesPerRow, format: pixels.format)
    }

    private static func raster(_ input: Fields, _ folder: VectorFolder) throws -> PictureRaster {
        let pixels = try pixels(input, folder)
        return try PictureRaster(
            pixels: pixels.bytes.span.bytes, width: pixels.width, height: pixels.height,
            bytesPerRow: pixels.bytesPerRow, format: pixels.format)
    }
}
