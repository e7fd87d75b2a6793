public import ArgumentParser
public import SealedMatchCases

// States, outcomes, roles: on the command line each is its own word, and a wrong one lists them all.
extension CaseRole: ExpressibleByArgument {}
extension CaseState: ExpressibleByArgument {}
extension CaseOutcome: ExpressibleByArgument {}
extension CaseReport: ExpressibleByArgument {}
extension CaseNotice.Kind: ExpressibleByArgument {}
extension CaseJudgement.Class: ExpressibleByArgument {}
extension CaseJudgement.Standing: ExpressibleByArgument {}
