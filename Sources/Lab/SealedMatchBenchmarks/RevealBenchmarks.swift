internal import SealedMatchProtocol
internal import SealedMatchCrypto

/// Finding the real shares among decoys.
struct RevealBenchmarks {
    private let rounds: Int
    private let real: Int
    private let shares: [Share]
    private let secrets: [FieldElement]

    private static let threshold = 30
    private static let polynomials = 64

    init(rounds: Int, real: Int, decoys: Int) throws {
        self.rounds = rounds
        self.real = real
        var random = BenchmarkRandom(14)
        let sharing = try Sharing(polynomials: Self.polynomials, threshold: Self.threshold, random: &random)
        secrets = sharing.share(at: .zero)
        var shares: [Share] = []
        for _ in 0..<real { shares.append(try sharing.freshShare(random: &random)) }
        for _ in 0..<decoys {
            shares.append(Share(x: Self.element(&random), z: (0..<Self.polynomials).map { _ in Self.element(&random) }))
        }
        shares.shuffle(using: &random)
        self.shares = shares
    }

    private static func element(_ random: inout BenchmarkRandom) -> FieldElement {
        while true {
            if let element = FieldElement(canonical: random.next()), element != .zero { return element }
        }
    }

    func measure(_ report: (BenchmarkRow) -> Void) throws {
        let decoder = ShareDecoder(threshold: Self.threshold, polynomials: Self.polynomials)
        var times: [Double] = []
        var floors: [Double] = []
        for _ in 0..<rounds {
            floors.append(syndromeFloor() / 1e3)
            var found: ShareDecoder.Codeword?
            times.append(Stopwatch.time { found = decoder.decode(shares, acceptingThreshold: false) } / 1e3)
            guard found?.members.count == real, found?.secrets == secrets else {
                throw BenchmarkFailure(description: "the decoder missed the real shares")
            }
        }
        report(BenchmarkRow(.reveal, times.median, "ms", floor: floors.median))
    }

    /// Multiply-accumulates of 64-bit words, as many as the syndromes that locate the decoys take; nothing else.
    private func syndromeFloor() -> Double {
        let count = shares.count
        let decoys = count - real
        let rows = decoys + (decoys + Self.polynomials - 1) / Self.polynomials
        let a = shares.map(\.x.word)
        let b = shares.flatMap { $0.z.map(\.word) }
        var sink: UInt64 = 0
        let time = Stopwatch.time {
            a.withUnsafeBufferPointer { a in
                b.withUnsafeBufferPointer { b in
                    for _ in 0..<rows {
                        for j in 0..<Self.polynomials {
                            var low: UInt128 = 0
                            var high: UInt128 = 0
                            let row = UnsafeBufferPointer(rebasing: b[(j * count)..<((j + 1) * count)])
                            for index in 0..<count {
                                let product = a[index].multipliedFullWidth(by: row[index])
                                low &+= UInt128(truncatingIfNeeded: product.low)
                                high &+= UInt128(truncatingIfNeeded: product.high)
                            }
                            sink ^=
                                UInt64(truncatingIfNeeded: low ^ high) ^ UInt64(truncatingIfNeeded: (low ^ high) >> 64)
                        }
                    }
                }
            }
        }
        precondition(sink != 1)
        return time
    }
}
