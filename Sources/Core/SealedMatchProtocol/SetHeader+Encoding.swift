internal import SealedMatchFingerprint
public import SealedMatchCrypto

extension SetHeader {
    /// How a set file begins.
    package static var magic: StaticString { "SMSET002" }

    /// Hypotheses that stand before the levels; the others stand behind them.
    static var firstHypotheses: Int { 8 }

    /// The signed 3,072 bytes (Docs/Protocol.md, "Set file").
    package var encoded: [UInt8] {
        var out = ByteWriter(capacity: Self.encodedCount)
        out.magic(Self.magic)
        out.put(version)
        out.put(issuedAt)
        out.put(expiresAt)
        out.put(tableID.encoded)
        out.put(positionSeed)
        out.put(publicKey.encoded)
        out.put(UInt64(entries))
        out.put(UInt64(cells))
        out.put(tableDigest)
        out.put(UInt16(parameters.threshold))
        out.put(UInt16(parameters.polynomials))
        out.put(UInt8(isTest ? 1 : 0))
        out.put(UInt8(parameters.minimumSources))
        out.put(UInt8(sources.count))
        out.put(UInt8(parameters.separation))
        out.put(UInt32(parameters.payloadCount))
        out.put(UInt16(0))
        out.put(UInt8(parameters.profile.positions.count))
        out.put(UInt8(parameters.profile.probes))
        out.put(parameters.profile.id)
        out.put(UInt8(parameters.profile.marks))
        out.put(UInt8(parameters.profile.minimumQuality))
        out.put(UInt8(parameters.profile.probeQuality))
        out.put(UInt8(parameters.profile.hypotheses.count))
        out.put(parameters.profile.positions)
        out.pad(to: 256)
        for source in sources { out.put(source) }
        out.pad(to: 768)
        let hypotheses = parameters.profile.hypotheses
        for hypothesis in hypotheses.prefix(Self.firstHypotheses) { out.put(hypothesis.encoded) }
        out.pad(to: 832)
        out.put(supportDigest)
        out.put(parameters.checkLevels.values)
        for hypothesis in hypotheses.dropFirst(Self.firstHypotheses) { out.put(hypothesis.encoded) }
        out.pad(to: Self.encodedCount)
        return out.bytes
    }

    /// Decodes the signed part. Exactly one encoding exists for each header: reserved bytes are zero, sources ascend.
    /// - Throws: `wrongLength`, `invalidMagic`, `nonCanonical`, `invalidPoint`, `identityPoint`, `parameterOutOfRange`,
    ///   `unknownProfile`.
    public init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        guard bytes.count == Self.encodedCount else {
            throw SealedMatchError(.wrongLength, "a set header has 3,072 signed bytes")
        }
        var reader = ByteReader(bytes)
        try reader.magic(Self.magic)
        version = try reader.number(UInt64.self)
        issuedAt = try reader.number(UInt64.self)
        expiresAt = try reader.number(UInt64.self)
        guard Self.areValid(version: version, issuedAt: issuedAt, expiresAt: expiresAt) else {
            throw SealedMatchError(
                .parameterOutOfRange, "the set's version is beyond its date, or it lives longer than 400 days")
        }
        tableID = try TableID(canonical: reader.take(TableID.encodedCount))
        positionSeed = try reader.bytes32()
        publicKey = try Point(canonical: reader.bytes32())
        guard !publicKey.isIdentity else {
            throw SealedMatchError(.identityPoint, "the set's public key is the identity")
        }
        let n = try reader.number(UInt64.self)
        let m = try reader.number(UInt64.self)
        guard Self.areValid(entries: n, cells: m) else {
            throw SealedMatchError(.parameterOutOfRange, "the set's numbers of entries and cells do not fit")
        }
        entries = Int(n)
        cells = Int(m)
        tableDigest = try reader.bytes32()
        var parameters = Parameters()
        parameters.threshold = Int(try reader.number(UInt16.self))
        parameters.polynomials = Int(try reader.number(UInt16.self))
        let mark = try reader.number(UInt8.self)
        guard mark <= 1 else {
            throw SealedMatchError(.nonCanonical, "the mark of test sets is 0 or 1")
        }
        isTest = mark == 1
        parameters.minimumSources = Int(try reader.number(UInt8.self))
        let sourceCount = Int(try reader.number(UInt8.self))
        parameters.separation = Int(try reader.number(UInt8.self))
        parameters.payloadCount = Int(truncatingIfNeeded: try reader.number(UInt32.self))
        try reader.zeros(2)
        let positionCount = Int(try reader.number(UInt8.self))
        let probes = Int(try reader.number(UInt8.self))
        let id = try reader.number(UInt32.self)
        let marks = Int(try reader.number(UInt8.self))
        let quality = Int(try reader.number(UInt8.self))
        let probeQuality = Int(try reader.number(UInt8.self))
        let hypothesisCount = Int(try reader.number(UInt8.self))
        guard positionCount <= 64, hypothesisCount <= FingerprintProfile.maximumHypotheses else {
            throw SealedMatchError(.unknownProfile, "the set's fingerprint profile is not valid")
        }
        guard (1...Parameters.maximumSources).contains(sourceCount) else {
            throw SealedMatchError(.parameterOutOfRange, "a set has 1 to 16 sources")
        }
        let positions = try reader.take(positionCount)
        try reader.zeros(72 - positionCount)
        var sources: [Bytes32] = []
        for _ in 0..<sourceCount {
            let source = try reader.bytes32()
            if let last = sources.last, !(last < source) {
                throw SealedMatchError(.nonCanonical, "the set's sources are not in ascending order")
            }
            sources.append(source)
        }
        self.sources = sources
        try reader.zeros(32 * (Parameters.maximumSources - sourceCount))
        var encodedHypotheses: [[UInt8]] = []
        let first = min(hypothesisCount, Self.firstHypotheses)
        for _ in 0..<first { encodedHypotheses.append(try reader.take(Hypothesis.encodedCount)) }
        try reader.zeros(Hypothesis.encodedCount * (Self.firstHypotheses - first))
        supportDigest = try reader.bytes32()
        parameters.checkLevels = try CheckLevels(canonical: reader.take(CheckLevels.count))
        for _ in first..<hypothesisCount { encodedHypotheses.append(try reader.take(Hypothesis.encodedCount)) }
        try reader.zeros(reader.remaining)
        do throws(FingerprintError) {
            var hypotheses: [Hypothesis] = []
            for encoded in encodedHypotheses { hypotheses.append(try Hypothesis(canonical: encoded)) }
            parameters.profile = try FingerprintProfile(
                id: id, positions: positions, probes: probes, minimumQuality: quality, probeQuality: probeQuality,
                hypotheses: hypotheses, marks: marks)
        } catch {
            throw SealedMatchError(.unknownProfile, "the set's fingerprint profile is not valid")
        }
        try parameters.validate(sources: sourceCount)
        self.parameters = parameters
    }

    /// What a source signs: the root under a context of its own.
    package static func signedMessage(root: SetRoot) -> [UInt8] {
        HashToGroup.ascii(Separator.setSignature) + [0] + root.encoded.bytes
    }

    /// Signs the set's root with a source's key, whatever is in the set: an auditor's way is `Audit.sign`.
    package func sign(with key: borrowing SigningKey) throws(SealedMatchError) -> Signature {
        try key.sign(Self.signedMessage(root: root()))
    }
}

/// The 16 signature places of a set file; place i is source i's. An absent signature is 64 zero bytes.
public struct SetSignatures: Equatable, Sendable {
    /// Place i is the signature of the header's source i, nil where it has not signed.
    public var places: [Signature?]

    package static let placeCount = Parameters.maximumSources
    package static let encodedCount = placeCount * Signature.encodedCount

    /// No signature.
    public init() { places = [Signature?](repeating: nil, count: Self.placeCount) }

    /// - Throws: `wrongLength`.
    public init(canonical bytes: [UInt8]) throws(SealedMatchError) {
        guard bytes.count == Self.encodedCount else {
            throw SealedMatchError(.wrongLength, "the signature block has 1,024 bytes")
        }
        var places: [Signature?] = []
        for place in 0..<Self.placeCount {
            let field = Array(bytes[(place * Signature.encodedCount)..<((place + 1) * Signature.encodedCount)])
            places.append(field.allSatisfy { $0 == 0 } ? nil : try Signature(canonical: field))
        }
        self.places = places
    }

    /// The 1,024 bytes of the block.
    public var encoded: [UInt8] {
        places.flatMap { $0?.encoded ?? [UInt8](repeating: 0, count: Signature.encodedCount) }
    }

    /// The sources of `header` whose signature is present and valid. A present signature that does not verify is an
    /// error: the file was damaged or forged.
    /// - Throws: `invalidSignature`.
    public func validSigners(of header: SetHeader) throws(SealedMatchError) -> [Bytes32] {
        let message = SetHeader.signedMessage(root: try header.root())
        var signers: [Bytes32] = []
        for (place, signature) in places.enumerated() {
            guard let signature else { continue }
            guard place < header.sources.count, signature.verifies(message, publicKey: header.sources[place]) else {
                throw SealedMatchError(.invalidSignature, "a signature of the set does not verify")
            }
            signers.append(header.sources[place])
        }
        return signers
    }
}
