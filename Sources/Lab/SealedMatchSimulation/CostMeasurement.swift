internal import Glibc
internal import SealedMatchAuthority
internal import SealedMatchClient
package import SealedMatchCrypto
internal import SealedMatchOpenings
internal import SealedMatchProtocol
package import SealedMatchWorkers

/// Measures the real code for a second or two: seals and opens vouchers under the default parameters, and runs both
/// decoders among chance openings. `make bench` measures more, and more carefully.
package enum CostMeasurement {
    private static let vouchers = 24
    private static let denseShares = 1_000
    private static let stepShares = 500

    /// Processor time of the calling thread.
    package static func measure(_ workers: Workers) throws(SealedMatchError) -> ProcessorCosts {
        let made = try MadeSet(entries: 1_000, seed: 1, workers: workers)
        let parameters = Parameters()
        let (set, matching) = try made.open(parameters)
        var random = SimulationRandom(1, 7)
        var sealer = try made.sealer(set, &random)
        var sealed: [SealedVoucher] = []
        var times: (seal: [Double], open: [Double]) = ([], [])
        for _ in 0..<vouchers {
            let start = threadTime()
            sealed.append(try sealer.seal(.file(sha256: random.digest()), note: [], random: &random))
            times.seal.append(threadTime() - start)
        }
        let opener = VoucherOpener([matching])
        // Eight at a time, as the service has them.
        for first in stride(from: 0, to: vouchers, by: 8) {
            let start = threadTime()
            _ = try opener.openSerially(sealed[first..<(first + 8)])
            times.open.append((threadTime() - start) / 8)
        }
        let slots = Double(parameters.probes)
        let (t, k) = (parameters.threshold, parameters.polynomials)
        let steps = ShareDecoder(threshold: t, polynomials: k)
        let many = (0..<denseShares).map { _ in random.share(k) }
        var start = threadTime()
        let eliminating = DenseDecoder(threshold: t, polynomials: k, isDivided: false)
        _ = steps.decode(many, acceptingThreshold: true, by: eliminating.locate)
        let dense = threadTime() - start
        start = threadTime()
        _ = steps.decode(Array(many.prefix(stepShares)), acceptingThreshold: true)
        let slow = threadTime() - start
        let cube = Double(denseShares) * Double(denseShares) * Double(denseShares)
        return ProcessorCosts(
            sealSlotMicroseconds: middle(times.seal) / slots * 1e6,
            openSlotMicroseconds: middle(times.open) / slots * 1e6, denseNanoseconds: dense / cube * 1e9,
            stepsNanoseconds: slow / (Double(k * stepShares) * Double(stepShares)) * 1e9)
    }

    private static func middle(_ times: [Double]) -> Double { times.sorted()[times.count / 2] }

    /// Seconds.
    private static func threadTime() -> Double {
        var now = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }
}

extension SimulationRandom {
    /// What opens by chance: uniform words.
    mutating func share(_ polynomials: Int) -> Share {
        Share(x: element(isZero: false), z: (0..<polynomials).map { _ in element(isZero: true) })
    }

    /// Uniform residues, zero among them or not.
    private mutating func element(isZero: Bool) -> FieldElement {
        let modulus = Int(FieldElement.modulus)
        return FieldElement(residueOf: UInt32(isZero ? below(modulus) : 1 + below(modulus - 1)))
    }
}
