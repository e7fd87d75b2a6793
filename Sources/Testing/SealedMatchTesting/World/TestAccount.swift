internal import SealedMatchClient
internal import SealedMatchCrypto
internal import SealedMatchOpenings
public import SealedMatchProtocol

/// An account of a test world, with its devices. It keeps its world alive.
public struct TestAccount {
    /// Whose account it is.
    public let world: TestWorld
    let state: State

    /// What the world keeps of an account.
    final class State {
        let name: String
        let id: AccountID
        var devices: [TestDevice.State] = []
        private var epochs: [Form: Epoch] = [:]

        init(_ name: String) throws(SealedMatchError) {
            self.name = name
            id = try AccountID(name: Array(name.utf8))
        }

        private struct Form: Hashable {
            let epoch: UInt32
            let opening: OpeningForm
            let profile: Bytes32

            init(_ epoch: UInt32, _ parameters: Parameters) throws(SealedMatchError) {
                self.epoch = epoch
                opening = OpeningForm(threshold: parameters.threshold, polynomials: parameters.polynomials)
                profile = try parameters.profileDigest()
            }
        }

        /// The pseudonym and key of an epoch under t, k and the profile, if a device of the world was there; nil for
        /// others.
        func epoch(_ epoch: UInt32, _ parameters: Parameters) throws(SealedMatchError) -> Epoch? {
            epochs[try Form(epoch, parameters)]
        }

        /// The same for each profile on which a device was.
        func epochs(_ epoch: UInt32, _ form: OpeningForm) -> [Epoch] {
            epochs.filter { $0.key.epoch == epoch && $0.key.opening == form }.map(\.value)
        }

        /// The pseudonym of an epoch in which a device of the world was there.
        func pseudonym(_ epoch: UInt32) -> Pseudonym? { epochs.first { $0.key.epoch == epoch }?.value.pseudonym }

        func note(_ secret: borrowing AccountSecret, _ parameters: Parameters) throws(SealedMatchError) {
            let form = try Form(secret.epoch, parameters)
            guard epochs[form] == nil else { return }
            epochs[form] = try Epoch(secret, of: id, parameters)
        }
    }

    /// What the world knows of an account's epoch, and no collector or authority does.
    final class Epoch {
        let pseudonym: Pseudonym
        let key: EpochKey

        init(_ secret: borrowing AccountSecret, of account: AccountID, _ parameters: Parameters)
            throws(SealedMatchError)
        {
            pseudonym = try secret.pseudonym(of: account)
            key = try secret.sharing(pseudonym: pseudonym, parameters: parameters)
                .epochKey(pseudonym: pseudonym, epoch: secret.epoch)
        }
    }

    /// The messenger's name for the account.
    public var name: String { state.name }
    /// What the name stands for towards the collector. (Docs/Protocol.md, 4.7)
    public var id: AccountID { state.id }
    /// In the order in which they were set up.
    public var devices: [TestDevice] { state.devices.map { TestDevice(account: self, state: $0) } }

    /// The device of this name; it is set up when it is asked for the first time. A second device has the first one's
    /// account secret, and counts by itself until `mergeDevices`.
    /// - Throws: `TestWorldError.badValue` for its name; the errors of `Sealer.init`.
    public func device(_ name: String = "phone") throws -> TestDevice {
        if let known = devices.first(where: { $0.name.isExactly(name) }) { return known }
        guard (1...200).contains(name.utf8.count) else {
            throw TestWorldError(.badValue, "a device's name has 1 to 200 bytes")
        }
        let device = try TestDevice(name, of: self, after: state.devices.first)
        state.devices.append(device.state)
        return device
    }

    /// The device of this name, if it was set up.
    /// - Throws: `TestWorldError.unknownDevice`.
    public func knownDevice(_ name: String) throws(TestWorldError) -> TestDevice {
        guard let device = devices.first(where: { $0.name.isExactly(name) }) else {
            throw TestWorldError(
                .unknownDevice, "the account \"\(self.name)\" has no device \"\(name)\"; call `device` first")
        }
        return device
    }

    /// Every device takes in what the others sealed, as they do over a messenger's own channel. State of another epoch
    /// than a device is in is ignored.
    /// - Throws: the errors of `Sealer.merge`: `setMismatch` where two devices are on two profiles.
    public func mergeDevices() throws {
        let devices = devices
        let states = devices.map(\.encodedState)
        for (place, device) in devices.enumerated() {
            for (other, state) in states.enumerated() where other != place { try device.merge(state) }
        }
    }
}
