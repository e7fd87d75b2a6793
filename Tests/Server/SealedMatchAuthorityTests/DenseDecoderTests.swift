import CSealedMatchElimination
import SealedMatchAuthority
import SealedMatchCrypto
import SealedMatchOpenings
import SealedMatchProtocol
import SealedMatchTestSupport
import SealedMatchTesting
import Testing

/// The dense decoder against 5.8's own steps, its kernels against each other, and what hostile shares do to it.
@Suite struct DenseDecoderTests {
    private let kernels = DenseDecoder.Kernel.allCases.filter(\.isAvailable)

    private func element(_ random: inout SeededRandom) -> FieldElement {
        FieldElement(residueOf: UInt32(truncatingIfNeeded: random.next()))
    }

    private func chance(_ polynomials: Int, _ random: inout SeededRandom) -> Share {
        var x = FieldElement.zero
        while x == .zero { x = element(&random) }
        return Share(x: x, z: (0..<polynomials).map { _ in element(&random) })
    }

    /// R right shares and e others, shuffled, and which are right.
    private func shares(
        threshold: Int, polynomials: Int, right: Int, others: Int, _ random: inout SeededRandom
    ) throws -> (shares: [Share], right: [Int]) {
        let sharing = try Sharing(polynomials: polynomials, threshold: threshold, random: &random)
        var all: [(Share, Bool)] = []
        for _ in 0..<right { all.append((try sharing.freshShare(random: &random), true)) }
        for _ in 0..<others { all.append((chance(polynomials, &random), false)) }
        all.shuffle(using: &random)
        return (all.map(\.0), all.indices.filter { all[$0].1 })
    }

    private func everyWay(_ shares: [Share], threshold: Int, polynomials: Int) -> [[Int]?] {
        kernels.map {
            DenseDecoder(threshold: threshold, polynomials: polynomials, kernel: $0).locate(shares)
        }
    }

    /// Both kernels, on random words and on the least and greatest, against sums of wide integers.
    @Test func kernelsAddRowsModuloQ() throws {
        var random = SeededRandom(121)
        let q = UInt64(FieldElement.modulus)
        for (pivots, rows, first, width) in [
            (32, 7, 0, 100), (32, 2, 8, 64), (1, 1, 3, 17), (5, 3, 13, 40), (31, 1, 64, 96), (4, 2, 4, 8),
            (9, 4, 7, 23),
        ] {
            let stride = (width + 7) / 8 * 8
            var words = (0..<((pivots + rows) * stride)).map { index -> UInt32 in
                guard index % stride < width else { return 0 }
                return switch random.next() % 4 {
                case 0: FieldElement.modulus - 1
                case 1: 0
                default: element(&random).word
                }
            }
            for pivot in 0..<pivots {
                for column in first..<(first + pivot) { words[pivot * stride + column] = 0 }
                words[pivot * stride + first + pivot] = 1
            }
            var expected = words
            for row in pivots..<(pivots + rows) {
                for pivot in 0..<pivots {
                    let multiple = UInt64(expected[row * stride + first + pivot])
                    for column in (first + pivot + 1)..<stride {
                        let product = multiple * UInt64(words[pivot * stride + column]) % q
                        let place = row * stride + column
                        expected[place] = UInt32((UInt64(expected[place]) + q - product) % q)
                    }
                }
            }
            for kernel in kernels {
                // What is left of the pivots' columns is nobody's.
                let found = reduced(words, stride, pivots: pivots, rows: rows, first: first, kernel)
                for row in pivots..<(pivots + rows) {
                    let range = (row * stride + first)..<((row + 1) * stride)
                    #expect(found[range] == expected[range], "\(kernel), \(pivots) pivots, row \(row)")
                    let before = (row * stride)..<(row * stride + first)
                    #expect(found[before] == words[before])
                }
                #expect(found[..<(pivots * stride)] == words[..<(pivots * stride)])
            }
        }
    }

    private func reduced(
        _ words: [UInt32], _ stride: Int, pivots: Int, rows: Int, first: Int, _ kernel: DenseDecoder.Kernel
    ) -> [UInt32] {
        let aligned = UnsafeMutableRawBufferPointer.allocate(byteCount: 4 * words.count, alignment: 32)
        defer { aligned.deallocate() }
        words.withUnsafeBytes { aligned.copyMemory(from: $0) }
        let bound = aligned.bindMemory(to: UInt32.self)
        let (one, other) = ((0..<UInt32(pivots)).map { $0 }, (UInt32(pivots)..<UInt32(pivots + rows)).map { $0 })
        elimination_reduce(bound.baseAddress!, stride, one, pivots, other, rows, first, kernel == .avx2)
        return Array(bound)
    }

    /// Found exactly if k(R − t) ≥ e, by both kernels and by 5.8's steps: the same shares.
    @Test func decodersAgreeAroundTheBound() throws {
        var random = SeededRandom(122)
        var found = 0
        for (t, k) in [(2, 4), (3, 5), (5, 4), (5, 9), (12, 16)] {
            for e in [0, 1, k - 1, k, k + 1, 3 * k, 5 * k + 1, 11 * k - 1] {
                let bound = t + (e + k - 1) / k
                for right in [bound - 1, bound, bound + 1, bound + 4] where right + e > t {
                    let (shares, expected) = try shares(
                        threshold: t, polynomials: k, right: right, others: e, &random)
                    let isDecodable = k * (right - t) >= e && right > t
                    let label: Comment = "t \(t), k \(k), R \(right), e \(e)"
                    for members in everyWay(shares, threshold: t, polynomials: k) {
                        #expect(members == (isDecodable ? expected : nil), label)
                    }
                    let reference = ShareDecoder(threshold: t, polynomials: k)
                    let codeword = reference.decode(shares, acceptingThreshold: false)
                    #expect(codeword?.members == (isDecodable ? expected : nil), label)
                    let dense = reference.decode(
                        shares, acceptingThreshold: false,
                        by: DenseDecoder(threshold: t, polynomials: k).locate)
                    #expect(dense?.secrets == codeword?.secrets, label)
                    found += isDecodable ? 1 : 0
                }
            }
        }
        #expect(found > 80)
    }

    @Test func sharesUpToTheThresholdAreNeverLocated() throws {
        var random = SeededRandom(123)
        for count in 0...5 {
            let all = try shares(threshold: 5, polynomials: 16, right: count, others: 0, &random).shares
            #expect(everyWay(all, threshold: 5, polynomials: 16).allSatisfy { $0 == nil })
        }
        // All right: one more than t is enough.
        let all = try shares(threshold: 5, polynomials: 16, right: 6, others: 0, &random).shares
        #expect(everyWay(all, threshold: 5, polynomials: 16).allSatisfy { $0 == Array(0..<6) })
    }

    /// Errors that are made, not drawn: whatever comes back lies on common polynomials, and is more than t.
    @Test func hostileErrorsGiveNothingThatWasNotChecked() throws {
        var random = SeededRandom(124)
        let (t, k) = (5, 8)
        var outcomes = [0, 0]
        for round in 0..<120 {
            let sharing = try Sharing(polynomials: k, threshold: t, random: &random)
            let right = 2 + round % 14
            var all: [Share] = []
            for _ in 0..<right { all.append(try sharing.freshShare(random: &random)) }
            let shift = element(&random)
            let other = try Sharing(polynomials: k, threshold: t + 1 + round % 3, random: &random)
            let fixed = chance(k, &random)
            for index in 0..<(4 + round % 17) {
                let share = try sharing.freshShare(random: &random)
                let forged =
                    switch round % 6 {
                    // Of rank one
                    case 0: Share(x: share.x, z: share.z.map { $0 + shift })
                    // Right but for the last polynomial, or but for the first
                    case 1: Share(x: share.x, z: Array(share.z.dropLast()) + [element(&random)])
                    case 2: Share(x: share.x, z: [element(&random)] + Array(share.z.dropFirst()))
                    // On polynomials of too high a degree
                    case 3: try other.freshShare(random: &random)
                    // Rows that are multiples of few
                    case 4: Share(x: share.x, z: fixed.z.map { $0 * share.x })
                    // Zeros, and equal values
                    default: Share(x: share.x, z: [FieldElement](repeating: index % 2 == 0 ? .zero : shift, count: k))
                    }
                all.append(forged)
            }
            all.shuffle(using: &random)
            let results = everyWay(all, threshold: t, polynomials: k)
            #expect(results.allSatisfy { $0 == results[0] })
            outcomes[results[0] == nil ? 0 : 1] += 1
            guard let members = results[0] else { continue }
            #expect(members.count > t)
            let polynomials = SharePolynomials(basis: members.prefix(t).map { all[$0] })
            #expect(all.indices.filter { polynomials.contains(all[$0]) } == members)
        }
        #expect(outcomes[0] > 10 && outcomes[1] > 10)
    }

    /// An x that comes twice, and columns that must change places: the first rows are zero in many columns.
    @Test func degenerateRows() throws {
        var random = SeededRandom(125)
        let (t, k) = (5, 4)
        for right in [9, 10, 11] {
            var (all, _) = try shares(threshold: t, polynomials: k, right: right, others: 0, &random)
            for index in 0..<20 {
                // z of one polynomial alone
                let x = chance(k, &random).x
                all.append(Share(x: x, z: (0..<k).map { $0 == index % k ? element(&random) : .zero }))
            }
            all.reverse()
            let expected = Array((all.count - right)..<all.count)
            for members in everyWay(all, threshold: t, polynomials: k) {
                #expect(members == (k * (right - t) >= 20 ? expected : nil), "\(right)")
            }
        }
        var (all, right) = try shares(threshold: t, polynomials: k, right: 12, others: 15, &random)
        // A chance opening with a right share's x: not given by the revealer, and no harm.
        let stray = try #require(all.indices.first { !right.contains($0) })
        all[stray] = Share(x: all[right[0]].x, z: all[stray].z)
        for members in everyWay(all, threshold: t, polynomials: k) { #expect(members == right) }
    }

    /// The last count that is dense and the first that is not: the same answer.
    @Test(arguments: [4_096, 4_097]) func theDecodersMeet(_ count: Int) throws {
        #expect(DenseDecoder.maximumShares == 4_096)
        var random = SeededRandom(126)
        let owner = try Owner(pseudonym(1), threshold: 5, polynomials: 16, random: &random)
        let openings = try owner.openings(matches: count - 20, byChance: 20, &random)
        let revealed = try owner.revealer.outcome(openings).get()
        #expect(revealed.count == count - 20)
        #expect(
            Set(revealed.map(\.voucherID))
                == Set(openings.filter { $0.opening.slot == 0 }.map(\.opening.header.voucherID)))
    }
}

/// Openings by the real law: several of a voucher share its body.
@Suite struct RevealByChanceTests {
    let alice = pseudonym(1)

    /// Accounts whose R is one below, at and one above what their chance openings ask for. The rule by which forms are
    /// tried passes over none that can be decoded.
    @Test(arguments: [2, 5, 8] as [UInt64]) func theRuleTriesWhateverCanBeDecoded(_ level: UInt64) throws {
        var random = SeededRandom(131 + level)
        var outcomes = [0, 0]
        for (t, count) in [(5, 6), (5, 20), (12, 13), (12, 30)] {
            for offset in -1...1 {
                let owner = try Owner(alice, threshold: t, polynomials: 64, random: &random)
                // As many matches as the openings of all of them ask for, and an offset.
                var vouchers = try (0..<count).map { _ in try owner.voucher(matches: false, level: level, &random) }
                var right = 0
                func chances() -> Int { vouchers.reduce(0) { $0 + $1.count } - right }
                while right < min(count, t + (chances() + 63) / 64 + offset) {
                    vouchers[right] = try owner.voucher(matches: true, level: level, &random)
                    right += 1
                }
                vouchers.shuffle(using: &random)
                let store = MemoryOpenings()
                _ = try store.record(
                    vouchers.enumerated().compactMap { index, openings in
                        openings.first.map {
                            PositionedVoucher(
                                position: Int64(index + 1),
                                voucher: OpenedVoucher(
                                    header: $0.header, status: .opened, threshold: t, openings: openings))
                        }
                    }, of: testSource, cursor: nil)
                let state = try #require(store.accounts().accounts.first)
                #expect(state.vouchers == vouchers.count { !$0.isEmpty })
                let isDecodable = right >= t && 64 * (right - t) >= chances()
                #expect(!isDecodable || state.isDue)
                // Not forced.
                let result = try? store.reveal(of: alice, epoch: 7, commitment: owner.commitment)
                #expect(
                    result?.reveal.matches.count == (isDecodable ? right : nil),
                    "t \(t), vouchers \(count), R \(right), e \(chances())")
                outcomes[isDecodable ? 1 : 0] += 1
            }
        }
        #expect(outcomes[0] > 2 && outcomes[1] > 2)
    }

    /// A match whose x an earlier opening has does not help in decoding, and is found by its payload afterwards.
    @Test func aMatchLostToAnEqualXOpensAllTheSame() throws {
        var random = SeededRandom(135)
        let owner = try Owner(alice, threshold: 5, polynomials: 16, random: &random)
        var own: [Opening] = []
        for _ in 0..<6 { own.append(try owner.match(&random)) }
        let chance = try owner.chance(&random)
        let shadow = try chance.with(words: [own[0].words[0]] + chance.words.dropFirst())
        // Six matches and one by chance: five of them and two, once the first is lost.
        #expect(try owner.revealer.outcome([shadow] + own).code == .notDecodable)
        let more = try own + [owner.match(&random)]
        let revealed = try owner.revealer.outcome([shadow] + more).get()
        #expect(Set(revealed.map(\.voucherID)) == Set(more.map(\.header.voucherID)) && revealed.count == 7)
        // After it, the shadow comes last: the match counts.
        #expect(try owner.revealer.outcome(own + [shadow]).get().count == 6)
    }
}
