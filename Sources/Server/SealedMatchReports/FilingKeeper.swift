package import SealedMatchCases
package import SealedMatchCrypto

/// What a journal has of its library: whose it is, signatures by the library's key, and what the library knows of it.
package struct FilingKeeper {
    /// The hash of the library's first event: no other library has it.
    package let library: Bytes32
    /// The library's public key.
    package let key: Bytes32
    private let signing: ([UInt8]) throws(SealedMatchError) -> Signature
    private let knowing: (UInt64) throws(SealedMatchError) -> [CaseFiling]
    private let keeping: (CaseFiling, UInt64, String, String, UInt64) throws(SealedMatchError) -> Void

    /// - Parameters:
    ///   - sign: with the library's key; throws for somebody who only reads.
    ///   - known: the filings that the library knows of a case, by its number.
    ///   - keep: puts a `filed` event into the library: of a case, by a person, with a reason, at a time.
    package init(
        library: Bytes32, key: Bytes32, sign: @escaping ([UInt8]) throws(SealedMatchError) -> Signature,
        known: @escaping (_ number: UInt64) throws(SealedMatchError) -> [CaseFiling],
        keep:
            @escaping (
                _ filing: CaseFiling, _ number: UInt64, _ by: String, _ why: String, _ time: UInt64
            ) throws(SealedMatchError) -> Void
    ) {
        self.library = library
        self.key = key
        signing = sign
        knowing = known
        keeping = keep
    }

    /// What is signed of an entry: a label, a zero byte, its line without the signature.
    private static func message(_ line: String) -> [UInt8] {
        Array("SealedMatch filing".utf8) + [0] + Array(line.utf8)
    }

    func sign(_ line: String) throws(SealedMatchError) -> Signature {
        try signing(Self.message(line))
    }

    func verifies(_ signature: Signature, _ line: String) -> Bool {
        signature.verifies(Self.message(line), publicKey: key)
    }

    /// What the library knows of a filing; nil: nothing.
    package func known(_ name: FilingFolder.Name) throws(SealedMatchError) -> CaseFiling? {
        try knowing(name.number).first { $0.kind.rawValue == name.kind && $0.round == name.round }
    }

    /// All filings of a case that the library knows of.
    package func names(_ number: UInt64) throws(SealedMatchError) -> [FilingFolder.Name] {
        try knowing(number).map { FilingFolder.Name(number, round: $0.round, $0.kind.rawValue) }
    }

    /// Puts it into the library how far a journal is.
    /// - Parameter entries: 0: it is lost.
    func keep(
        _ name: FilingFolder.Name, entries: Int, digest: Bytes32, by person: String, why: String = "", at time: UInt64
    ) throws(SealedMatchError) {
        guard let kind = CaseFiling.Kind(rawValue: name.kind) else {
            throw SealedMatchError(.parameterOutOfRange, "there is no filing of this kind")
        }
        try keeping(
            CaseFiling(kind: kind, round: name.round, entries: entries, digest: digest), name.number, person, why, time)
    }
}
