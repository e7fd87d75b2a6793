public import SealedMatchCrypto
public import SealedMatchProtocol

extension Registration {
    /// Registrations back to back, each as long as its signature makes it: of several epochs, as a client has them
    /// after some time without a connection.
    ///
    /// Where one ends is known only from its beginning. So what does not decode is the end, as the last element:
    /// `wrongLength`, also for no bytes; `invalidMagic`, `parameterOutOfRange`. It begins behind the encodings of the
    /// others.
    public static func all(in bytes: [UInt8]) -> [Result<Registration, SealedMatchError>] {
        var reader = ByteReader(bytes)
        var all: [Result<Registration, SealedMatchError>] = []
        repeat {
            do throws(SealedMatchError) {
                all.append(.success(try Registration(reading: &reader)))
            } catch {
                return all + [.failure(error)]
            }
        } while reader.remaining > 0
        return all
    }
}

extension Intake {
    /// Registers what an account sent: registrations back to back. Each has its own answer; one that is refused does
    /// not keep those behind it.
    /// - Returns: as many answers as registrations, in their order; the last is what `Registration.all(in:)` ends with.
    ///   A refusal is what `register` throws.
    /// - Throws: `fileFailed`, `damagedStore`, `interrupted`; what came before is registered, and the whole can be sent
    ///   again.
    public func register(
        all registrations: [UInt8], authenticatedAs account: AccountID
    ) async throws(SealedMatchError) -> [Result<IntakeOutcome, SealedMatchError>] {
        var answers: [Result<IntakeOutcome, SealedMatchError>] = []
        for registration in Registration.all(in: registrations) {
            do throws(SealedMatchError) {
                answers.append(.success(try await register(registration.get(), authenticatedAs: account)))
            } catch {
                guard error.isRefusal else { throw error }
                answers.append(.failure(error))
            }
        }
        return answers
    }
}

extension SealedMatchError {
    /// Of what was sent. Other errors are of the store: of what they ended, nothing is known.
    package var isRefusal: Bool { ![.fileFailed, .damagedStore, .interrupted].contains(code) }
}
