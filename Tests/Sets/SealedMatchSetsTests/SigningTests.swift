import Foundation
import SealedMatchCrypto
import SealedMatchFiles
import SealedMatchProtocol
import SealedMatchSets
import SealedMatchTestSupport
import Testing

@Suite struct SigningTests {
    /// An audit with the list of the source at `place`.
    private func audit(_ sound: Sound, _ place: Int) throws -> Audit {
        try sound.audit(lists: [sound.sourceList(place)])
    }

    private func signers(_ path: String) throws -> [Bytes32] {
        let set = try SetFile(path: path)
        return try set.signatures.validSigners(of: set.header)
    }

    private func mode(_ path: String) throws -> Int {
        let number = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
        return try #require(number).intValue
    }

    @Test func eachSourceAddsItsSignature() throws {
        let sound = try Sound()
        let sources = sound.built.header.sources
        try sound.built.write(to: sound.path)
        // Both have opened and audited the file before either signs: neither signature is lost.
        let first = try SignableSetFile(path: sound.path)
        let second = try SignableSetFile(path: sound.path)
        try first.sign(with: sound.forge.key(sources[1]), after: audit(sound, 1))
        #expect(try signers(sound.path) == [sources[1]])
        try second.sign(with: sound.forge.key(sources[0]), after: audit(sound, 0))
        #expect(try signers(sound.path) == sources)
        // Signing again changes nothing.
        let before = try DurableFile.read(sound.path, limit: 1 << 20)
        try first.sign(with: sound.forge.key(sources[1]), after: audit(sound, 1))
        #expect(try DurableFile.read(sound.path, limit: 1 << 20) == before)
    }

    @Test func onlyAFinishedSoundAuditWithTheOwnListLetsASourceSign() throws {
        let sound = try Sound()
        let other = try Sound(seed: 2)
        let sources = sound.built.header.sources
        try sound.built.write(to: sound.path)
        let key = try sound.forge.key(sources[0])
        let file = try SignableSetFile(path: sound.path)
        var unsound = sound.package
        unsound.supporters[3] = 1
        let refused: [(String, Audit, SealedMatchError.Code)] = [
            ("no list", try sound.audit(), .notAudited),
            ("the other source's list", try audit(sound, 1), .notAudited),
            (
                "faults", try sound.audit(unsound, lists: [sound.sourceList(0)]), .notAudited
            ),
            (
                "nothing was looked at",
                try sound.audit(
                    { package in
                        var fewer = package
                        fewer.proofs = []
                        return fewer
                    }(sound.package), lists: [sound.sourceList(0)]), .notAudited
            ),
            ("another set", try audit(other, 0), .notAudited),
        ]
        for (name, audit, code) in refused {
            do { try file.sign(with: key, after: audit); Issue.record("signed: \(name)") } catch {
                #expect(error.code == code, "\(name)")
            }
            do {
                try file.set.writeSigned(with: key, after: audit, to: sound.directory.file("copy"))
                Issue.record("signed: \(name)")
            } catch { #expect(error.code == code, "\(name)") }
        }
        var random = SeededRandom(7)
        let stranger = try SigningKey.random(from: &random)
        do { try file.sign(with: stranger, after: audit(sound, 0)); Issue.record("signed") } catch {
            #expect((error as? SealedMatchError)?.code == .parameterOutOfRange)
        }
        #expect(try signers(sound.path).isEmpty)
        #expect(!FileManager.default.fileExists(atPath: sound.directory.file("copy")))
    }

    // Whoever renames in the folder while a source audits gets no signature on what was not audited.
    @Test func aFileThatIsExchangedMeanwhileIsNotSigned() throws {
        let sound = try Sound()
        let sources = sound.built.header.sources
        try sound.built.write(to: sound.path)
        let file = try SignableSetFile(path: sound.path)
        let audit = try Audit.run(
            file.set, package: sound.package, lists: [sound.sourceList(0)], workers: sound.workers)
        var bad = sound.forge
        bad.header.version = 2
        try bad.write(to: sound.directory.file("bad"), SetSignatures())
        let path = sound.path
        try FileManager.default.moveItem(atPath: path, toPath: sound.directory.file("good"))
        try FileManager.default.moveItem(atPath: sound.directory.file("bad"), toPath: path)
        do { try file.sign(with: sound.forge.key(sources[0]), after: audit); Issue.record("signed") } catch {
            #expect((error as? SealedMatchError)?.code == .fileFailed)
        }
        #expect(try signers(path).isEmpty && signers(sound.directory.file("good")).isEmpty)
        // The exchanged file, opened now, is not the audited one.
        do {
            try SignableSetFile(path: path).sign(with: sound.forge.key(sources[0]), after: audit)
            Issue.record("signed")
        } catch { #expect((error as? SealedMatchError)?.code == .notAudited) }
        #expect(try signers(path).isEmpty)
        // A removed name is no file to sign either.
        try FileManager.default.removeItem(atPath: path)
        do { try file.sign(with: sound.forge.key(sources[0]), after: audit); Issue.record("signed") } catch {
            #expect((error as? SealedMatchError)?.code == .fileFailed)
        }
    }

    // A header that is written over in place: the signature is of what was audited, and fits nothing else.
    @Test func aHeaderThatChangesInPlaceGetsNoSignatureThatFits() throws {
        let sound = try Sound()
        let sources = sound.built.header.sources
        try sound.built.write(to: sound.path)
        let file = try SignableSetFile(path: sound.path)
        let audit = try Audit.run(
            file.set, package: sound.package, lists: [sound.sourceList(0)], workers: sound.workers)
        var other = sound.forge.header
        other.version = 2
        let handle = try #require(FileHandle(forUpdatingAtPath: sound.path))
        try handle.write(contentsOf: Data(other.encoded))
        try handle.close()
        try file.sign(with: sound.forge.key(sources[0]), after: audit)
        expectCode(.invalidSignature) { _ = try signers(sound.path) }
    }

    @Test func linksAndModesStay() throws {
        let sound = try Sound()
        let sources = sound.built.header.sources
        let manager = FileManager.default
        for (place, bits) in [0o640, 0o600, 0o664].enumerated() {
            let path = sound.directory.file("set-\(place)")
            try sound.built.write(to: path)
            try manager.setAttributes([.posixPermissions: bits], ofItemAtPath: path)
            let link = sound.directory.file("link-\(place)")
            try manager.createSymbolicLink(atPath: link, withDestinationPath: path)
            try SignableSetFile(path: link).sign(with: sound.forge.key(sources[0]), after: audit(sound, 0))
            #expect(try manager.destinationOfSymbolicLink(atPath: link) == path)
            #expect(try mode(path) == bits)
            #expect(try signers(path) == [sources[0]])
        }
    }

    @Test func aCopyIsNewAndKeepsTheOtherSignatures() throws {
        let sound = try Sound()
        let sources = sound.built.header.sources
        try sound.forge.write(to: sound.path, sound.forge.signatures([1]))
        let set = try SetFile(path: sound.path)
        let copy = sound.directory.file("copy")
        try set.writeSigned(with: sound.forge.key(sources[0]), after: audit(sound, 0), to: copy)
        #expect(try signers(copy) == sources && signers(sound.path) == [sources[1]])
        // Never over another file, or through a link.
        let link = sound.directory.file("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "nowhere")
        for path in [copy, link, sound.path] {
            do {
                try set.writeSigned(with: sound.forge.key(sources[0]), after: audit(sound, 0), to: path)
                Issue.record("replaced")
            } catch { #expect((error as? SealedMatchError)?.code == .fileFailed) }
        }
        #expect(try signers(sound.path) == [sources[1]])
        let names = try FileManager.default.contentsOfDirectory(atPath: sound.directory.path)
        #expect(!names.contains { $0.contains(".partial-") })
    }
}
