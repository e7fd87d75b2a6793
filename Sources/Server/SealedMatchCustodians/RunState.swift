internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// Where a party is in a run. What it has said is kept, so that it says the same again after it was killed.
enum RunState {
    /// It has said its round 1.
    case round1(SharingRun.Round1)
    /// It has dealt.
    case round2(SharingRun.Round2)
    /// It has confirmed: of a key generation or a refresh.
    case round3(SharingRun.Round3)
    /// It has handed over its part of a recovery.
    case handedOver(RunPlan, message: [UInt8])
    /// It has complained, or seen another party's complaint.
    case complained(RunPlan, complaint: [UInt8])
    /// It has its share.
    case ended(RunPlan)
    /// Its operator has given it up.
    case givenUp(RunPlan)

    /// What the run is about.
    var plan: RunPlan {
        switch self {
        case .round1(let state): state.plan
        case .round2(let state): state.plan
        case .round3(let state): state.plan
        case .handedOver(let plan, _), .complained(let plan, _), .ended(let plan), .givenUp(let plan): plan
        }
    }

    /// Whether another run may take its place.
    var isOver: Bool {
        switch self {
        case .round1, .round2, .round3: false
        case .handedOver, .complained, .ended, .givenUp: true
        }
    }

    /// What the party said last; nil at the end.
    var message: [UInt8]? {
        switch self {
        case .round1(let state): state.message
        case .round2(let state): state.message
        case .round3(let state): state.message
        case .handedOver(_, let message): message
        case .complained(_, let complaint): complaint
        case .ended, .givenUp: nil
        }
    }

    /// `stage (1) ‖ plan ‖ …`.
    func encoded() throws(SealedMatchError) -> SecretBytes {
        switch self {
        case .round1(let state): return try state.encoded()
        case .round2(let state): return try state.encoded()
        case .round3(let state): return try state.encoded()
        case .handedOver(let plan, let message): return try SecretBytes.copying([4] + plan.encoded + message)
        case .complained(let plan, let complaint): return try SecretBytes.copying([5] + plan.encoded + complaint)
        case .ended(let plan): return try SecretBytes.copying([6] + plan.encoded)
        case .givenUp(let plan): return try SecretBytes.copying([7] + plan.encoded)
        }
    }

    /// - Throws: what a file that somebody damaged makes it throw.
    init(decoding bytes: borrowing SecretBytes) throws(SealedMatchError) {
        self = try unsafe bytes.withBytes { (raw) throws(SealedMatchError) in
            var reader = unsafe SecretReader(raw)
            let stage = try unsafe reader.array(1)[0]
            // The plan's number of parties is its sixth byte.
            let head = try unsafe reader.array(12)
            let rest = try unsafe reader.array(RunPlan.encodedCount(parties: Int(head[5])) - 12)
            let plan = try RunPlan(canonical: head + rest)
            switch stage {
            case 1: return .round1(try unsafe SharingRun.Round1(plan, from: &reader))
            case 2: return .round2(try unsafe SharingRun.Round2(plan, from: &reader))
            case 3: return .round3(try unsafe SharingRun.Round3(plan, from: &reader))
            case 4: return .handedOver(plan, message: try unsafe reader.array(raw.count - 1 - plan.encoded.count))
            case 5: return .complained(plan, complaint: try unsafe reader.array(raw.count - 1 - plan.encoded.count))
            case 6: return .ended(plan)
            case 7: return .givenUp(plan)
            default: throw SealedMatchError(.nonCanonical, "a custodian's state has no such stage")
            }
        }
    }
}
