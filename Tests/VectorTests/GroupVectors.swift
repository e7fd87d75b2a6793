import Foundation
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchTestSupport
import SealedMatchVectors

/// hash-to-group, kdf, proofs.
enum GroupVectors {
    static let hashToGroup: [String: VectorRunner] = [
        "HashToGroup": { input, _ in
            let (dst, message) = (try input.bytes("dst"), try input.bytes("message"))
            return ["point": .bytes(try HashToGroup(dst: dst).point(message).encoded)]
        },
        "HashToScalar": { input, _ in
            let (dst, message) = (try input.bytes("dst"), try input.bytes("message"))
            return ["scalar": .bytes(try HashToGroup(dst: dst).scalar(message).encoded)]
        },
        "Element": { input, _ in
            let (tableID, key) = (try input.bytes("tableID"), try input.key("key"))
            return ["point": .bytes(try TableElement(tableID: TableID(canonical: tableID)).point(of: key).encoded)]
        },
        "Filler": { input, _ in
            let (seed, index) = (try input.bytes32("fillerSeed"), try input.number("index", as: Int.self))
            return [
                "point": .bytes(
                    try TableElement.fillerHash.point(TableElement.fillerMessage(ofCell: index, seed: seed)).encoded)
            ]
        },
        "DecodePoint": { input, _ in
            let encoding = try input.bytes("encoding")
            return ["isIdentity": .boolean(try Point(canonical: Bytes32(exactly: encoding)).isIdentity)]
        },
        "Root": { input, _ in
            let point = try Point(canonical: Bytes32(exactly: input.bytes("encoding")))
            guard let roots = GroupBatch.rootsVarTime(of: [point]) else { throw VectorError("it has no root") }
            return ["root": .bytes(roots[0].bytes)]
        },
        "DecodeByRoot": { input, _ in
            let (point, root) = (Point(unchecked: try input.bytes32("encoding")), try input.bytes32("root"))
            // One alone, and so many that they are worked on together.
            for count in [1, 20] {
                let sum = try GroupBatch.linearCombinationVarTime(
                    [PublicScalar](repeating: PublicScalar(1), count: count),
                    [Point](repeating: point, count: count), roots: [Bytes32](repeating: root, count: count))
                guard try sum == point.multipliedVarTime(byPublic: PublicScalar(UInt64(count))) else {
                    throw VectorError("\(count) of it are another sum")
                }
            }
            return ["isIdentity": .boolean(point.isIdentity)]
        },
        "DecodePublicScalar": { input, _ in
            let encoding = try input.bytes("encoding")
            guard try PublicScalar(canonical: Bytes32(exactly: encoding)).encoded.bytes == encoding else {
                throw VectorError("decoded to another")
            }
            return [:]
        },
        "DecodeSecretScalar": { input, _ in
            let encoding = try input.bytes("encoding")
            let scalar = try Scalar(canonical: encoding)
            guard scalar.withEncoded({ Array($0) }) == encoding else { throw VectorError("decoded to another") }
            return [:]
        },
    ]

    static let kdf: [String: VectorRunner] = [
        "KDF": { input, _ in
            let (name, message) = (try input.text("label"), try input.bytes("message"))
            guard let label = Label.all.first(where: { "\($0.text)" == name }) else {
                throw VectorError("the protocol has no label \(name)")
            }
            var kdf = KDF(label)
            kdf.append(message)
            if try input.isNull("key") { return ["output": .bytes(try kdf.hash())] }
            let key = try input.bytes("key")
            var other = KDF(label, capacity: 0)
            for byte in message { other.append(byte) }
            // A public key and a secret one are one derivation.
            let output = try kdf.derive(key: Bytes32(exactly: key))
            let secret = try other.deriveSecret(key: SecretBytes.copying(key))
            guard secret.withBytes({ Array($0) }) == output.bytes else {
                throw VectorError("a secret key derives another value")
            }
            return ["output": .bytes(output)]
        },
        "WordStream": { input, _ in
            let (key, count) = (try input.bytes("key"), try input.number("count", as: Int.self))
            var stream = try KeyStream(key: SecretBytes.copying(key))
            var words: [UInt64] = []
            for _ in 0..<count { words.append(try stream.word()) }
            return ["words": .words(words)]
        },
        "Stream": { input, _ in
            let (key, message) = (try input.bytes32("key"), try input.bytes("message"))
            return ["output": .bytes(try streamed(message, key))]
        },
        "SealAEAD": { input, _ in
            let key = try SecretBytes.copying(input.bytes("key"))
            let nonce = try input.bytes("nonce")
            let (message, ad) = (try input.bytes("message"), try input.bytes("ad"))
            var random = ReplayRandom(nonce)
            var sealed = [UInt8](repeating: 0, count: message.count + Cipher.nonceCount + Cipher.tagCount)
            try sealed.withUnsafeMutableBytes { out in
                try message.withUnsafeBytes { message in
                    try ad.withUnsafeBytes { ad in
                        try Cipher.seal(message, authenticating: ad, key: key, into: out, random: &random)
                    }
                }
            }
            try random.end()
            guard Array(sealed[..<Cipher.nonceCount]) == nonce else {
                throw VectorError("the nonce does not come first")
            }
            return ["output": .bytes(sealed[Cipher.nonceCount...])]
        },
        "OpenAEAD": { input, _ in
            let key = try SecretBytes.copying(input.bytes("key"))
            let (sealed, ad) = (try input.bytes("nonce") + input.bytes("ciphertext"), try input.bytes("ad"))
            let message = try sealed.withUnsafeBytes { sealed in
                try ad.withUnsafeBytes { ad in try Cipher.open(sealed, authenticating: ad, key: key) }
            }
            return ["message": .bytes(message)]
        },
    ]

    private static func streamed(_ message: [UInt8], _ key: Bytes32) throws -> [UInt8] {
        var message = message
        try message.withUnsafeMutableBytes { try Cipher.streamXOR($0, key: key) }
        return message
    }

    static let proofs: [String: VectorRunner] = [
        "Prove": { input, _ in
            let (alpha, fresh, elements) = (
                try input.bytes("alpha"), try input.bytes32("random"), try input.allBytes32("elements")
            )
            let key = try MatchingKey(canonical: alpha)
            let points = try elements.map { try Point(canonical: $0) }
            let evaluated = try points.map { try key.evaluate($0) }
            let proof = try DLEQProof.prove(key, elements: points, evaluated: evaluated, fresh: fresh)
            try proof.verifyVarTime(publicKey: key.publicKey, elements: points, evaluated: evaluated)
            return [
                "publicKey": .bytes(key.publicKey.encoded), "evaluated": .list(evaluated.map { .bytes($0.encoded) }),
                "proof": .bytes(proof.encoded),
            ]
        },
        "Verify": { input, _ in
            let (publicKey, proof) = (try input.bytes32("publicKey"), try input.bytes("proof"))
            let (elements, evaluated) = (try input.allBytes32("elements"), try input.allBytes32("evaluated"))
            try DLEQProof(canonical: proof).verifyVarTime(
                publicKey: Point(canonical: publicKey), elements: elements.map { try Point(canonical: $0) },
                evaluated: evaluated.map { try Point(canonical: $0) })
            return [:]
        },
    ]
}
