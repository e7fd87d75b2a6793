internal import Foundation
package import SealedMatchCollector
package import SealedMatchCrypto
internal import SealedMatchProtocol

extension JetStreamFilling {
    /// A message that belongs into the stream of registrations.
    private struct Wanted {
        let subject: String
        let data: [UInt8]
    }

    private func wanted(_ kept: KeptRegistration) -> [Wanted] {
        let registration = kept.registration
        var record = RegistrationRecord(registration)
        record.released = kept.released
        let all = [
            Wanted(
                subject: subjects.account(registration.account, registration.epoch),
                data: registration.pseudonym.encoded.bytes),
            Wanted(subject: subjects.pseudonym(kept.name), data: record.encoded),
        ]
        guard !kept.notices.isEmpty else { return all }
        return all + [
            Wanted(
                subject: subjects.notices(registration.account, registration.epoch),
                data: Registrations.encoded(kept.notices))
        ]
    }

    /// The first epoch that has not expired, the last release's number, and what was asked for.
    private func wanted(firstEpoch: UInt32, _ counts: [ResolutionCounts]) -> [Wanted] {
        var wanted: [Wanted] = []
        if firstEpoch > 0 {
            var data = ByteWriter()
            data.put(firstEpoch)
            wanted.append(Wanted(subject: subjects.expiry, data: data.bytes))
        }
        let releases = counts.reduce(0) { $0 + $1.releases }
        if releases > 0 {
            var data = ByteWriter()
            data.put(UInt64(releases))
            wanted.append(Wanted(subject: subjects.number, data: data.bytes))
        }
        for count in counts {
            wanted.append(Wanted(subject: subjects.count(count.epoch), data: Registrations.data(of: count)))
        }
        return wanted
    }

    /// The number of messages that `takeState` wants.
    package func stateMessages(firstEpoch: UInt32, _ counts: [ResolutionCounts]) -> Int {
        wanted(firstEpoch: firstEpoch, counts).count
    }

    /// The first epoch that has not expired, and how often names were asked for.
    /// - Returns: whether all of it is there now.
    /// - Throws: `fileFailed`, `interrupted`.
    package func takeState(
        firstEpoch: UInt32, _ counts: [ResolutionCounts], fills: Bool
    ) throws(SealedMatchError) -> Bool {
        var isSame = true
        for message in wanted(firstEpoch: firstEpoch, counts) {
            if try !take([message], fills: fills).isEmpty { isSame = false }
        }
        return isSame
    }

    /// Registrations, at most 200: those that are there are compared, the others are added in one transaction.
    /// - Returns: those that are not there, or differ.
    /// - Throws: `fileFailed`, `interrupted`.
    package func take(
        _ kept: [KeptRegistration], fills: Bool
    ) throws(SealedMatchError) -> [KeptRegistration] {
        guard !kept.isEmpty else { return [] }
        let epochs = Set(kept.map(\.registration.epoch))
        let different = try take(
            kept.flatMap(wanted) + epochs.map { Wanted(subject: subjects.epoch($0), data: []) }, fills: fills)
        // An epoch's own message is all of its registrations'.
        return kept.filter { registration in
            different.contains(subjects.epoch(registration.registration.epoch))
                || wanted(registration).contains { different.contains($0.subject) }
        }
    }

    /// - Returns: subjects that have another message, or none.
    private func take(_ wanted: [Wanted], fills: Bool) throws(SealedMatchError) -> Set<String> {
        let data = Dictionary(wanted.map { ($0.subject, $0.data) }) { first, _ in first }
        // What some server has is there. What it has not may be on others.
        var found: [String: [UInt8]] = [:]
        for stored in try client.some(registrations.stream, wanted.map(\.subject)) {
            found[stored.subject] = stored.data
        }
        var isFirst = true
        if fills {
            try registrations.contending { () throws(SealedMatchError) -> Void? in
                if !isFirst {
                    for message in wanted where found[message.subject] == nil {
                        found[message.subject] = try client.last(registrations.stream, message.subject)?.data
                    }
                }
                isFirst = false
                let missing = wanted.filter { found[$0.subject] == nil }
                guard !missing.isEmpty else { return () }
                let drafts = missing.map {
                    JetStreamClient.Draft(subject: $0.subject, data: $0.data, expected: 0)
                }
                guard case .stored = try client.publish(drafts) else { return nil }
                for message in missing { found[message.subject] = message.data }
                return ()
            }
        } else {
            for message in wanted where found[message.subject] != message.data {
                found[message.subject] = try client.last(registrations.stream, message.subject)?.data
            }
        }
        return Set(data.filter { found[$0.key] != $0.value }.keys)
    }
}
