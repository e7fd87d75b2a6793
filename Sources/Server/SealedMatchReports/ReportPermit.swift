package import SealedMatchCases
internal import SealedMatchCrypto

/// Whether the library's rules let a person make a report now. Asked before anything leaves, by the very rules by which
/// the report is recorded afterwards.
package enum ReportPermit {
    /// - Throws: `roleRefused`, `stepRefused`, `policyRefused`, as `CaseStore.append` would.
    package static func check(
        _ kind: CaseReport, of found: ReviewedCase, by person: String, at time: UInt64, _ library: CaseLibrary
    ) throws(SealedMatchError) {
        let event = try CaseEvent(by: person, time: time, .reported(kind, reference: "-"))
        _ = try library.apply(event, [], number: found.number, to: found)
    }

    /// Whether a person may ask who an account is: as a report, but of no kind: a lead, a confirmed case.
    /// - Throws: `roleRefused`, `stepRefused`.
    package static func checkLookUp(
        of found: ReviewedCase, by person: String, _ library: CaseLibrary
    ) throws(SealedMatchError) {
        try library.check(person, .report)
        guard found.state == .decided || found.state == .reported, found.outcome == .confirmed else {
            throw SealedMatchError(.stepRefused, "who an account is is asked of a confirmed case alone")
        }
    }
}
