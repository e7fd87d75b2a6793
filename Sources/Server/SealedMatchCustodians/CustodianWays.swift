internal import SealedMatchAuthority
package import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchLists
package import SealedMatchProtocol

/// Ways to custodians by their keys, for sets whose key is divided: where a set's secrets would be is its record,
/// `ROOT.record`.
package struct CustodianWays: Sendable {
    /// Those that are known.
    package let lines: [CustodianLine]

    /// - Parameter lines: ways to custodians with different keys.
    /// - Throws: `parameterOutOfRange` for two ways to one.
    package init(_ lines: [CustodianLine]) throws(SealedMatchError) {
        guard Set(lines.map(\.publicKey)).count == lines.count else {
            throw SealedMatchError(.parameterOutOfRange, "two ways lead to one custodian")
        }
        self.lines = lines
    }

    /// The custodians of a record that a way is known to.
    package func custodians(of record: CustodianRecord) -> [RemoteCustodian] {
        lines.compactMap { line in
            (try? record.plan.index(of: line.publicKey)).map { RemoteCustodian(line, as: $0) }
        }
    }

    /// Reads a record.
    /// - Throws: `fileFailed`, `wrongLength`; what decoding throws.
    package static func readRecord(_ path: String) throws(SealedMatchError) -> CustodianRecord {
        try CustodianRecord(canonical: DurableFile.read(path, limit: CustodianRecord.maximumCount))
    }

    /// Where the record of a set is, given where its secrets would be.
    package static func recordPath(besideSecrets path: String) -> String {
        (path.hasSuffix(".secrets") ? String(path.dropLast(8)) : path) + ".record"
    }

    /// Who evaluates for a set, by its record.
    /// - Throws: `setMismatch` for another set's record; `invalidSignature` unless all its parties confirmed it;
    ///   `tooFewCustodians` where fewer than τ ways are known.
    package func evaluator(
        _ record: CustodianRecord, of header: SetHeader,
        report: @escaping @Sendable (ThresholdEvaluator.Fault) -> Void
    ) throws(SealedMatchError) -> ThresholdEvaluator {
        let coordinator = try unblamed { () throws(CustodianError) in try Coordinator(record, of: header) }
        return try ThresholdEvaluator(coordinator, custodians: custodians(of: record), report: report)
    }

    /// The key of a record, for building and proving.
    /// - Throws: as `evaluator`.
    package func key(
        _ record: CustodianRecord, report: @escaping @Sendable (ThresholdEvaluator.Fault) -> Void
    ) throws(SealedMatchError) -> DividedKey {
        let coordinator = try unblamed { () throws(CustodianError) in try Coordinator(record) }
        return try DividedKey(coordinator, custodians: custodians(of: record), report: report)
    }
}
