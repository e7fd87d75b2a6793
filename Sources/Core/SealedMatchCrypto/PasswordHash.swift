#if !hasFeature(Embedded)
    internal import CSealedMatchSodium

    /// A password as it is kept: argon2id (RFC 9106) with its salt and costs, in the text form that libsodium and
    /// others read, `$argon2id$v=19$…`. Whoever reads it can try passwords out, each for the same time and memory.
    package struct PasswordHash: Equatable, Sendable {
        /// Passes over memory.
        private static let passes: UInt64 = 3
        /// Bytes of memory that one try takes.
        private static let memory = 64 << 20

        /// The text: ASCII, at most 127 bytes.
        package let text: String

        /// A text that was kept. One that is none matches no password.
        package init(text: String) { self.text = text }

        /// A password's hash under a new salt. It takes about a fifth of a second of one core.
        /// - Throws: `outOfMemory`, `sodiumUnavailable`.
        package init(of password: borrowing SecretBytes) throws(SealedMatchError) {
            try Sodium.start()
            var out = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
            let status = unsafe out.withUnsafeMutableBufferPointer { out in
                unsafe password.withBytes { password in
                    unsafe crypto_pwhash_str_alg(
                        out.baseAddress!, password.baseAddress!.assumingMemoryBound(to: CChar.self),
                        UInt64(password.count), Self.passes, Self.memory, crypto_pwhash_ALG_ARGON2ID13)
                }
            }
            guard status == 0 else { throw SealedMatchError(.outOfMemory, "no memory to hash a password") }
            text = String(decoding: out.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }

        /// Whether it is this password's: the same time for each password, and no comparison that ends early.
        /// - Throws: `sodiumUnavailable`.
        package func verifies(_ password: borrowing SecretBytes) throws(SealedMatchError) -> Bool {
            try Sodium.start()
            // libsodium reads up to a zero byte, and costs that somebody wrote into the text are bounded here.
            guard text.utf8.count < Int(crypto_pwhash_STRBYTES), text.hasPrefix("$argon2id$v=19$m=65536,t=3,p=1$")
            else {
                return false
            }
            var kept = text.utf8.map(CChar.init(bitPattern:))
            kept += [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES) - kept.count)
            return unsafe kept.withUnsafeBufferPointer { kept in
                unsafe password.withBytes { password in
                    unsafe crypto_pwhash_str_verify(
                        kept.baseAddress!, password.baseAddress!.assumingMemoryBound(to: CChar.self),
                        UInt64(password.count)) == 0
                }
            }
        }
    }
#endif
