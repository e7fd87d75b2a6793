internal import CSealedMatch
internal import SealedMatchProtocol
internal import SealedMatchCrypto

@c @implementation
public func sealedmatch_account(_ name: UnsafeRawPointer!, _ count: Int, _ account: UnsafeMutablePointer<UInt8>!)
    -> Int32
{
    code { () throws(SealedMatchError) in
        guard let account = unsafe account else { throw badArgument("a null pointer") }
        let name = try unsafe copied(name, count, limit: AccountID.maximumNameCount, beyond: .wrongLength)
        try unsafe write(AccountID(name: name).encoded, to: account)
    }
}
