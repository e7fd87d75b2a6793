import Hummingbird
import SealedMatchFront
import SealedMatchSQLite

// The snippets of the article "Getting started" of `SealedMatchFront`, word for word, as ArticleSnippets.swift has the
// others.

struct Sessions: Authenticator {
    let names: [String: String]

    func name(_ fields: HTTPFields) async throws(AuthenticationFailure) -> String {
        guard let session = fields[.cookie], let name = names[session] else {
            throw AuthenticationFailure("there is no session: sign in first")
        }
        return name
    }
}

func frontSnippet(
    _ setFiles: [String], collectorFile: String, socket: String, now: UInt64, authenticator: some Authenticator
) async throws {
    let shelf = try SetShelf(setFiles)
    var policy = CollectorPolicy()
    policy.knownSets = shelf.parameters
    policy.epochs = try CollectorPolicy.epochs(at: now)
    let store = try CollectorStore(path: collectorFile, policy: policy, creation: .ifMissing)
    let front = CollectorFront(
        intake: GroupedIntake(store), policy: policy, authenticator: authenticator, sets: shelf)
    let application = Application(
        router: front.router(), server: front.server(),
        configuration: .init(address: .unixDomainSocket(path: socket)))
    try await application.runService()
}
