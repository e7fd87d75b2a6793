public import SealedMatchCrypto
public import SealedMatchProtocol

extension Registration {
    /// Registrations back to back, each as long as its signature makes it: of several epochs, as a client has them
    /// after some time without a connection.
    /// - Throws: `wrongLength`, also for none; `invalidMagic`, `parameterOutOfRange`.
    public static func all(in bytes: [UInt8]) throws(SealedMatchError) -> [Registration] {
        var reader = ByteReader(bytes)
        var all: [Registration] = []
        repeat { all.append(try Registration(reading: &reader)) } while reader.remaining > 0
        return all
    }
}
