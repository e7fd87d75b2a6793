internal import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// What a deployment's streams and subjects are called.
struct Subjects: Sendable {
    let name: String

    var registrations: String { "\(name)_registrations" }
    var vouchers: String { "\(name)_vouchers" }

    // MARK: Of the stream of registrations: at most one message each

    var allRegistrations: String { "\(name).r.>" }
    /// The pseudonym of an account in an epoch: 32 bytes.
    func account(_ account: AccountID, _ epoch: UInt32) -> String { "\(name).r.a.\(epoch).\(account.encoded.hex)" }
    func epochs(of account: AccountID) -> String { "\(name).r.a.*.\(account.encoded.hex)" }
    func accounts(in epoch: UInt32) -> String { "\(name).r.a.\(epoch).*" }
    /// Written with each registration of an account: of two at a time one finds that the other was faster. Servers look
    /// at the subject itself also where messages are on their way, but not at a filter with wildcards.
    func turn(_ account: AccountID) -> String { "\(name).r.t.\(account.encoded.hex)" }
    /// Whose pseudonym it is: a `RegistrationRecord`.
    func pseudonym(_ name: AccountEpoch) -> String {
        "\(self.name).r.p.\(name.epoch).\(name.pseudonym.encoded.hex)"
    }
    func pseudonyms(in epoch: UInt32) -> String { "\(name).r.p.\(epoch).*" }
    /// What an account is to be told about an epoch: notices, 37 bytes each.
    func notices(_ account: AccountID, _ epoch: UInt32) -> String { "\(name).r.n.\(epoch).\(account.encoded.hex)" }
    func notices(of account: AccountID) -> String { "\(name).r.n.*.\(account.encoded.hex)" }
    func notices(in epoch: UInt32) -> String { "\(name).r.n.\(epoch).*" }
    /// There are, or were, registrations in an epoch.
    func epoch(_ epoch: UInt32) -> String { "\(name).r.e.\(epoch)" }
    var epochs: String { "\(name).r.e.*" }
    /// The first epoch that has not expired: 4 bytes.
    var expiry: String { "\(name).r.expiry" }
    /// What an account that is being erased was registered as: epochs and pseudonyms, 36 bytes each.
    func erasure(_ account: AccountID) -> String { "\(name).r.erasure.\(account.encoded.hex)" }
    /// The number of the last release: 8 bytes.
    var number: String { "\(name).r.number" }
    /// Releases, repeats, refusals of an epoch, or of none: 8 bytes each.
    func count(_ epoch: UInt32?) -> String { "\(name).r.count.\(epoch.map(String.init) ?? "none")" }
    var counts: String { "\(name).r.count.*" }
    /// Written before something is believed to be gone.
    var barrier: String { "\(name).r.barrier" }

    // MARK: Of the stream of vouchers: a work queue

    var allVouchers: String { "\(name).v.>" }
    var new: String { "\(name).v.new" }
    func waiting(_ root: SetRoot, _ epoch: UInt32) -> String { "\(name).v.waiting.\(root.encoded.hex).\(epoch)" }
    func waiting(_ root: SetRoot) -> String { "\(name).v.waiting.\(root.encoded.hex).*" }
    func waiting(in epoch: UInt32) -> String { "\(name).v.waiting.*.\(epoch)" }
    var waiting: String { "\(name).v.waiting." }
    var aside: String { "\(name).v.aside" }

    /// A subject in a log: without accounts, pseudonyms, epochs and roots.
    static func shown(_ subject: String) -> String {
        let parts = subject.split(separator: ".")
        let kept = parts.prefix { $0.count < 64 && UInt32($0) == nil }
        return kept.count == parts.count ? subject : kept.joined(separator: ".") + ".>"
    }

    /// The last part of a subject, as an epoch.
    static func epoch(of subject: String) -> UInt32? {
        subject.split(separator: ".").last.flatMap { UInt32($0) }
    }

    /// The last part but one.
    static func epoch(before subject: String) -> UInt32? {
        subject.split(separator: ".").dropLast().last.flatMap { UInt32($0) }
    }
}

extension Bytes32 {
    /// 64 digits.
    var hex: String { Hexadecimal.text(bytes) }
}
