public import CSealedMatch
internal import SealedMatchClient
internal import SealedMatchProtocol
internal import SealedMatchCrypto

let secrets = HandleTable<Guarded<AccountSecret>>(kind: 2)

@c @implementation
public func sealedmatch_secret_create(
    _ set: sealedmatch_set, _ now: UInt64, _ secret: UnsafeMutablePointer<sealedmatch_secret>!
) -> Int32 {
    unsafe secret?.pointee = sealedmatch_secret()
    return code { () throws(SealedMatchError) in
        guard let secret = unsafe secret else { throw badArgument("a null pointer") }
        let header = try sets[set.id].header
        unsafe secret.pointee.id = try secrets.open(Guarded(AccountSecret.create(at: now, under: header)))
    }
}

/// The secret behind a handle, for something else to use.
func copy(of secret: sealedmatch_secret) throws(SealedMatchError) -> AccountSecret {
    try secrets[secret.id].use { (secret) throws(SealedMatchError) in try secret.clone() }
}

@c @implementation
public func sealedmatch_secret_import(
    _ bytes: UnsafeRawPointer!, _ count: Int, _ secret: UnsafeMutablePointer<sealedmatch_secret>!
) -> Int32 {
    unsafe secret?.pointee = sealedmatch_secret()
    return code { () throws(SealedMatchError) in
        guard let bytes = unsafe bytes, count >= 0, let secret = unsafe secret else {
            throw badArgument("a null pointer, or a size out of range")
        }
        let imported = try unsafe AccountSecret(canonical: UnsafeRawBufferPointer(start: bytes, count: count))
        unsafe secret.pointee.id = try secrets.open(Guarded(imported))
    }
}

@c @implementation
public func sealedmatch_secret_export(
    _ secret: sealedmatch_secret, _ buffer: UnsafeMutableRawPointer!, _ capacity: Int,
    _ count: UnsafeMutablePointer<Int>!
) -> Int32 {
    code { () throws(SealedMatchError) in
        let output = try unsafe Output(buffer, capacity, count)
        let exported = try secrets[secret.id].use { (secret) throws(SealedMatchError) in try secret.encoded() }
        try output.write(exported)
    }
}

@c @implementation
public func sealedmatch_secret_ratchet(_ secret: sealedmatch_secret, _ now: UInt64) -> Int32 {
    code { () throws(SealedMatchError) in
        try secrets[secret.id].use { (secret) throws(SealedMatchError) in
            try secret.ratchet(to: Parameters.epoch(at: now))
        }
    }
}

@c @implementation
public func sealedmatch_secret_epoch(_ secret: sealedmatch_secret, _ epoch: UnsafeMutablePointer<UInt32>!) -> Int32 {
    code { () throws(SealedMatchError) in
        guard let epoch = unsafe epoch else { throw badArgument("a null pointer") }
        unsafe epoch.pointee = try secrets[secret.id].use { (secret) throws(SealedMatchError) in secret.epoch }
    }
}

@c @implementation
public func sealedmatch_secret_commitment(
    _ secret: sealedmatch_secret, _ set: sealedmatch_set, _ account: UnsafePointer<UInt8>!,
    _ commitment: UnsafeMutablePointer<UInt8>!
) -> Int32 {
    code { () throws(SealedMatchError) in
        guard let commitment = unsafe commitment else { throw badArgument("a null pointer") }
        let account = AccountID(canonical: try unsafe bytes32(account))
        let parameters = try sets[set.id].header.parameters
        let value = try secrets[secret.id].use { (secret) throws(SealedMatchError) in
            try EpochSecrets.derive(secret, account: account, parameters: parameters).registration.commitment
        }
        unsafe write(value.encoded, to: commitment)
    }
}

@c @implementation
public func sealedmatch_secret_close(_ secret: sealedmatch_secret) -> Int32 {
    code { () throws(SealedMatchError) in try secrets.close(secret.id).close() }
}
