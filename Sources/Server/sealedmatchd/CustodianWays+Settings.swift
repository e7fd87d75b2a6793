internal import SealedMatchAuthority
internal import SealedMatchCrypto
internal import SealedMatchCustodians
internal import SealedMatchFiles
internal import SealedMatchLists
internal import SealedMatchProtocol
internal import SealedMatchSets

extension CustodianWays {
    /// Those of an opener's settings.
    static func known(_ settings: OpenerSettings, _ file: SettingsFile) throws -> CustodianWays {
        let texts = try file.list("custodian", settings.custodians)
        guard !texts.isEmpty else { return try about("custodian") { try CustodianWays([]) } }
        guard let key = try file.secretFile("coordinator-key", settings.coordinatorKey) else {
            throw Failure("coordinator-key: custodians answer to a key that they know; `sealedmatch keygen` makes one")
        }
        let signer = Coordinator.Signer(
            try about(key.path) { try SourceKeyFile.readSecret(key.path, access: key.access) })
        let seconds = try file.number("custodian-seconds", settings.custodianSeconds, 30, 1...3_600)
        let lines = try texts.map { text in
            guard let equals = text.firstIndex(of: "=") else {
                throw Failure("custodian: “\(text)” is not KEY.pub=URL")
            }
            let path = String(text[..<equals])
            try checkTrusted(path)
            return try CustodianLine(
                about("custodian: \(text)") { try CustodianAddress(String(text[text.index(after: equals)...])) },
                name: path, publicKey: about(path) { try SourceKeyFile.readPublic(path) }, coordinator: signer,
                seconds: seconds, now: CollectorRole.now)
        }
        return try about("custodian") { try CustodianWays(lines) }
    }

    /// Who evaluates for a set: its custodians if its record is there, else α from its secrets.
    func holder(
        of header: SetHeader, set path: String, secrets folder: String?,
        report: @escaping @Sendable (ThresholdEvaluator.Fault) -> Void
    ) throws -> SetKeyHolder {
        let secrets = try about(path) { try SetSecretsFile.path(of: header, beside: path, folder: folder) }
        let recordPath = Self.recordPath(besideSecrets: secrets)
        guard DurableFile.exists(recordPath) else {
            return try about(secrets) {
                let access = SecretFile(secrets).access
                return try .local(
                    LocalEvaluator(SetSecretsFile.read(secrets, of: header, access: access).matchingKey()))
            }
        }
        try checkTrusted(recordPath)
        return try about(recordPath) {
            try .custodians(evaluator(Self.readRecord(recordPath), of: header, report: report))
        }
    }
}
