import SealedMatchCrypto
import SealedMatchCustodians
import Testing

/// Expects a fault of this kind, of this party.
func expectFault(
    _ code: SealedMatchError.Code, _ party: PartyIndex?, _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
    do {
        try body()
        Issue.record("no error; expected \(code.rawValue). \(comment?.rawValue ?? "")", sourceLocation: sourceLocation)
    } catch let error as CustodianError {
        #expect(error.code == code, comment, sourceLocation: sourceLocation)
        #expect(error.party == party, comment, sourceLocation: sourceLocation)
    } catch {
        Issue.record("an error of another type: \(error)", sourceLocation: sourceLocation)
    }
}
