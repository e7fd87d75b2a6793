internal import SealedMatchCrypto
internal import SealedMatchWorkers

/// What threads of this machine are worth now, for work that shares nothing.
enum MachineSpeedUp {
    private static let count = 1_600
    private static let chunk = 8

    /// Wall time of multiplications on one thread over that on several.
    static func sample(threads: Int = 2) throws -> Double {
        let point = try HashToGroup.elements.point([1])
        var random = SystemRandom()
        let scalar = try Scalar.random(from: &random).encoded()
        let one = try wall(point, scalar, threads: 1)
        return try one / wall(point, scalar, threads: threads)
    }

    private static func wall(_ point: Point, _ scalar: [UInt8], threads: Int) throws -> Double {
        try Stopwatch.wall {
            try Workers(threads: threads).forEachChunk("multiply", count: count, chunk: chunk) {
                (range) throws(SealedMatchError) in
                let scalar = try Scalar(canonical: scalar)
                var points = [Point](repeating: point, count: range.count)
                var span = points.mutableSpan
                try span.withUnsafeMutableBufferPointer { (points) throws(SealedMatchError) in
                    try GroupBatch.multiply(points, by: scalar)
                }
            }
        }
    }
}

extension Scalar {
    fileprivate func encoded() -> [UInt8] { withEncoded { [UInt8]($0) } }
}
