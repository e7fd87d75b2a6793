package import SealedMatchCrypto
package import SealedMatchLog

/// Publishes what was added to a log: tiles, a checkpoint, witnesses' cosignatures (Docs/Protocol.md, "Publishing").
package struct LogPublisher {
    /// A witness that is asked, and where (c2sp.org/tlog-witness).
    package struct Witness {
        /// Its key.
        package let key: VerifierKey
        /// The submission prefix.
        package let url: String

        package init(key: VerifierKey, url: String) {
            self.key = key
            self.url = url
        }
    }

    /// Posts a body to a URL: the status and what was answered.
    package typealias Post = (_ url: String, _ body: [UInt8]) throws -> (status: Int, body: [UInt8])

    /// What became of it.
    package struct Outcome {
        /// Entries of the log.
        package let size: Int
        /// Whether the checkpoint has its quorum, and is published.
        package let isPublished: Bool
        /// Why witnesses did not cosign, for a person.
        package let problems: [String]
    }

    private let folder: LogFolder

    package init(_ folder: LogFolder) { self.folder = folder }

    /// - Parameters:
    ///   - policy: what clients pin: the quorum that a checkpoint needs.
    ///   - now: the clock, in seconds since 1970.
    /// - Throws: `inconsistentLog` for a log that does not agree with itself: then nothing is signed. `fileFailed`,
    ///   `malformedLog`, `invalidLogSignature`.
    package func publish(
        by secret: borrowing SigningKey, policy: LogPolicy, witnesses: [Witness], now: () -> UInt64, post: Post
    ) throws -> Outcome {
        guard secret.publicKey == folder.key.publicKey else {
            throw SealedMatchError(.unknownLog, "the secret key is not the log's")
        }
        // Publishing, step 1: the log agrees with itself
        let (published, pending) = (try folder.checkpoint(), try folder.pending())
        let signed = try folder.signedSize()
        var entries = try LogContents(size: UInt64(signed)) { try folder.file($0, $1) }.entries
        if pending == nil { entries += try folder.queue(after: signed) }
        let contents = try LogContents(entries)
        if let published { try contents.check(published) }
        if let pending { try contents.check(pending) }
        try LogFolder.check(entries, from: signed)
        let size = entries.count
        // Publishing, step 2: tiles come before what is signed
        for file in contents.bundles(size: size) { try folder.keep(file.bytes, file.name) }
        for tile in try contents.tiles(size: size) { try folder.keep(tile.bytes, tile.name) }
        // Publishing, step 3: signed, and on disk, before anybody sees it
        let text = Checkpoint.text(
            origin: folder.key.name, size: UInt64(size), root: try contents.leaves.root(size: size))
        let line = SignedNote.line(of: folder.key, try secret.sign(text).encoded)
        var note = text + [0x0A] + line
        if let pending, pending.note.text != text {
            throw SealedMatchError(.inconsistentLog, "what is pending is not what the log would sign")
        }
        if pending == nil { try folder.setPending(note) }
        // Publishing, step 4: each witness is asked
        var problems: [String] = []
        for witness in witnesses {
            do {
                note += try ask(witness, text, line, contents, published, post)
            } catch {
                problems.append("\(String(decoding: witness.key.name, as: UTF8.self)): \(error)")
            }
        }
        // Publishing, step 5: with the quorum it takes the place of the last one
        do throws(SealedMatchError) {
            try policy.check(Checkpoint(canonical: note), now: now())
        } catch {
            return Outcome(size: size, isPublished: false, problems: problems + ["\(error)"])
        }
        try folder.setCheckpoint(note, size: size)
        return Outcome(size: size, isPublished: true, problems: problems)
    }

    /// One witness' line.
    private func ask(
        _ witness: Witness, _ text: [UInt8], _ line: [UInt8], _ contents: LogContents, _ published: Checkpoint?,
        _ post: Post
    ) throws -> [UInt8] {
        var old = 0
        if let published, try published.note.isSigned(by: witness.key) { old = Int(published.size) }
        var reply = try post(witness.url + "/add-checkpoint", request(old, text, line, contents))
        if reply.status == 409 {
            // It says which size it knows.
            let size = try WitnessRequest.knownSize(reply.body)
            guard size <= UInt64(contents.entries.count) else {
                throw SealedMatchError(.inconsistentLog, "the witness knows a size that the log does not have")
            }
            old = Int(size)
            reply = try post(witness.url + "/add-checkpoint", request(old, text, line, contents))
        }
        guard reply.status == 200 else {
            throw WitnessRefusal(
                status: reply.status, text: String(decoding: reply.body.prefix(200), as: UTF8.self))
        }
        let answer = try SignedNote(text: text, lines: reply.body)
        let time = try answer.time(of: witness.key)
        guard time != .max else {
            throw SealedMatchError(.tooFewCosignatures, "the answer has no cosignature by the witness' key")
        }
        // Of several by this key the newest, and nobody else's.
        for one in answer.signatures where one.name == witness.key.name {
            let candidate = SignedNote.line(of: witness.key, one.signature)
            if (try? SignedNote(text: text, lines: candidate).time(of: witness.key)) == time { return candidate }
        }
        throw SealedMatchError(.tooFewCosignatures, "the answer has no cosignature by the witness' key")
    }

    private func request(
        _ old: Int, _ text: [UInt8], _ line: [UInt8], _ contents: LogContents
    ) throws(SealedMatchError) -> [UInt8] {
        WitnessRequest.encode(
            old: UInt64(old), path: try contents.leaves.consistency(from: old, to: contents.entries.count),
            checkpoint: text + [0x0A] + line)
    }
}

/// A witness that did not cosign.
package struct WitnessRefusal: Error, CustomStringConvertible {
    /// Of HTTP.
    package let status: Int
    /// What it said.
    package let text: String

    package var description: String { "status \(status): \(text.filter { $0 != "\n" })" }
}
