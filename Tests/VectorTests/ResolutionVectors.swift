import SealedMatchCollector
import SealedMatchCrypto
import SealedMatchProtocol
import SealedMatchVectors

/// resolution.
enum ResolutionVectors {
    static let resolution: [String: VectorRunner] = [
        "DecodeRequest": { input, _ in
            let bytes = try input.bytes("bytes")
            let request = try ResolutionRequest(canonical: bytes)
            guard request.encoded == bytes else { throw VectorError("encoded again it differs") }
            return [
                "epoch": .number(request.epoch), "pseudonym": .bytes(request.pseudonym.encoded.bytes),
                "token": .bytes(request.token.encoded.bytes),
            ]
        },
        "SignRelease": { input, _ in
            let key = try SigningKey(seed: SecretBytes.copying(input.bytes("seed")))
            let release = try Release(
                number: input.word("number"), token: input.token("token"),
                registration: Registration(canonical: input.bytes("registration")), key: key)
            return ["release": .bytes(release.encoded)]
        },
        "VerifyRelease": { input, _ in
            let bytes = try input.bytes("release")
            let (collector, identity) = (
                try input.bytes32("collector"), try input.isNull("identity") ? nil : input.bytes32("identity")
            )
            let release = try Release(canonical: bytes)
            guard release.encoded == bytes else { throw VectorError("encoded again it differs") }
            try release.verify(by: collector)
            let registration = release.registration
            if let identity { try registration.verify(by: Ed25519Identities([registration.account: identity])) }
            return [
                "number": .word(release.number), "account": .bytes(registration.account.encoded.bytes),
                "epoch": .number(registration.epoch), "pseudonym": .bytes(registration.pseudonym.encoded.bytes),
            ]
        },
    ]
}
