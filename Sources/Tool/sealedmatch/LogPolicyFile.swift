internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchLog
internal import SealedMatchPublishing

/// A policy file on the command line (c2sp.org/tlog-policy), with the URLs of its witnesses.
struct LogPolicyFile {
    let policy: LogPolicy
    /// Those whose line has a URL.
    let witnesses: [LogPublisher.Witness]

    /// - Parameter days: the greatest age of a cosignature.
    init(_ path: String, days: UInt64) throws {
        let text = try about(path) { try DurableFile.read(path, limit: LogPolicy.maximumCount) }
        policy = try about(path) { try LogPolicy(canonical: text, maximumAge: days * 86_400) }
        var witnesses: [LogPublisher.Witness] = []
        for line in text.split(separator: 0x0A) {
            let words = line.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 })
            guard words.count == 4, words[0].elementsEqual("witness".utf8) else { continue }
            let key = try about(path) { try VerifierKey(canonical: Array(words[2])) }
            var url = String(decoding: words[3], as: UTF8.self)
            while url.hasSuffix("/") { url.removeLast() }
            witnesses.append(.init(key: key, url: url))
        }
        self.witnesses = witnesses
    }
}
