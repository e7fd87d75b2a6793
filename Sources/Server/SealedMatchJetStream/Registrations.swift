internal import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// The stream of registrations. Its functions block. What decides, the stream's leader is asked, and what is written is
/// a transaction of the servers that compares with what was read: nothing depends on who else writes.
struct Registrations: Sendable {
    let client: JetStreamClient
    let subjects: Subjects
    var stream: String { subjects.registrations }

    /// Tries again while others are faster.
    func contending<Result>(
        _ body: () throws(SealedMatchError) -> Result?
    ) throws(SealedMatchError) -> Result {
        var end = Deadline(seconds: client.patience)
        while true {
            if let result = try body() { return result }
            guard end.pause() else {
                throw SealedMatchError(.fileFailed, "a registration, release or erasure found no end: ask again")
            }
        }
    }

    // MARK: Read

    struct Expiry {
        /// The first epoch that has not expired.
        var firstEpoch: UInt32 = 0
        /// Of the message that says so; 0 for none.
        var sequence: UInt64 = 0

        /// - Throws: `epochInPast`.
        func check(_ epoch: UInt32) throws(SealedMatchError) {
            guard epoch >= firstEpoch else {
                throw SealedMatchError(.epochInPast, "the epoch has expired at this collector")
            }
        }
    }

    func expiry() throws(SealedMatchError) -> Expiry {
        guard let stored = try client.last(stream, subjects.expiry) else { return Expiry() }
        var reader = ByteReader(stored.data)
        guard let epoch = try? reader.number(UInt32.self), reader.remaining == 0 else {
            throw SealedMatchError(.damagedStore, "the epoch from which vouchers are taken is damaged")
        }
        return Expiry(firstEpoch: epoch, sequence: stored.sequence)
    }

    /// Whose pseudonym it is.
    func record(_ name: AccountEpoch) throws(SealedMatchError) -> RegistrationRecord? {
        try record(client.last(stream, subjects.pseudonym(name)), name)
    }

    private func record(
        _ stored: JetStreamClient.Stored?, _ name: AccountEpoch
    ) throws(SealedMatchError) -> RegistrationRecord? {
        guard let stored else { return nil }
        let record = try RegistrationRecord(stored)
        guard record.registration.pseudonym == name.pseudonym, record.registration.epoch == name.epoch else {
            throw SealedMatchError(.damagedStore, "a registration in the work queue's streams is another one's")
        }
        return record
    }

    private func pseudonym(_ stored: JetStreamClient.Stored) throws(SealedMatchError) -> Pseudonym {
        guard let bytes = try? Bytes32(exactly: stored.data) else {
            throw SealedMatchError(.damagedStore, "an account's pseudonym in the work queue's streams is damaged")
        }
        return Pseudonym(canonical: bytes)
    }

    /// What is registered of many names, in few requests. A name that is not in the result is not registered, or its
    /// epoch has expired: that is believed only after most servers have answered.
    func records(_ names: Set<AccountEpoch>) throws(SealedMatchError) -> [AccountEpoch: RegistrationRecord] {
        var records: [AccountEpoch: RegistrationRecord] = [:]
        let all = Array(names)
        for start in stride(from: 0, to: all.count, by: 500) {
            let part = all[start..<min(all.count, start + 500)]
            let bySubject = Dictionary(
                part.map { (subjects.pseudonym($0), $0) }, uniquingKeysWith: { first, _ in first })
            for stored in try client.some(stream, Array(bySubject.keys)) {
                guard let name = bySubject[stored.subject] else { continue }
                records[name] = try record(stored, name)
            }
        }
        let missing = all.filter { records[$0] == nil }
        if !missing.isEmpty {
            try client.publish(JetStreamClient.Draft(subject: subjects.barrier))
            for name in missing { records[name] = try record(name) }
        }
        let expiry = try expiry()
        return records.filter { $0.key.epoch >= expiry.firstEpoch }
    }

    // MARK: Register

    /// Register, steps 3–6. Steps 1–2 were the caller's.
    /// - Returns: what became of it, and what is registered now.
    func register(
        _ registration: Registration, _ policy: CollectorPolicy
    ) throws(SealedMatchError) -> (outcome: IntakeOutcome, registered: Registration) {
        let name = AccountEpoch(pseudonym: registration.pseudonym, epoch: registration.epoch)
        let account = registration.account
        return try contending { () throws(SealedMatchError) in
            // Register, step 3: the epoch has not expired
            let expiry = try expiry()
            try expiry.check(registration.epoch)
            // Register, step 4: the account has a registration of this epoch
            if let stored = try client.last(stream, subjects.account(account, registration.epoch)) {
                let own = AccountEpoch(pseudonym: try pseudonym(stored), epoch: registration.epoch)
                // Without one the account is just being erased.
                guard let known = try record(own) else { return nil }
                guard known.registration.pseudonym == registration.pseudonym,
                    known.registration.commitment == registration.commitment
                else {
                    throw SealedMatchError(
                        .commitmentConflict, "another pseudonym or commitment is registered for this account and epoch")
                }
                guard try policy.replaces(known.registration, by: registration) else {
                    return (.alreadyStored, known.registration)
                }
                var replaced = known
                replaced.registration = registration
                let draft = JetStreamClient.Draft(
                    subject: subjects.pseudonym(own), data: replaced.encoded, expected: known.sequence)
                guard case .stored = try client.publish([draft]) else { return nil }
                return (.alreadyStored, registration)
            }
            // Register, step 5: the pseudonym is another account's
            if let other = try record(name) {
                guard other.registration.account != account else { return nil }
                throw SealedMatchError(.pseudonymConflict, "the pseudonym is another account's in this epoch")
            }
            // Register, step 6: an epoch of the clock, and the quota
            try policy.check(new: registration.epoch)
            let turn = try client.last(stream, subjects.turn(account))
            let epochs = try client.some(stream, [subjects.epochs(of: account)])
            let live = epochs.count { (Subjects.epoch(before: $0.subject) ?? 0) >= expiry.firstEpoch }
            guard live < policy.epochsPerAccount else {
                throw SealedMatchError(.quotaExceeded, "the account has registered too many epochs")
            }
            // One transaction: nothing else of the account, nobody of this pseudonym, and no expiry since.
            let drafts = [
                JetStreamClient.Draft(subject: subjects.turn(account), expected: turn?.sequence ?? 0),
                JetStreamClient.Draft(
                    subject: subjects.account(account, registration.epoch), data: registration.pseudonym.encoded.bytes,
                    expected: 0),
                JetStreamClient.Draft(
                    subject: subjects.pseudonym(name), data: RegistrationRecord(registration).encoded, expected: 0),
                JetStreamClient.Draft(
                    subject: subjects.epoch(registration.epoch), expected: expiry.sequence, filter: subjects.expiry),
            ]
            guard case .stored = try client.publish(drafts) else { return nil }
            return (.stored, registration)
        }
    }

    // MARK: Forget

    /// Forgets what expired; a second time, what a process that ended left over.
    /// - Returns: how many registrations there were.
    func expire(before epoch: UInt32) throws(SealedMatchError) -> Int {
        let first = try contending { () throws(SealedMatchError) -> UInt32? in
            let now = try expiry()
            guard now.firstEpoch < epoch else { return now.firstEpoch }
            var data = ByteWriter()
            data.put(epoch)
            let draft = JetStreamClient.Draft(subject: subjects.expiry, data: data.bytes, expected: now.sequence)
            guard case .stored = try client.publish([draft]) else { return nil }
            return epoch
        }
        var registrations = 0
        var position: UInt64 = 1
        while let stored = try client.next(stream, subjects.epochs, from: position) {
            position = stored.sequence + 1
            guard let epoch = Subjects.epoch(of: stored.subject), epoch < first else { continue }
            try client.purge(stream, subjects.notices(in: epoch))
            try client.purge(stream, subjects.accounts(in: epoch))
            registrations += try client.purge(stream, subjects.pseudonyms(in: epoch))
            try client.purge(subjects.vouchers, subjects.waiting(in: epoch))
            // Last: by it the rest is found again.
            try client.purge(stream, stored.subject)
        }
        return registrations
    }

    /// Forgets an account. What it was registered as is written down first, and forgotten last: an erasure that was cut
    /// off and is asked for again tells all of it. What is registered after that is not touched.
    func erase(_ account: AccountID) throws(SealedMatchError) -> [AccountEpoch] {
        try end(beginErasing(account))
    }

    func beginErasing(_ account: AccountID) throws(SealedMatchError) -> Erasure {
        let subject = subjects.erasure(account)
        return try contending { () throws(SealedMatchError) -> Erasure? in
            let left = try client.last(stream, subject)
            var names = try left.map(Self.names) ?? []
            var position: UInt64 = 1
            while let stored = try client.next(stream, subjects.epochs(of: account), from: position) {
                position = stored.sequence + 1
                guard let epoch = Subjects.epoch(before: stored.subject) else { continue }
                names.append(AccountEpoch(pseudonym: try pseudonym(stored), epoch: epoch))
            }
            guard !names.isEmpty else { return Erasure(account: account, sequence: 0, names: []) }
            var seen: Set<AccountEpoch> = []
            names = names.filter { seen.insert($0).inserted }
            var data = ByteWriter()
            for name in names {
                data.put(name.epoch)
                data.put(name.pseudonym.encoded)
            }
            let draft = JetStreamClient.Draft(subject: subject, data: data.bytes, expected: left?.sequence ?? 0)
            guard case .stored(let sequence) = try client.publish([draft]) else { return nil }
            return Erasure(account: account, sequence: sequence, names: names)
        }
    }

    func end(_ begun: Erasure) throws(SealedMatchError) -> [AccountEpoch] {
        // Only what was there before: a number that is greater is a new registration's.
        for name in begun.names {
            try client.purge(stream, subjects.pseudonym(name), before: begun.sequence)
            try client.purge(stream, subjects.account(begun.account, name.epoch), before: begun.sequence)
            // A release or a notice was on its way: it wrote the registration again, of an account that is gone.
            while let record = try record(name), record.registration.account == begun.account,
                try client.last(stream, subjects.account(begun.account, name.epoch)) == nil
            {
                try client.purge(stream, subjects.pseudonym(name), before: record.sequence + 1)
            }
            // Nobody writes another one without a registration.
            if try client.last(stream, subjects.account(begun.account, name.epoch)) == nil {
                try client.purge(stream, subjects.notices(begun.account, name.epoch))
            }
        }
        if begun.sequence > 0 {
            try client.purge(stream, subjects.turn(begun.account), before: begun.sequence)
            try client.purge(stream, subjects.erasure(begun.account), before: begun.sequence + 1)
        }
        return begun.names.sorted { $0.epoch < $1.epoch }
    }

    struct Erasure {
        let account: AccountID
        /// Of the message that names what is to be forgotten.
        let sequence: UInt64
        let names: [AccountEpoch]
    }

    private static func names(_ stored: JetStreamClient.Stored) throws(SealedMatchError) -> [AccountEpoch] {
        var reader = ByteReader(stored.data)
        var names: [AccountEpoch] = []
        do throws(SealedMatchError) {
            while reader.remaining > 0 {
                let epoch = try reader.number(UInt32.self)
                names.append(AccountEpoch(pseudonym: Pseudonym(canonical: try reader.bytes32()), epoch: epoch))
            }
        } catch {
            throw SealedMatchError(.damagedStore, "what an erased account was registered as is damaged")
        }
        return names
    }
}
