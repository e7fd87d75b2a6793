public import SealedMatchCrypto
public import SealedMatchFingerprint

/// The lists of several sources, read from their files and put into the order of the sources' keys, as a set has them.
public struct SourceLists: Sendable {
    /// The sources' public keys, strictly ascending.
    public let keys: [Bytes32]
    /// Each source's list, in the order of `keys`.
    public let lists: [HashList]
    /// Each list's path, in the order of `keys`.
    public let paths: [String]

    /// Why the lists could not be read. Each case names the file.
    public enum Failure: Error, Equatable, Sendable {
        case key(path: String, SealedMatchError)
        case list(path: String, HashList.Failure)
        /// A list without one hash: it supports nothing, and is more likely the wrong file.
        case empty(path: String)
        /// The key of this file has been given before.
        case givenTwice(path: String)
    }

    /// The files of one source.
    public struct Files: Sendable {
        /// The path of its public key.
        public let key: String
        /// The path of its list.
        public let list: String

        /// The fields.
        public init(key: String, list: String) {
            self.key = key
            self.list = list
        }
    }

    /// - Parameters:
    ///   - files: of each source, in any order.
    ///   - profile: see `HashList.read`.
    /// - Throws: `Failure`.
    public init(
        _ files: [Files], profile: FingerprintProfile, skippingBadLines: Bool = false
    ) throws(Failure) {
        var read: [(key: Bytes32, list: HashList, path: String)] = []
        for file in files {
            let key: Bytes32
            do throws(SealedMatchError) {
                key = try SourceKeyFile.readPublic(file.key)
            } catch {
                throw .key(path: file.key, error)
            }
            guard !read.contains(where: { $0.key == key }) else { throw .givenTwice(path: file.key) }
            read.append((key, try Self.read(file.list, profile, skippingBadLines), file.list))
        }
        read.sort { $0.key < $1.key }
        keys = read.map(\.key)
        lists = read.map(\.list)
        paths = read.map(\.path)
    }

    private static func read(
        _ path: String, _ profile: FingerprintProfile, _ skippingBadLines: Bool
    ) throws(Failure) -> HashList {
        let list: HashList
        do throws(HashList.Failure) {
            list = try HashList.read(path: path, profile: profile, skippingBadLines: skippingBadLines)
        } catch {
            throw .list(path: path, error)
        }
        guard !list.hashes.isEmpty else { throw .empty(path: path) }
        return list
    }
}
