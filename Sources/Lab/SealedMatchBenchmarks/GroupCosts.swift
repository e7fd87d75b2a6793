internal import SealedMatchCrypto

/// What single group operations cost on this thread now, in microseconds: the floors are sums of these.
///
/// Measured through `Primitives`, that is libsodium's price and a few per cent of argument handling. Samples are taken
/// in turns with what is compared to them, because the machine's speed drifts.
struct GroupCosts: ~Copyable {
    private(set) var hash: [Double] = []
    private(set) var multiplication: [Double] = []
    private(set) var baseMultiplication: [Double] = []
    private(set) var addition: [Double] = []
    private var points: [Point]
    private let messages: [[UInt8]]
    private let scalar: Scalar

    private static let repeats = 8

    init() throws {
        var random = SystemRandom()
        // As long as a table's input to the hash: table ID, kind, short key.
        let messages = try (0..<Self.repeats).map { _ in Array(try random.bytes32().bytes[0..<25]) }
        let points = try messages.map { try HashToGroup.elements.point($0) }
        let scalar = try Scalar.random(from: &random)
        self.messages = messages
        self.points = points
        self.scalar = scalar
    }

    /// One sample of every operation.
    mutating func sample() throws {
        try sampleEvaluation()
        baseMultiplication.append(try Self.each { _ in _ = try Point.base(times: scalar) })
        addition.append(try Self.each { _ = try points[$0].adding(points[($0 + 1) % Self.repeats]) })
    }

    /// The same after an unmeasured operation of each kind, because other code has run since the last sample.
    mutating func sampleEvaluationWarm() throws {
        points[0] = try HashToGroup.elements.point(messages[0]).multiplied(by: scalar)
        try sampleEvaluation()
    }

    /// One sample of hash and multiplication: α·H(y).
    mutating func sampleEvaluation() throws {
        hash.append(try Self.each { points[$0] = try HashToGroup.elements.point(messages[$0]) })
        multiplication.append(
            try Stopwatch.time {
                try points.withUnsafeMutableBufferPointer { try SodiumBatch.multiply($0, by: scalar) }
            } / Double(Self.repeats))
    }

    /// For a person to read.
    var summary: String {
        func text(_ samples: [Double]) -> String { "\((samples.median * 10).rounded() / 10) us" }
        return
            "hash to group \(text(hash)), multiplication \(text(multiplication)), by the base \(text(baseMultiplication)), addition \(text(addition))"
    }

    /// `probe` by the last sample alone: for quotients of neighbouring samples, which a machine that
    /// changes its speed does not bend.
    var lastProbe: Double {
        (hash.last ?? 0) + 3 * (multiplication.last ?? 0) + (baseMultiplication.last ?? 0) + 4 * (addition.last ?? 0)
    }

    /// Of one probe: H(y), β·H(y), γ·B, their sum; two additions to decode; β·decode(y), γ·L, their sum.
    var probe: Double { hash.median + 3 * multiplication.median + baseMultiplication.median + 4 * addition.median }

    /// One hash and one multiplication, the mean of all samples: to compare with a total over the same time.
    var evaluationMean: Double {
        guard !hash.isEmpty else { return 0 }
        return (hash.reduce(0, +) + multiplication.reduce(0, +)) / Double(hash.count)
    }

    private static func each(_ body: (Int) throws -> Void) rethrows -> Double {
        try Stopwatch.time { for index in 0..<repeats { try body(index) } } / Double(repeats)
    }
}
