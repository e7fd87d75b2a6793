internal import ArgumentParser
internal import SealedMatchCrypto
internal import SealedMatchCustodians

/// Ways to custodians, on the command line.
struct CustodianOptions: ParsableArguments {
    @Option(
        name: .customLong("custodian"), parsing: .upToNextOption,
        help: "KEY.pub=URL for each custodian: http://127.0.0.1:PORT or unix:PATH, where a proxy may lead on.")
    var custodians: [String] = []
    @Option(help: "The key file by which custodians know this coordinator.") var coordinatorKey: String?
    @Option(help: "Seconds for which a custodian may be silent.") var custodianSeconds = 30

    func ways() throws -> CustodianWays {
        guard !custodians.isEmpty else { return try CustodianWays([]) }
        guard let path = coordinatorKey else {
            throw ValidationError("--coordinator-key: custodians answer to a key that they know; `keygen` makes one")
        }
        let signer = Coordinator.Signer(try KeyFiles.readSourceSecret(path))
        let seconds = max(1, min(3_600, custodianSeconds))
        let lines = try custodians.map { text in
            guard let equals = text.firstIndex(of: "=") else {
                throw ValidationError("--custodian: “\(text)” is not KEY.pub=URL")
            }
            let address = try about("--custodian \(text)") {
                try CustodianAddress(String(text[text.index(after: equals)...]))
            }
            let key = String(text[..<equals])
            return CustodianLine(
                address, name: key, publicKey: try KeyFiles.readSourcePublic(key), coordinator: signer,
                seconds: seconds, now: { currentTime() })
        }
        return try about("--custodian") { try CustodianWays(lines) }
    }

    /// Tells of a custodian that did not do as it should.
    static func report(_ fault: ThresholdEvaluator.Fault) {
        let what = fault.kind == .wrong ? "answers wrongly, and is not asked again" : "does not answer"
        Terminal.note(
            "custodian \(fault.party.number) \(what): \(fault.error.reason) [error \(fault.error.code.rawValue)]")
    }
}
