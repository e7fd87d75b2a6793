internal import Foundation
internal import SealedMatchCases
package import SealedMatchCrypto
internal import SealedMatchFiles

/// The passwords of people who sign in to the page: a file with a line for each, `NAME $argon2id$…`, for its owner
/// alone. It is read at each sign-in, so that a change holds at once.
package struct PasswordFile: Sendable {
    /// Where it is.
    package let path: String
    /// Bytes of a password, at least and at most.
    package static let length = 12...256

    package init(path: String) { self.path = path }

    /// What it holds.
    /// - Throws: `fileFailed`, also where there is none; `notPrivate`, `wrongLength` beyond 1 MiB; `invalidMagic` for
    ///   what is no such file.
    package func read() throws(SealedMatchError) -> [String: PasswordHash] {
        guard let found = try readIfPresent() else {
            throw SealedMatchError(
                .fileFailed, "there is no file of passwords; `sealedmatchd review-password` makes it")
        }
        return found
    }

    private func readIfPresent() throws(SealedMatchError) -> [String: PasswordHash]? {
        guard let bytes = try DurableFile.readIfPresent(path, limit: 1 << 20, access: .secret) else { return nil }
        var found: [String: PasswordHash] = [:]
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let parts = String(decoding: line, as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 2, (try? CaseEvent.checkName(String(parts[0]))) != nil,
                parts[1].hasPrefix("$argon2id$"),
                found.updateValue(PasswordHash(text: String(parts[1])), forKey: String(parts[0])) == nil
            else { throw SealedMatchError(.invalidMagic, "a line is not NAME $argon2id$…, or a name is there twice") }
        }
        return found
    }

    /// Gives a person a password, or takes it away. Two at a time wait for each other. The file is there whole, with
    /// the change or without it, whenever this process ends.
    /// - Throws: as `read`; `parameterOutOfRange` for a name that is none, or a password of another length.
    package func set(_ person: String, _ password: borrowing SecretBytes) throws(SealedMatchError) {
        try CaseEvent.checkName(person)
        guard Self.length.contains(password.count) else {
            throw SealedMatchError(.parameterOutOfRange, "a password has 12 to 256 bytes")
        }
        let hash = try PasswordHash(of: password)
        try change { $0[person] = hash }
    }

    /// Takes a person's password away.
    /// - Returns: whether there was one.
    package func remove(_ person: String) throws(SealedMatchError) -> Bool {
        var wasThere = false
        try change { wasThere = $0.removeValue(forKey: person) != nil }
        return wasThere
    }

    private func change(_ body: (inout [String: PasswordHash]) -> Void) throws(SealedMatchError) {
        // Beside it: the file itself is replaced. It stays, empty.
        let lock = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else {
            throw SealedMatchError(.fileFailed, "the file's lock cannot be opened", systemError: errno)
        }
        defer { close(lock) }
        while flock(lock, LOCK_EX) != 0 {
            guard errno == EINTR else {
                throw SealedMatchError(.fileFailed, "the file's lock cannot be taken", systemError: errno)
            }
        }
        var found = try readIfPresent() ?? [:]
        body(&found)
        let lines = found.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.text)\n" }
        try DurableFile.write(Array(lines.joined().utf8), to: path, secret: true)
    }
}
