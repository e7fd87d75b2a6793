public import CSealedMatch
internal import SealedMatchFingerprint
internal import SealedMatchClient
internal import SealedMatchLog
internal import SealedMatchProtocol
internal import SealedMatchCrypto

let sets = HandleTable<BlindedSet>(kind: 1)

@c @implementation
public func sealedmatch_trust_defaults(_ trust: UnsafeMutablePointer<sealedmatch_trust>!, _ size: Int) -> Int32 {
    code { () throws(SealedMatchError) in
        guard let trust = unsafe trust, unsafe size == MemoryLayout<sealedmatch_trust>.size else {
            throw badArgument("no trust structure of this version")
        }
        let defaults = TrustPolicy(sources: [], minimumSignatures: 0)
        var filled = unsafe sealedmatch_trust()
        unsafe filled.size = UInt32(size)
        unsafe filled.minimum_threshold = UInt32(defaults.minimumThreshold)
        unsafe filled.minimum_polynomials = UInt32(defaults.minimumPolynomials)
        unsafe filled.minimum_probes = UInt32(defaults.minimumProbes)
        unsafe withUnsafeMutableBytes(of: &filled.maximum_check_levels) {
            unsafe $0.copyBytes(from: defaults.maximumCheckLevels.values)
        }
        unsafe filled.minimum_confirmed_sources = UInt32(defaults.minimumConfirmedSources)
        unsafe filled.minimum_separation = UInt32(defaults.minimumSeparation)
        unsafe filled.minimum_entries = UInt64(defaults.minimumEntries)
        unsafe filled.maximum_cells = UInt64(defaults.maximumCells)
        unsafe filled.maximum_lifetime = defaults.maximumLifetime
        unsafe filled.maximum_proof_age = defaultProofAge
        unsafe filled.profiles = SEALEDMATCH_PROFILE_2.rawValue
        unsafe trust.pointee = unsafe filled
    }
}

private func policy(_ trust: UnsafePointer<sealedmatch_trust>?) throws(SealedMatchError) -> TrustPolicy {
    guard let trust = unsafe trust else { throw badArgument("a null pointer") }
    let given = unsafe trust.pointee
    guard unsafe given.size == UInt32(MemoryLayout<sealedmatch_trust>.size) else {
        throw badArgument("no trust structure of this version")
    }
    guard let keys = unsafe given.sources, unsafe (1...1_024).contains(given.source_count) else {
        throw badArgument("no pinned source, or too many")
    }
    var sources: [Bytes32] = []
    for index in unsafe 0..<given.source_count { sources.append(try unsafe bytes32(keys + 32 * index)) }
    var policy = unsafe TrustPolicy(sources: sources, minimumSignatures: Int(given.minimum_signatures))
    unsafe policy.minimumThreshold = Int(given.minimum_threshold)
    unsafe policy.minimumPolynomials = Int(given.minimum_polynomials)
    unsafe policy.minimumProbes = Int(given.minimum_probes)
    let levels = unsafe withUnsafeBytes(of: given.maximum_check_levels) { unsafe [UInt8]($0) }
    policy.maximumCheckLevels = try CheckLevels(canonical: levels)
    unsafe policy.minimumConfirmedSources = Int(given.minimum_confirmed_sources)
    unsafe policy.minimumSeparation = Int(given.minimum_separation)
    unsafe policy.minimumEntries = Int(clamping: given.minimum_entries)
    unsafe policy.maximumCells = Int(clamping: given.maximum_cells)
    unsafe policy.maximumLifetime = given.maximum_lifetime
    guard unsafe given.allow_test_sets <= 1 else { throw badArgument("allow_test_sets is 0 or 1") }
    unsafe policy.allowsTestSets = given.allow_test_sets == 1
    guard unsafe (1...3).contains(given.profiles) else {
        throw badArgument("profiles is a sum of profiles that this version knows, and not 0")
    }
    var profiles: [Bytes32] = []
    if unsafe given.profiles & SEALEDMATCH_PROFILE_2.rawValue != 0 { profiles.append(TrustPolicy.profile2) }
    if unsafe given.profiles & SEALEDMATCH_PROFILE_3.rawValue != 0 { profiles.append(TrustPolicy.profile3) }
    policy.profiles = profiles
    if unsafe given.log_policy != nil || given.log_policy_count != 0 {
        let text = try unsafe copied(
            given.log_policy, given.log_policy_count, limit: LogPolicy.maximumCount, beyond: .malformedLog)
        policy.log = try LogPolicy(canonical: text, maximumAge: unsafe given.maximum_proof_age)
    }
    return policy
}

/// A month, in seconds: as long as an epoch.
private let defaultProofAge: UInt64 = 30 * 86_400

/// A proof of the caller's; no bytes are no proof.
private func copiedProof(_ bytes: UnsafeRawPointer?, _ count: Int) throws(SealedMatchError) -> [UInt8]? {
    guard unsafe bytes != nil || count != 0 else { return nil }
    return try unsafe copied(bytes, count, limit: LogProof.maximumCount, beyond: .malformedLog)
}

@c @implementation
public func sealedmatch_set_open(
    _ file: UnsafePointer<CChar>!, _ trust: UnsafePointer<sealedmatch_trust>!, _ now: UInt64, _ last_version: UInt64,
    _ set: UnsafeMutablePointer<sealedmatch_set>!
) -> Int32 {
    unsafe sealedmatch_set_open_with_proof(file, nil, 0, trust, now, last_version, set)
}

@c @implementation
public func sealedmatch_set_open_with_proof(
    _ file: UnsafePointer<CChar>!, _ proof: UnsafeRawPointer!, _ proof_count: Int,
    _ trust: UnsafePointer<sealedmatch_trust>!, _ now: UInt64, _ last_version: UInt64,
    _ set: UnsafeMutablePointer<sealedmatch_set>!
) -> Int32 {
    unsafe set?.pointee = sealedmatch_set()
    return code { () throws(SealedMatchError) in
        guard let set = unsafe set else { throw badArgument("a null pointer") }
        let file = try unsafe path(file)
        let policy = try unsafe policy(trust)
        let proof = try unsafe copiedProof(proof, proof_count)
        let opened = try BlindedSet.open(
            path: file, trust: policy, now: now, lastVersion: last_version, proof: proof)
        unsafe set.pointee.id = try sets.open(opened)
    }
}

@c @implementation
public func sealedmatch_set_open_memory(
    _ bytes: UnsafeRawPointer!, _ count: Int, _ trust: UnsafePointer<sealedmatch_trust>!, _ now: UInt64,
    _ last_version: UInt64,
    _ set: UnsafeMutablePointer<sealedmatch_set>!
) -> Int32 {
    unsafe sealedmatch_set_open_memory_with_proof(bytes, count, nil, 0, trust, now, last_version, set)
}

@c @implementation
public func sealedmatch_set_open_memory_with_proof(
    _ bytes: UnsafeRawPointer!, _ count: Int, _ proof: UnsafeRawPointer!, _ proof_count: Int,
    _ trust: UnsafePointer<sealedmatch_trust>!, _ now: UInt64, _ last_version: UInt64,
    _ set: UnsafeMutablePointer<sealedmatch_set>!
) -> Int32 {
    unsafe set?.pointee = sealedmatch_set()
    return code { () throws(SealedMatchError) in
        guard let bytes = unsafe bytes, count >= 0, let set = unsafe set else {
            throw badArgument("a null pointer, or a size out of range")
        }
        let policy = try unsafe policy(trust)
        let opened = try unsafe BlindedSet.open(
            copying: UnsafeRawBufferPointer(start: bytes, count: count), trust: policy, now: now,
            lastVersion: last_version, proof: copiedProof(proof, proof_count))
        unsafe set.pointee.id = try sets.open(opened)
    }
}

@c @implementation
public func sealedmatch_set_describe(
    _ set: sealedmatch_set, _ info: UnsafeMutablePointer<sealedmatch_set_info>!, _ size: Int
) -> Int32 {
    code { () throws(SealedMatchError) in
        guard let info = unsafe info, size == MemoryLayout<sealedmatch_set_info>.size else {
            throw badArgument("no set description of this version")
        }
        unsafe info.pointee = description(of: try sets[set.id])
    }
}

private func description(of set: BlindedSet) -> sealedmatch_set_info {
    let header = set.header
    let parameters = header.parameters
    var info = sealedmatch_set_info()
    info.size = UInt32(MemoryLayout<sealedmatch_set_info>.size)
    info.threshold = UInt32(parameters.threshold)
    info.version = header.version
    info.issued_at = header.issuedAt
    info.expires_at = header.expiresAt
    info.entries = UInt64(header.entries)
    info.cells = UInt64(header.cells)
    unsafe withUnsafeMutableBytes(of: &info.root) { place in
        unsafe set.root.encoded.withBytes { unsafe place.copyMemory(from: $0) }
    }
    info.polynomials = UInt32(parameters.polynomials)
    unsafe withUnsafeMutableBytes(of: &info.check_levels) {
        unsafe $0.copyBytes(from: parameters.checkLevels.values)
    }
    // At least 1: opening demanded it.
    info.confirmed_sources = UInt32(clamping: set.signers.confirmedSources)
    info.separation = UInt32(parameters.separation)
    info.profile = parameters.profile.id
    info.key_bits = UInt32(parameters.profile.positions.count)
    info.probes = UInt32(parameters.probes)
    info.minimum_quality = UInt32(parameters.profile.minimumQuality)
    info.voucher_bytes = UInt32(VoucherHeader.voucherCount(parameters))
    info.maximum_note_bytes = UInt32(parameters.payloadCount - Payload.overhead)
    info.is_test = header.isTest ? 1 : 0
    if let logged = set.logged {
        info.is_logged = 1
        info.log_index = logged.index
        info.log_size = logged.logSize
        info.custodian_count = UInt32(logged.terms.custodians.count)
        info.custodian_threshold = UInt32(logged.terms.threshold)
        unsafe withUnsafeMutableBytes(of: &info.statement) { place in
            unsafe logged.terms.statement.withBytes { unsafe place.copyMemory(from: $0) }
        }
    }
    info.source_count = UInt32(header.sources.count)
    for (index, source) in header.sources.enumerated() {
        if set.signers.all.contains(source) { info.signed_by |= 1 << UInt32(index) }
        unsafe withUnsafeMutableBytes(of: &info.sources) { place in
            unsafe source.withBytes {
                unsafe UnsafeMutableRawBufferPointer(rebasing: place[(32 * index)..<(32 * index + 32)]).copyMemory(
                    from: $0)
            }
        }
    }
    return info
}

@c @implementation
public func sealedmatch_set_close(_ set: sealedmatch_set) -> Int32 {
    code { () throws(SealedMatchError) in _ = try sets.close(set.id) }
}
