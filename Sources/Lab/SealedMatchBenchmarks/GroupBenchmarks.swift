internal import CSealedMatchGroup
internal import SealedMatchCrypto

/// The batches' operations by each backend that this processor has, against libsodium's functions, called one element
/// at a time on the same input in the same round. Their results are compared.
struct GroupBenchmarks {
    private static let count = 256
    private let rounds: Int
    private let messages: GroupMessages
    private let elements: [Point]
    /// Two for each element; they protect nothing here.
    private let scalars: [[UInt8]]

    init(rounds: Int) throws {
        self.rounds = rounds
        var random = SystemRandom()
        var messages = GroupMessages(capacity: Self.count)
        for _ in 0..<Self.count { try messages.append(Array(random.bytes32().bytes.prefix(25))) }
        self.messages = messages
        elements = try SodiumBatch.filled(Self.count) { try SodiumBatch.hash(messages, .elements, into: $0) }
        scalars = try (0..<2 * Self.count).map { _ in
            try Scalar.random(from: &random).withEncoded { [UInt8]($0) }
        }
    }

    func measure(_ report: (BenchmarkRow) -> Void) throws {
        let count = Self.count
        let scalar = try Scalar(canonical: scalars[0])
        let tag = HashToGroup.ascii("HashToGroup-") + HashToGroup.contextString
        let (rooms, lengths) = (messages.bytes, messages.lengths)
        let encodings = elements.flatMap(\.encoded.bytes)
        let secret = scalars[0]
        try compare("multiply", count, report) {
            var points = elements
            try points.withUnsafeMutableBufferPointer { try SodiumBatch.multiply($0, by: scalar) }
            return points.flatMap(\.encoded.bytes)
        } by: { backend in
            var out = encodings
            backend.multiply(&out, nil, count, secret)
            return out
        }
        try compare("hash", count, report) {
            try SodiumBatch.filled(count) { try SodiumBatch.hash(messages, .elements, into: $0) }
                .flatMap(\.encoded.bytes)
        } by: { backend in
            var out = [UInt8](repeating: 0, count: 32 * count)
            backend.hash(&out, rooms, GroupMessages.room, lengths, count, tag, tag.count)
            return out
        }
        try compare("evaluate", count, report) {
            try SodiumBatch.filled(count) {
                try SodiumBatch.hash(messages, .elements, into: $0)
                try SodiumBatch.multiply($0, by: scalar)
            }.flatMap(\.encoded.bytes)
        } by: { backend in
            var out = [UInt8](repeating: 0, count: 32 * count)
            backend.evaluate(&out, rooms, GroupMessages.room, lengths, count, tag, tag.count, secret)
            return out
        }
        // Targets in the first third, operands in the others.
        let third = count / 3
        let triples = (0..<third).map { index -> GroupBatch.Triple in
            (UInt32(index), UInt32(third + index), UInt32(2 * third + index))
        }
        try compare("subtract", third, report) {
            var cells = elements
            try cells.withUnsafeMutableBufferPointer { cells in
                try triples.withUnsafeBufferPointer { try SodiumBatch.subtractPairs($0, in: cells) }
            }
            return cells.flatMap(\.encoded.bytes)
        } by: { backend in
            var out = encodings
            _ = backend.subtract(&out, triples, third)
            return out
        }
        // 512 summands, as the proofs have many.
        let weights = try scalars.map { try PublicScalar(canonical: Bytes32(exactly: $0)) }
        let (summands, flat) = (elements + elements, scalars.flatMap { $0 })
        try compare("combine", 2 * count, report) {
            try weights.withUnsafeBufferPointer { weights in
                try summands.withUnsafeBufferPointer {
                    try SodiumBatch.linearCombinationVarTime(weights, $0).encoded.bytes
                }
            }
        } by: { backend in
            var out = [UInt8](repeating: 0, count: 32)
            _ = backend.combine(&out, flat, encodings + encodings, nil, 2 * count)
            return out
        }
        try compareProbes(tag, encodings, report)
    }

    private func compareProbes(_ tag: [UInt8], _ encodings: [UInt8], _ report: (BenchmarkRow) -> Void) throws {
        let count = Self.count
        let (rooms, lengths) = (messages.bytes, messages.lengths)
        let cells = (0..<3 * count).map { elements[$0 * 7 % count].encoded }
        let flatCells = cells.flatMap(\.bytes)
        let bases = try GroupBases(publicKey: elements[0])
        let (betas, gammas) = (scalars[..<count].flatMap { $0 }, scalars[count...].flatMap { $0 })
        let substitute = elements[1]
        try compare("probe", count, report) {
            var q = [Bytes32](repeating: Bytes32(), count: count)
            var s = [UInt8](repeating: 0, count: 32 * count)
            try q.withUnsafeMutableBufferPointer { q in
                try s.withUnsafeMutableBytes { s in
                    try betas.withUnsafeBytes { betas in
                        try gammas.withUnsafeBytes {
                            try SodiumBatch.probes(
                                0..<count, messages, .elements, cells: cells, substitute: substitute, bases: bases,
                                betas: betas, gammas: $0, q: q, s: s)
                        }
                    }
                }
            }
            return q.flatMap(\.bytes) + s
        } by: { backend in
            var out = [UInt8](repeating: 0, count: 64 * count)
            var (generator, publicKey) = (group_base(), group_base())
            _ = backend.base(&generator, bases.generator.point.encoded.bytes)
            _ = backend.base(&publicKey, bases.publicKey.point.encoded.bytes)
            out.withUnsafeMutableBufferPointer { out in
                guard let q = out.baseAddress else { return }
                backend.probes(
                    q, q + 32 * count, rooms, GroupMessages.room, lengths, tag, tag.count, flatCells, betas, gammas,
                    &generator, &publicKey, substitute.encoded.bytes, count)
            }
            return out
        }
    }

    /// The chosen backend under the operation's own name, others with theirs behind it.
    private func compare(
        _ operation: String, _ count: Int, _ report: (BenchmarkRow) -> Void, libsodium: () throws -> [UInt8],
        by run: (group_backend) -> [UInt8]
    ) throws {
        let backends = [
            ("", group_backend_best()), (".portable", group_backend_named("portable")),
            (".avx2", group_backend_named("avx2")),
        ].compactMap { suffix, backend in backend.map { (suffix: suffix, functions: $0.pointee) } }
        var floors: [Double] = []
        var times = backends.map { _ in [Double]() }
        var ratios = times
        for _ in 0..<rounds {
            var expected: [UInt8] = []
            let floor = try Stopwatch.time { expected = try libsodium() }
            floors.append(floor / Double(count))
            for (index, backend) in backends.enumerated() {
                var result: [UInt8] = []
                let time = Stopwatch.time { result = run(backend.functions) }
                guard result == expected else {
                    throw BenchmarkFailure(description: "\(operation)\(backend.suffix) differs from libsodium")
                }
                times[index].append(time / Double(count))
                ratios[index].append(time / floor)
            }
        }
        for (index, backend) in backends.enumerated() {
            guard let name = BenchmarkName(rawValue: "group.\(operation)\(backend.suffix)") else {
                throw BenchmarkFailure(description: "group.\(operation)\(backend.suffix) has no name")
            }
            report(BenchmarkRow(name, times[index].median, "us", floor: floors.median, ratio: ratios[index].median))
        }
    }
}

extension SodiumBatch {
    fileprivate static func filled(
        _ count: Int, _ body: (UnsafeMutableBufferPointer<Point>) throws -> Void
    ) rethrows -> [Point] {
        var points = [Point](repeating: .identity, count: count)
        try points.withUnsafeMutableBufferPointer { try body($0) }
        return points
    }
}
