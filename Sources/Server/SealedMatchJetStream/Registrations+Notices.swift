internal import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchProtocol

extension Registrations {
    /// Keeps what an order says: one transaction, which writes the registration again, so that none is written beside
    /// an erasure or an expiry.
    func post(_ order: NoticeOrder, on day: UInt32) throws(SealedMatchError) -> IntakeOutcome {
        let request = order.request
        let name = AccountEpoch(pseudonym: request.pseudonym, epoch: request.epoch)
        return try contending { () throws(SealedMatchError) -> IntakeOutcome? in
            // Notify, step 2: the epoch has not expired
            try expiry().check(request.epoch)
            // Notify, steps 3–4: the pseudonym is registered, and the token opens its commitment
            let known = try record(name)
            let registration = try request.check(known?.registration)
            guard let known else { return nil }
            // Notify, step 5: compare and insert
            let subject = subjects.notices(registration.account, request.epoch)
            let stored = try client.last(stream, subject)
            let notices = if let stored { try self.notices(stored) } else { [Notice]() }
            guard try order.outcome(beside: notices) == .stored else { return .alreadyStored }
            let drafts = [
                JetStreamClient.Draft(subject: subjects.pseudonym(name), data: known.encoded, expected: known.sequence),
                JetStreamClient.Draft(
                    subject: subject, data: Self.encoded(notices + [order.notice(on: day)]),
                    expected: stored?.sequence ?? 0),
            ]
            guard case .stored = try client.publish(drafts) else { return nil }
            return .stored
        }
    }

    /// What an account is to be told, of epochs that have not expired.
    func notices(of account: AccountID) throws(SealedMatchError) -> [Notice] {
        let expiry = try expiry()
        var all: [Notice] = []
        for stored in try client.some(stream, [subjects.notices(of: account)]) { all += try notices(stored) }
        return all.filter { $0.epoch >= expiry.firstEpoch }.inOrder
    }

    static func encoded(_ notices: [Notice]) -> [UInt8] {
        var out = ByteWriter()
        for notice in notices {
            out.put(notice.root.encoded)
            out.put(notice.kind.rawValue)
            out.put(notice.day)
        }
        return out.bytes
    }

    private func notices(_ stored: JetStreamClient.Stored) throws(SealedMatchError) -> [Notice] {
        let damaged = SealedMatchError(.damagedStore, "an account's notices in the work queue's streams are damaged")
        guard let epoch = Subjects.epoch(before: stored.subject) else { throw damaged }
        var reader = ByteReader(stored.data)
        var notices: [Notice] = []
        while reader.remaining > 0 {
            guard let root = try? reader.bytes32(), let byte = try? reader.number(UInt8.self),
                let kind = Notice.Kind(rawValue: byte), let day = try? reader.number(UInt32.self),
                notices.count < Notice.maximumCount
            else { throw damaged }
            notices.append(Notice(epoch: epoch, root: SetRoot(canonical: root), kind: kind, day: day))
        }
        return notices
    }
}
