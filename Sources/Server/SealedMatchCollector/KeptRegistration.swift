package import SealedMatchProtocol

/// A registration as a collector's store keeps it.
package struct KeptRegistration: Equatable, Sendable {
    /// Its place in the store.
    package let row: Int64
    /// As it came, with the signature that is kept.
    package let registration: Registration
    /// The number of its release; 0 if its name was never released.
    package let released: UInt64
    /// What its account is to be told of its epoch.
    package let notices: [Notice]

    package init(row: Int64, registration: Registration, released: UInt64, notices: [Notice]) {
        self.row = row
        self.registration = registration
        self.released = released
        self.notices = notices
    }

    package var name: AccountEpoch {
        AccountEpoch(pseudonym: registration.pseudonym, epoch: registration.epoch)
    }
}

/// Part of a store's registrations.
package struct KeptRegistrationPage: Sendable {
    package var registrations: [KeptRegistration] = []
    /// Rows that were skipped. They stay in the store.
    package var damaged: [DamagedRow] = []
    /// Where the next page begins after; equal to the argument when there was nothing more.
    package var last: Int64

    package init(last: Int64) { self.last = last }
}
