internal import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchProtocol

extension Registrations {
    /// The counts of an epoch, or of none, with the number of the message that holds them.
    private struct Counts {
        var counts: ResolutionCounts
        let sequence: UInt64

        var data: [UInt8] { Registrations.data(of: counts) }
    }

    /// As counts are kept.
    static func data(of counts: ResolutionCounts) -> [UInt8] {
        var out = ByteWriter()
        for count in [counts.releases, counts.repeats, counts.refusals] {
            out.put(UInt64(truncatingIfNeeded: count))
        }
        return out.bytes
    }

    private func counts(_ stored: JetStreamClient.Stored?, of epoch: UInt32?) throws(SealedMatchError) -> Counts {
        guard let stored else { return Counts(counts: ResolutionCounts(epoch: epoch), sequence: 0) }
        var reader = ByteReader(stored.data)
        var numbers: [Int] = []
        while let number = try? reader.number(UInt64.self), number <= Int32.max { numbers.append(Int(number)) }
        guard numbers.count == 3, reader.remaining == 0 else {
            throw SealedMatchError(.damagedStore, "counts of requests for names are damaged")
        }
        return Counts(
            counts: ResolutionCounts(
                epoch: epoch, releases: numbers[0], repeats: numbers[1], refusals: numbers[2]),
            sequence: stored.sequence)
    }

    /// The draft that counts one more.
    private func counting(
        _ what: WritableKeyPath<ResolutionCounts, Int>, of epoch: UInt32?
    ) throws(SealedMatchError) -> JetStreamClient.Draft {
        let subject = subjects.count(epoch)
        var counts = try counts(client.last(stream, subject), of: epoch)
        counts.counts[keyPath: what] += 1
        return JetStreamClient.Draft(subject: subject, data: counts.data, expected: counts.sequence)
    }

    /// Releases the name that an encoded request asks for, and counts the request: one transaction.
    func resolve(_ bytes: [UInt8]) throws(SealedMatchError) -> ReleasedName {
        var epoch: UInt32?
        do throws(SealedMatchError) {
            // Resolve, step 1: it decodes
            let request = try ResolutionRequest(canonical: bytes)
            if try client.next(stream, subjects.pseudonyms(in: request.epoch), from: 1) != nil { epoch = request.epoch }
            return try resolve(request)
        } catch {
            guard error.isRefusal else { throw error }
            try contending { () throws(SealedMatchError) -> Void? in
                guard case .stored = try client.publish([counting(\.refusals, of: epoch)]) else { return nil }
                return ()
            }
            throw error
        }
    }

    private func resolve(_ request: ResolutionRequest) throws(SealedMatchError) -> ReleasedName {
        let name = AccountEpoch(pseudonym: request.pseudonym, epoch: request.epoch)
        // The number that a transaction gave of which no answer came.
        var tried: UInt64?
        return try contending { () throws(SealedMatchError) -> ReleasedName? in
            // Resolve, step 2: the epoch has not expired
            try expiry().check(request.epoch)
            // Resolve, steps 3–4: the pseudonym is registered, and the token opens its commitment
            let known = try record(name)
            let registration = try request.check(known?.registration)
            guard var record = known else { return nil }
            func released(_ number: UInt64) -> ReleasedName {
                ReleasedName(number: number, token: request.token, registration: registration)
            }
            if record.released > 0, record.released == tried { return released(record.released) }
            // Resolve, step 5: the first release of a registration takes the next number
            guard record.released == 0 else {
                guard case .stored = try client.publish([counting(\.repeats, of: request.epoch)]) else { return nil }
                return released(record.released)
            }
            let last = try client.last(stream, subjects.number)
            var number: UInt64 = 1
            if let last {
                var reader = ByteReader(last.data)
                guard let before = try? reader.number(UInt64.self), before < Int32.max else {
                    throw SealedMatchError(.damagedStore, "the number of the last release is damaged")
                }
                number = before + 1
            }
            record.released = number
            var data = ByteWriter()
            data.put(number)
            let drafts = [
                JetStreamClient.Draft(
                    subject: subjects.pseudonym(name), data: record.encoded, expected: record.sequence),
                JetStreamClient.Draft(subject: subjects.number, data: data.bytes, expected: last?.sequence ?? 0),
                try counting(\.releases, of: request.epoch),
            ]
            guard case .stored = try client.publish(drafts) else {
                tried = number
                return nil
            }
            return released(number)
        }
    }

    /// What was asked for so far, by epoch, ascending; first what belongs to none.
    func resolutionCounts() throws(SealedMatchError) -> [ResolutionCounts] {
        var all: [ResolutionCounts] = []
        var position: UInt64 = 1
        while let stored = try client.next(stream, subjects.counts, from: position) {
            position = stored.sequence + 1
            all.append(try counts(stored, of: Subjects.epoch(of: stored.subject)).counts)
        }
        return all.sorted { ($0.epoch.map(Int64.init) ?? -1) < ($1.epoch.map(Int64.init) ?? -1) }
    }
}
