public import SealedMatchCrypto
public import SealedMatchProtocol

extension Registration {
    /// Registrations back to back, 72 bytes each: of several epochs, as a client has them after some time without a
    /// connection.
    /// - Throws: `wrongLength`, also for none; `invalidMagic`.
    public static func all(in bytes: [UInt8]) throws(SealedMatchError) -> [Registration] {
        guard !bytes.isEmpty, bytes.count % encodedCount == 0 else {
            throw SealedMatchError(.wrongLength, "registrations have 72 bytes each")
        }
        var all: [Registration] = []
        for start in stride(from: 0, to: bytes.count, by: encodedCount) {
            all.append(try Registration(canonical: Array(bytes[start..<(start + encodedCount)])))
        }
        return all
    }
}
