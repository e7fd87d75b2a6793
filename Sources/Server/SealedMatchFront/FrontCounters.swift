internal import HTTPTypes
internal import Metrics
internal import SealedMatchCollector
internal import SealedMatchCrypto

/// Sums over all accounts: what a front tells of what it did. No label names an account, a set or a voucher.
struct FrontCounters: Sendable {
    private let storedVouchers = Counter(label: "sealedmatch_vouchers_total", dimensions: [("outcome", "stored")])
    private let repeatedVouchers = Counter(
        label: "sealedmatch_vouchers_total", dimensions: [("outcome", "alreadyStored")])
    private let newRegistrations = Counter(
        label: "sealedmatch_registrations_total", dimensions: [("outcome", "stored")])
    private let repeatedRegistrations = Counter(
        label: "sealedmatch_registrations_total", dimensions: [("outcome", "alreadyStored")])

    func stored(_ outcomes: [Result<IntakeOutcome, SealedMatchError>]) {
        var (new, repeated) = (0, 0)
        for outcome in outcomes {
            switch outcome {
            case .success(.stored): new += 1
            case .success(.alreadyStored): repeated += 1
            case .failure(let error):
                Counter(label: "sealedmatch_vouchers_total", dimensions: [("outcome", "error \(error.code.rawValue)")])
                    .increment()
            }
        }
        if new > 0 { storedVouchers.increment(by: new) }
        if repeated > 0 { repeatedVouchers.increment(by: repeated) }
    }

    func registered(_ outcome: IntakeOutcome) {
        (outcome == .stored ? newRegistrations : repeatedRegistrations).increment()
    }

    func registrationRefused(_ error: SealedMatchError) {
        Counter(
            label: "sealedmatch_registrations_total", dimensions: [("outcome", "error \(error.code.rawValue)")]
        ).increment()
    }

    func answered(_ status: HTTPResponse.Status) {
        Counter(label: "sealedmatch_replies_total", dimensions: [("status", "\(status.code)")]).increment()
    }
}
