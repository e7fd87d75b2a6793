import SealedMatchProtocol
import SealedMatchTestSupport
import Testing

private let p = UInt64(FieldElement.modulus)
private func times(_ a: UInt32, _ b: UInt32) -> UInt32 { UInt32(UInt64(a) * UInt64(b) % p) }
private func plus(_ a: UInt32, _ b: UInt32) -> UInt32 { UInt32((UInt64(a) + UInt64(b)) % p) }
private func minus(_ a: UInt32, _ b: UInt32) -> UInt32 { UInt32((UInt64(a) + p - UInt64(b)) % p) }
private func inverse(_ a: UInt32) -> UInt32 {
    var result: UInt32 = 1
    var square = a
    var exponent = FieldElement.modulus - 2
    while exponent > 0 {
        if exponent & 1 == 1 { result = times(result, square) }
        square = times(square, square)
        exponent >>= 1
    }
    return result
}

private struct Word {
    let x: UInt32
    var z: [UInt32]
    var share: Share { Share(x: FieldElement(canonical: x)!, z: z.map { FieldElement(canonical: $0)! }) }
}

/// By brute force over all subsets, with arithmetic of its own: the largest sets of more than t shares on common
/// polynomials of degree below t.
private struct Reference {
    let t: Int
    let k: Int

    /// The polynomials' values at `x`, through `basis` (t shares).
    func values(_ basis: [Word], at x: UInt32) -> [UInt32] {
        var out = [UInt32](repeating: 0, count: k)
        for (i, word) in basis.enumerated() {
            var numerator: UInt32 = 1
            var denominator: UInt32 = 1
            for (l, other) in basis.enumerated() where l != i {
                numerator = times(numerator, minus(x, other.x))
                denominator = times(denominator, minus(word.x, other.x))
            }
            let factor = times(numerator, inverse(denominator))
            for j in 0..<k { out[j] = plus(out[j], times(factor, word.z[j])) }
        }
        return out
    }

    func isCodeword(_ words: [Word]) -> Bool {
        let basis = Array(words.prefix(t))
        return words.dropFirst(t).allSatisfy { values(basis, at: $0.x) == $0.z }
    }

    func largest(_ words: [Word]) -> [[Int]] {
        // A codeword is fixed by t of its shares: every choice of t, and who else lies on it.
        var found: Set<[Int]> = []
        func choose(_ start: Int, _ chosen: [Int]) {
            if chosen.count == t {
                let basis = chosen.map { words[$0] }
                let members = words.indices.filter {
                    chosen.contains($0) || values(basis, at: words[$0].x) == words[$0].z
                }
                if members.count > t { found.insert(members) }
                return
            }
            guard start < words.count else { return }
            for index in start..<words.count { choose(index + 1, chosen + [index]) }
        }
        choose(0, [])
        let most = found.map(\.count).max() ?? 0
        return found.filter { $0.count == most }
    }
}

private func field(_ random: inout SeededRandom) -> UInt32 { UInt32(random.next() % p) }

private func polynomials(_ t: Int, _ k: Int, _ random: inout SeededRandom) -> [[UInt32]] {
    (0..<k).map { _ in (0..<t).map { _ in field(&random) } }
}

private func evaluate(_ polynomials: [[UInt32]], at x: UInt32) -> Word {
    Word(x: x, z: polynomials.map { $0.reversed().reduce(0) { plus(times($0, x), $1) } })
}

private func distinctPoints(_ count: Int, _ random: inout SeededRandom) -> [UInt32] {
    var seen: Set<UInt32> = []
    while seen.count < count {
        // Small points as well as large ones.
        let x = Bool.random(using: &random) ? field(&random) : UInt32(random.next() % 20)
        if x != 0 { seen.insert(x) }
    }
    return seen.shuffled(using: &random)
}

@Suite struct ShareDecoderTests {
    /// Random errors, every case checked by brute force. Inside the bound k(R − t) ≥ e the real shares and nothing
    /// else; outside never a wrong set.
    @Test func agreesWithBruteForceOnRandomErrors() {
        var random = SeededRandom(101)
        var inside = 0
        var outside = 0
        var found = 0
        for _ in 0..<6000 {
            let t = Int.random(in: 2...3, using: &random)
            let k = Int.random(in: 1...3, using: &random)
            let count = Int.random(in: t...8, using: &random)
            let real = Int.random(in: 0...count, using: &random)
            let errors = count - real
            let secret = polynomials(t, k, &random)
            let xs = distinctPoints(count, &random)
            var words = xs[..<real].map { evaluate(secret, at: $0) }
            words += xs[real...].map { Word(x: $0, z: (0..<k).map { _ in field(&random) }) }
            words.shuffle(using: &random)
            let expected = words.indices.filter { index in evaluate(secret, at: words[index].x).z == words[index].z }
            #expect(expected.count == real)
            let reference = Reference(t: t, k: k)
            let result = ShareDecoder(threshold: t, polynomials: k).decode(
                words.map(\.share), acceptingThreshold: false)
            if real > t && k * (real - t) >= errors {
                inside += 1
                #expect(reference.largest(words) == [expected])
                #expect(result?.members == expected)
                #expect(result?.secrets.map(\.word) == secret.map { $0[0] })
            } else {
                outside += 1
                if let result {
                    found += 1
                    #expect(result.members.count > t && reference.isCodeword(result.members.map { words[$0] }))
                    #expect(reference.largest(words).contains(result.members))
                }
            }
        }
        #expect(inside > 1200 && outside > 1200)
        // For errors in general position the bound is exact.
        #expect(found == 0)
    }

    /// Errors that are not random: a second codeword, errors of rank one, shifted copies, zeros. Nothing wrong is ever
    /// returned.
    @Test func structuredErrorsNeverGiveAWrongSet() {
        var random = SeededRandom(102)
        var accepted = 0
        var failed = 0
        for round in 0..<6000 {
            let t = Int.random(in: 2...3, using: &random)
            let k = Int.random(in: 1...3, using: &random)
            let count = Int.random(in: (t + 1)...8, using: &random)
            let real = Int.random(in: 0...count, using: &random)
            let secret = polynomials(t, k, &random)
            let second = polynomials(t, k, &random)
            let direction = (0..<k).map { _ in field(&random) }
            let xs = distinctPoints(count, &random)
            var words = xs[..<real].map { evaluate(secret, at: $0) }
            for x in xs[real...] {
                switch round % 5 {
                case 0: words.append(evaluate(second, at: x))
                case 1:
                    let factor = field(&random)
                    words.append(
                        Word(x: x, z: zip(evaluate(secret, at: x).z, direction).map { plus($0, times(factor, $1)) }))
                case 2: words.append(Word(x: x, z: evaluate(secret, at: x).z.map { plus($0, 1) }))
                case 3: words.append(Word(x: x, z: [UInt32](repeating: 0, count: k)))
                default:
                    // Wrong in one polynomial only.
                    var word = evaluate(secret, at: x)
                    word.z[0] = field(&random)
                    words.append(word)
                }
            }
            words.shuffle(using: &random)
            let reference = Reference(t: t, k: k)
            if let result = ShareDecoder(threshold: t, polynomials: k).decode(
                words.map(\.share), acceptingThreshold: false)
            {
                accepted += 1
                let members = result.members.map { words[$0] }
                #expect(members.count > t && reference.isCodeword(members))
                #expect(result.secrets.map(\.word) == reference.values(Array(members.prefix(t)), at: 0))
                // Nobody who lies on the polynomials was left out.
                #expect(
                    words.indices.filter { !result.members.contains($0) }.allSatisfy {
                        reference.values(Array(members.prefix(t)), at: words[$0].x) != words[$0].z
                    })
            } else {
                failed += 1
            }
        }
        #expect(accepted > 500 && failed > 500)
    }

    @Test func twoSecretsWithEqualSharesAreNoResult() {
        var random = SeededRandom(103)
        for k in 1...4 {
            for t in 2...4 {
                let xs = distinctPoints(4 * t, &random)
                let first = polynomials(t, k, &random)
                let second = polynomials(t, k, &random)
                let words =
                    xs[..<(2 * t)].map { evaluate(first, at: $0) } + xs[(2 * t)...].map { evaluate(second, at: $0) }
                let result = ShareDecoder(threshold: t, polynomials: k).decode(
                    words.map(\.share), acceptingThreshold: true)
                if let result {
                    #expect(result.members == Array(0..<(2 * t)) || result.members == Array((2 * t)..<(4 * t)))
                }
            }
        }
    }

    // With exactly t shares any words lie on polynomials: a result only for a caller who has a commitment to check.
    @Test func thresholdAloneIsVacuous() {
        var random = SeededRandom(104)
        let t = 5
        let k = 4
        let words = distinctPoints(t, &random).map {
            Word(x: $0, z: (0..<k).map { _ in field(&random) })
        }
        let decoder = ShareDecoder(threshold: t, polynomials: k)
        #expect(decoder.decode(words.map(\.share), acceptingThreshold: false)?.members == nil)
        let result = decoder.decode(words.map(\.share), acceptingThreshold: true)
        #expect(result?.members == Array(0..<t))
        #expect(result?.secrets.map(\.word) == Reference(t: t, k: k).values(words, at: 0))
        #expect(decoder.decode(Array(words.dropLast().map(\.share)), acceptingThreshold: true)?.members == nil)
        #expect(decoder.decode([], acceptingThreshold: true)?.members == nil)
    }

    @Test func repeatedAndUselessPointsAreDropped() {
        var random = SeededRandom(105)
        let decoder = ShareDecoder(threshold: 2, polynomials: 2)
        let secret = polynomials(2, 2, &random)
        let good = [3, 4, 5, 6, 7].map { evaluate(secret, at: $0).share }
        let zero = evaluate(secret, at: 0).share
        let short = Share(x: FieldElement(canonical: 9)!, z: [.one])
        let long = Share(x: FieldElement(canonical: 9)!, z: [.one, .one, .one])
        let copyOfFirst = Share(x: good[0].x, z: [.one, .one])
        let all = [good[0], copyOfFirst, zero, good[1], short, long, good[2], good[0], good[3], good[4]]
        #expect(decoder.distinct(all) == [0, 3, 6, 8, 9])
        // A caller who forgets gets a failure, not a division by zero.
        #expect(decoder.decode([good[0], copyOfFirst, good[1], good[2]], acceptingThreshold: true)?.members == nil)
        let result = decoder.decode(decoder.distinct(all).map { all[$0] }, acceptingThreshold: false)
        #expect(result?.members == [0, 1, 2, 3, 4])
        #expect(result?.secrets.map(\.word) == secret.map { $0[0] })
    }

    /// Hundreds of shares, at the bound and one below it. (The default parameters have a test of their own, in the
    /// server's room: here the tests run without optimisation, too.)
    @Test func boundIsExactAmongHundreds() throws {
        var random = SeededRandom(106)
        let t = 30
        let k = 64
        let errors = 300
        let secret = polynomials(t, k, &random)
        for real in [t + (errors + k - 1) / k, t + (errors + k - 1) / k - 1] {
            let xs = distinctPoints(real + errors, &random)
            var words =
                xs[..<real].map { evaluate(secret, at: $0) }
                + xs[real...].map { Word(x: $0, z: (0..<k).map { _ in field(&random) }) }
            words.shuffle(using: &random)
            let result = ShareDecoder(threshold: t, polynomials: k).decode(
                words.map(\.share), acceptingThreshold: false)
            if k * (real - t) >= errors {
                #expect(result?.members == words.indices.filter { evaluate(secret, at: words[$0].x).z == words[$0].z })
                #expect(result?.secrets.map(\.word) == secret.map { $0[0] })
            } else {
                #expect(result?.members == nil)
            }
        }
    }
}
