/// How a picture becomes keys of a blinded set: a signed parameter of the set, equal for builder and client.
///
/// A known picture enters a set as one *short key*, b of its 256 hash bits. A client asks for the M short keys that its
/// picture most probably had before somebody changed it (`probes(of:raster:separation:)`). Source: `Docs/Protocol.md`,
/// fingerprints.
public struct FingerprintProfile: Hashable, Sendable {
    /// A name for people. What clients compare is the profile's digest, which covers everything here but `probes`.
    public let id: UInt32
    /// b distinct bit positions of a hash, 1...64 of them. Bit i of a short key is bit `positions[i]` of the hash.
    public let positions: [UInt8]
    /// M, the number of short keys asked for a picture: 1...64, at most 2^b.
    public let probes: Int
    /// Listed hashes of a lower quality enter no set, 0...100.
    public let minimumQuality: Int
    /// Pictures of a lower quality are not looked for, 0...100. Copies are a little poorer than what was listed.
    public let probeQuality: Int
    /// What may have happened to a picture, 1...16 of them; the first is "as sent".
    public let hypotheses: [Hypothesis]
    /// How a client looks for what was put on a picture (letters, a strip, a badge), which it then hides: 0 for not at
    /// all, 1 as `Docs/Protocol.md`, 5.11, "Marks", says.
    public let marks: Int

    /// The most probes a profile may ask for: it bounds a voucher.
    public static let maximumProbes = 64
    /// The most hypotheses.
    package static let maximumHypotheses = 16

    /// - Throws: `FingerprintError.badProfile` if a number is out of range or positions repeat.
    @_optimize(size)
    public init(
        id: UInt32, positions: [UInt8], probes: Int, minimumQuality: Int, probeQuality: Int = 40,
        hypotheses: [Hypothesis] = [.asSent], marks: Int = 0
    ) throws(FingerprintError) {
        guard positions.count >= 1, positions.count <= 64 else { throw .badProfile }
        var seen: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        for position in positions {
            let bit: UInt64 = 1 << UInt64(position & 63)
            let repeated: Bool
            switch position >> 6 {
            case 0: (repeated, seen.0) = (seen.0 & bit != 0, seen.0 | bit)
            case 1: (repeated, seen.1) = (seen.1 & bit != 0, seen.1 | bit)
            case 2: (repeated, seen.2) = (seen.2 & bit != 0, seen.2 | bit)
            default: (repeated, seen.3) = (seen.3 & bit != 0, seen.3 | bit)
            }
            if repeated { throw .badProfile }
        }
        guard probes >= 1, probes <= FingerprintProfile.maximumProbes else { throw .badProfile }
        guard positions.count >= 6 || probes <= 1 << positions.count else { throw .badProfile }
        guard minimumQuality >= 0, minimumQuality <= 100, probeQuality >= 0, probeQuality <= 100 else {
            throw .badProfile
        }
        guard hypotheses.count <= FingerprintProfile.maximumHypotheses, hypotheses.first == .asSent else {
            throw .badProfile
        }
        for hypothesis in hypotheses where !hypothesis.isInRange { throw .badProfile }
        guard marks >= 0, marks <= 1 else { throw .badProfile }
        self.id = id
        self.positions = positions
        self.probes = probes
        self.minimumQuality = minimumQuality
        self.probeQuality = probeQuality
        self.hypotheses = hypotheses
        self.marks = marks
    }

    /// The same with another number of probes, 1...64.
    /// - Throws: `FingerprintError.badProfile`.
    public func asking(_ probes: Int) throws(FingerprintError) -> FingerprintProfile {
        try FingerprintProfile(
            id: id, positions: positions, probes: probes, minimumQuality: minimumQuality, probeQuality: probeQuality,
            hypotheses: hypotheses, marks: marks)
    }

    /// Whether a picture is good enough to be looked for. Poor ones (flat, text, tiny) match too much.
    public func accepts(_ fingerprint: PDQFingerprint) -> Bool {
        fingerprint.quality >= probeQuality
    }

    /// The b chosen bits of a hash: bit i is hash bit `positions[i]`, bits from b on are zero.
    public func shortKey(of hash: PDQHash) -> UInt64 {
        var key: UInt64 = 0
        for (index, position) in positions.enumerated() where hash[Int(position)] {
            key |= 1 << UInt64(index)
        }
        return key
    }
}
