import Foundation
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchTestSupport
import Testing

/// RFC 9497, Appendix A.1.2, as upstream data.
private struct VectorFile: Decodable {
    struct Vector: Decodable {
        struct Proof: Decodable {
            let proof: String
            let r: String
        }
        let Batch: Int
        let Blind: String
        let BlindedElement: String
        let EvaluationElement: String
        let Input: String
        let Output: String
        let Proof: Proof
    }
    let seed: String
    let keyInfo: String
    let skSm: String
    let pkSm: String
    let groupDST: String
    let vectors: [Vector]

    static func load() throws -> VectorFile {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appendingPathComponent("Vectors/hash-to-group/rfc9497-voprf-ristretto255-sha512.json")
        return try JSONDecoder().decode(VectorFile.self, from: Data(contentsOf: file))
    }
}

@Suite struct RFC9497Tests {
    @Test func hashToGroupBlindsAndProves() throws {
        let suite = try VectorFile.load()
        #expect(suite.vectors.count == 3)
        #expect(hex(suite.groupDST) == Array("HashToGroup-".utf8) + HashToGroup.contextString)
        let key = try MatchingKey(canonical: hex(suite.skSm))
        #expect(key.publicKey.encoded.bytes == hex(suite.pkSm))
        var pairs = 0
        var proofs = 0
        for vector in suite.vectors {
            let inputs = vector.Input.split(separator: ",").map { hex(String($0)) }
            let blinds = vector.Blind.split(separator: ",").map { hex(String($0)) }
            let blinded = vector.BlindedElement.split(separator: ",").map { hex(String($0)) }
            let evaluated = vector.EvaluationElement.split(separator: ",").map { hex(String($0)) }
            #expect(inputs.count == vector.Batch)
            var c: [Point] = []
            var d: [Point] = []
            for index in inputs.indices {
                let blind = try Scalar(canonical: blinds[index])
                let element = try HashToGroup.elements.point(inputs[index]).multiplied(by: blind)
                #expect(element.encoded.bytes == blinded[index])
                let evaluation = try key.evaluate(element)
                #expect(evaluation.encoded.bytes == evaluated[index])
                c.append(element)
                d.append(evaluation)
                pairs += 1
                // Finalize, 3.3.2, which the protocol does not use: it ties the upstream outputs to the elements above.
                let unblinded = try key.evaluate(HashToGroup.elements.point(inputs[index])).encoded.bytes
                var hash = try SHA512()
                try hash.update(
                    [0, UInt8(inputs[index].count)] + inputs[index] + [0, 32] + unblinded + Array("Finalize".utf8))
                let output = try hash.finish()
                #expect(output.0.bytes + output.1.bytes == hex(String(vector.Output.split(separator: ",")[index])))
            }
            let nonce = try Scalar(canonical: hex(vector.Proof.r))
            let proof = try DLEQProof.prove(key, elements: c, evaluated: d, nonce: nonce)
            #expect(proof.encoded == hex(vector.Proof.proof))
            try DLEQProof(canonical: hex(vector.Proof.proof)).verifyVarTime(
                publicKey: key.publicKey, elements: c, evaluated: d)
            proofs += 1
            // A changed evaluation, or the pairs of another key, are refused.
            d[0] = try d[0].adding(c[0])
            #expect(throws: SealedMatchError(.proofRejected, "")) {
                try proof.verifyVarTime(publicKey: key.publicKey, elements: c, evaluated: d)
            }
        }
        #expect(pairs == 4)
        #expect(proofs == 3)
    }

    /// DeriveKeyPair, 3.2.1: HashToScalar under another tag.
    @Test func derivesKeyPair() throws {
        let suite = try VectorFile.load()
        let info = hex(suite.keyInfo)
        let input = hex(suite.seed) + [0, UInt8(info.count)] + info + [0]
        let scalar = try HashToGroup(dst: Array("DeriveKeyPair".utf8) + HashToGroup.contextString).scalar(input)
        #expect(scalar.encoded.bytes == hex(suite.skSm))
    }
}
