internal import ArgumentParser
internal import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchSQLite

/// The library that a command reads.
struct LibraryOptions: ParsableArguments {
    @Option(help: "The library's file, made by `case init`.") var library: FileName

    func store() throws -> CaseStore {
        try about(library.description) { try CaseStore(path: library.text) }
    }
}

/// Who does something, and with which key the event is signed.
struct ActorOptions: ParsableArguments {
    @OptionGroup var library: LibraryOptions
    @Option(name: .customLong("as"), help: "Who does this: the name of a person of the library.") var person: String
    @Option(help: "The library's secret key, made by `keygen`.") var key: String

    /// Puts events of a case into the library, in order, and says what the case is then.
    func append(_ steps: [CaseStep], to number: UInt64, why: String) throws {
        let store = try library.store()
        let signer = try EventKey(key)
        for step in steps {
            let found = try about("case \(number)") {
                try store.append(
                    CaseEvent(by: person, time: currentTime(), why: why, step), to: number, key: signer.key)
            }
            Terminal.print("case \(number): \(CaseText.state(found.state, found.outcome))")
        }
        try about(library.library.description) { try store.close() }
    }
}

/// The number of a case.
struct CaseNumber: ParsableArguments {
    @Argument(help: "The case's number.") var number: UInt64

    func validate() throws {
        guard (1...UInt64(Int64.max)).contains(number) else { throw ValidationError("cases are numbered from 1") }
    }
}

/// The key that signs events, held while several are signed.
final class EventKey {
    let key: SigningKey

    init(_ path: String) throws { key = try KeyFiles.readSourceSecret(path) }
}
