internal import SealedMatchCrypto
internal import SealedMatchProtocol

/// What is kept of a registration: the number of its release (8 bytes, 0 for none), and the registration.
struct RegistrationRecord {
    /// Of the message that holds it.
    let sequence: UInt64
    var released: UInt64
    var registration: Registration

    init(_ registration: Registration) {
        sequence = 0
        released = 0
        self.registration = registration
    }

    /// - Throws: `damagedStore`.
    init(_ stored: JetStreamClient.Stored) throws(SealedMatchError) {
        sequence = stored.sequence
        do throws(SealedMatchError) {
            var reader = ByteReader(stored.data)
            released = try reader.number(UInt64.self)
            registration = try Registration(reading: &reader)
            try reader.end()
        } catch {
            throw SealedMatchError(.damagedStore, "a registration in the work queue's streams is damaged")
        }
    }

    var encoded: [UInt8] {
        var out = ByteWriter()
        out.put(released)
        return out.bytes + registration.encoded
    }
}
