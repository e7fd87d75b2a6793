internal import Foundation
internal import SealedMatchCrypto

/// Requests to JetStream, tried again while servers restart or choose a leader, for as long as the options' patience.
struct JetStreamClient: Sendable {
    let connection: ServerConnection
    var patience: Double
    private let room = QueueRoom()
    /// How long one attempt waits for its answer, in seconds. While a leader is chosen, servers do not answer at all.
    private var attempt: Double { min(patience, 1.5) }
    /// The same for what is written: it may take long on a slow disk, and a second attempt would write it twice.
    private var writing: Double { min(patience, 4) }

    init(_ connection: ServerConnection, patience: Double) {
        self.connection = connection
        self.patience = patience
    }

    // MARK: Attempts

    func trying<Result>(
        _ what: String, seconds: Double? = nil, _ body: (Double) throws(Trouble) -> Result
    ) throws(SealedMatchError) -> Result {
        var end = Deadline(seconds: patience)
        while true {
            do throws(Trouble) {
                return try body(max(0.1, min(seconds ?? attempt, end.left)))
            } catch {
                switch error {
                case .lasting(let error): throw error
                case .passing(let text):
                    connection.report?("\(what): \(text)")
                    guard end.pause() else {
                        throw SealedMatchError(.fileFailed, "the NATS servers do not do what they are asked for")
                    }
                }
            }
        }
    }

    // MARK: Interface of the servers

    struct ServerError: Decodable {
        let code: Int
        let err_code: Int?
        let description: String?

        var text: String { "\(code)/\(err_code ?? 0) \(description ?? "")" }
        /// Other than the expected message was the last one.
        var isConflict: Bool { [10_071, 10_164].contains(err_code) }
        /// The stream, or the server's share of the disk, has no room.
        var isFull: Bool { [10_023, 10_047, 10_077].contains(err_code) }
    }

    private struct Failure: Decodable { let error: ServerError? }

    /// A request to the servers' interface.
    /// - Returns: nil where the servers know no such thing.
    /// - Throws: `fileFailed`, `interrupted`.
    func call<Answer: Decodable>(
        _ subject: String, _ body: some Encodable, as: Answer.Type = Answer.self
    ) throws(SealedMatchError) -> Answer? {
        let data: [UInt8]
        do { data = try [UInt8](JSONEncoder().encode(body)) } catch {
            throw SealedMatchError(.fileFailed, "a request to the NATS servers cannot be written")
        }
        return try trying(subject) { (seconds) throws(Trouble) in
            let answer = Data(try connection.request("$JS.API.\(subject)", data, seconds: seconds).data)
            if let error = (try? JSONDecoder().decode(Failure.self, from: answer))?.error {
                if error.code == 404 { return nil }
                if error.code >= 500 { throw Trouble.passing(error.text) }
                connection.report?("\(subject): \(error.text)")
                throw Trouble.lasting(SealedMatchError(.fileFailed, "the NATS servers refuse a request"))
            }
            do { return try JSONDecoder().decode(Answer.self, from: answer) } catch {
                throw Trouble.lasting(SealedMatchError(.fileFailed, "the NATS servers' answer is not understood"))
            }
        }
    }

    // MARK: Publish

    /// A message that is to be stored.
    struct Draft {
        let subject: String
        var data: [UInt8] = []
        /// The sequence number of the last message there is of `filter`, or of the subject itself; 0 for none.
        var expected: UInt64?
        var filter: String?
        /// The servers store messages of one ID once, within two minutes.
        var id: String?

        var headers: [Header] {
            var headers: [Header] = []
            if let expected {
                headers.append(Header(name: "Nats-Expected-Last-Subject-Sequence", value: String(expected)))
                if let filter {
                    headers.append(Header(name: "Nats-Expected-Last-Subject-Sequence-Subject", value: filter))
                }
            }
            if let id { headers.append(Header(name: "Nats-Msg-Id", value: id)) }
            return headers
        }
    }

    private struct Acknowledgement: Decodable {
        let error: ServerError?
        let seq: UInt64?
    }

    enum Outcome: Equatable {
        /// All of it is on the disks of most servers; the number of the last message.
        case stored(UInt64)
        /// None of it: another message came before.
        case conflict
        /// Perhaps.
        case unknown
    }

    /// Stores messages, all or none of them. One attempt.
    /// - Throws: `fileFailed`, also where the stream is full, `interrupted`.
    func publish(_ drafts: [Draft]) throws(SealedMatchError) -> Outcome {
        do throws(Trouble) {
            return try publish(drafts, seconds: writing)
        } catch {
            switch error {
            case .lasting(let error): throw error
            case .passing(let text):
                connection.report?("\(drafts[0].subject.prefix { $0 != "." }): \(text)")
                return .unknown
            }
        }
    }

    private func publish(_ drafts: [Draft], seconds: Double) throws(Trouble) -> Outcome {
        guard let last = drafts.last else { return .stored(0) }
        // One batch of several messages, a transaction of the servers.
        let batch = drafts.count > 1 ? UUID().uuidString : nil
        func headers(_ draft: Draft, _ number: Int) -> [Header] {
            guard let batch else { return draft.headers }
            return draft.headers + [
                Header(name: "Nats-Batch-Id", value: batch), Header(name: "Nats-Batch-Sequence", value: String(number)),
            ] + (number == drafts.count ? [Header(name: "Nats-Batch-Commit", value: "1")] : [])
        }
        for (index, draft) in drafts.dropLast().enumerated() {
            try connection.send(draft.subject, draft.data, headers: headers(draft, index + 1))
        }
        let answer = try connection.request(
            last.subject, last.data, headers: headers(last, drafts.count), seconds: seconds)
        guard answer.status == 0,
            let acknowledgement = try? JSONDecoder().decode(Acknowledgement.self, from: Data(answer.data))
        else { throw Trouble.passing("no acknowledgement (\(answer.status))") }
        if let error = acknowledgement.error {
            if error.isConflict { return .conflict }
            guard error.isFull else { throw Trouble.passing(error.text) }
            connection.report?(error.text)
            room.refused()
            throw Trouble.lasting(QueueRoom.full)
        }
        guard let sequence = acknowledgement.seq else { throw Trouble.passing("no sequence number") }
        room.found()
        return .stored(sequence)
    }

    /// Stores one message whose repetition does no harm.
    /// - Throws: `fileFailed`, also where the stream is full, `interrupted`.
    func publish(_ draft: Draft) throws(SealedMatchError) {
        _ = try trying("publish", seconds: writing) { (seconds) throws(Trouble) in
            try publish([draft], seconds: seconds)
        }
    }

    /// Sees that a message of this subject would be taken, without storing one: it is for a place that no stream has.
    /// - Throws: `fileFailed`, also where the queue was full a moment ago: servers do not say so without storing
    ///   anything; `interrupted`.
    func probe(_ subject: String) throws(SealedMatchError) {
        _ = try trying("probe", seconds: writing) { (seconds) throws(Trouble) in
            try publish([Draft(subject: subject, expected: UInt64(Int64.max))], seconds: seconds)
        }
        try room.check()
    }

    // MARK: Read

    /// A stored message.
    struct Stored {
        let sequence: UInt64
        let subject: String
        let data: [UInt8]
    }

    private struct Get: Encodable {
        var last_by_subj: String?
        var seq: UInt64?
        var next_by_subj: String?
        var multi_last: [String]?
    }

    private struct Got: Decodable {
        struct Message: Decodable {
            let subject: String
            let seq: UInt64
            let data: String?
        }
        let message: Message
    }

    private func get(_ stream: String, _ what: Get) throws(SealedMatchError) -> Stored? {
        guard let got: Got = try call("STREAM.MSG.GET.\(stream)", what) else { return nil }
        guard let data = Data(base64Encoded: got.message.data ?? "") else {
            throw SealedMatchError(.damagedStore, "the NATS servers' answer is no base64")
        }
        return Stored(sequence: got.message.seq, subject: got.message.subject, data: [UInt8](data))
    }

    /// The last message of a subject, as the stream's leader has it.
    func last(_ stream: String, _ subject: String) throws(SealedMatchError) -> Stored? {
        try get(stream, Get(last_by_subj: subject))
    }

    /// The first message of these subjects from a sequence number on, as the stream's leader has it.
    func next(_ stream: String, _ filter: String, from sequence: UInt64) throws(SealedMatchError) -> Stored? {
        try get(stream, Get(seq: max(1, sequence), next_by_subj: filter))
    }

    /// The last messages of many subjects, as some server of the stream has them: it may be behind, or give only some.
    func some(_ stream: String, _ subjects: [String]) throws(SealedMatchError) -> [Stored] {
        guard !subjects.isEmpty else { return [] }
        let body: [UInt8]
        do { body = try [UInt8](JSONEncoder().encode(Get(multi_last: subjects))) } catch {
            throw SealedMatchError(.fileFailed, "a request to the NATS servers cannot be written")
        }
        let answers = try trying("DIRECT.GET.\(stream)") { (seconds) throws(Trouble) in
            let answers = try connection.collect(
                "$JS.API.DIRECT.GET.\(stream)", body, headers: ["Nats-Sequence", "Nats-Subject"], seconds: seconds
            ) { $0.status != 0 }
            // 204: that was all; 404: nothing at all.
            guard let end = answers.last, [204, 404].contains(end.status) else {
                throw Trouble.passing("status \(answers.last?.status ?? 0)")
            }
            return answers.dropLast()
        }
        return answers.compactMap { answer in
            guard let subject = answer.header("Nats-Subject"),
                let sequence = answer.header("Nats-Sequence").flatMap({ UInt64($0) })
            else { return nil }
            return Stored(sequence: sequence, subject: subject, data: answer.data)
        }
    }

    // MARK: Forget

    private struct Purge: Encodable {
        let filter: String
        let seq: UInt64?
    }

    private struct Purged: Decodable { let purged: Int }

    /// Forgets the messages of these subjects, those before a sequence number alone if one is given.
    /// - Returns: how many there were.
    @discardableResult
    func purge(_ stream: String, _ filter: String, before sequence: UInt64? = nil) throws(SealedMatchError) -> Int {
        let purged: Purged? = try call("STREAM.PURGE.\(stream)", Purge(filter: filter, seq: sequence))
        return purged?.purged ?? 0
    }
}
