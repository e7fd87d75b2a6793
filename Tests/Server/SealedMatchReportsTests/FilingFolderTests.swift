import Foundation
import SealedMatchCases
import SealedMatchCrypto
import SealedMatchReports
import SealedMatchSQLite
import SealedMatchTestSupport
import Testing

/// Filings beside a real library.
@Suite struct FilingFolderTests {
    private let name = FilingFolder.Name(1, round: 1, "cybertipline")

    private func prepare(_ one: Fixture, _ folder: FilingFolder, _ name: FilingFolder.Name? = nil) throws {
        try CyberTiplineFiling.prepare(
            one.report(), pictures: [], by: "lena", in: folder.open(name ?? self.name), at: one.now)
    }

    /// The library knows of each filing how far it is, and its chain is whole.
    @Test func marks() throws {
        let one = try Fixture()
        try prepare(one, one.folder)
        try prepare(one, one.folder)
        let journal = try #require(try one.folder.read(name))
        let known = try #require(try one.store.read(1).filings.first)
        #expect(known.kind == .cybertipline && known.round == 1 && known.entries == 2)
        #expect(journal.entries.map(\.kind) == ["prepared", "prepared"])
        _ = try one.store.verify()
        // Only who may report writes there; then the entry is no filing that goes on.
        #expect(
            refusal {
                try CyberTiplineFiling.prepare(
                    one.report(), pictures: [], by: "rita", in: one.folder.open(name), at: one.now)
            }.contains("error 621"))
        try prepare(one, one.folder)
        #expect(try one.store.read(1).filings.first?.entries == 4)
    }

    /// The same library by another name that is no link: its filings are those beside the first name.
    @Test func anotherName() throws {
        let one = try Fixture()
        try prepare(one, one.folder)
        let place = one.scratch.file("cases.sqlite")
        let other = one.scratch.file("other.sqlite")
        #expect(link(place, other) == 0)
        let folder = FilingFolder(library: other, try one.keeper)
        for folder in [folder, try one.folder] {
            #expect(refusal { _ = try folder.open(name) }.contains("has 2 names"))
        }
        #expect(unlink(other) == 0)
        // Another path by which nobody sees it: the library knows of a filing that is not there.
        try FileManager.default.createDirectory(atPath: one.scratch.file("mount"), withIntermediateDirectories: false)
        let moved = FilingFolder(library: one.scratch.file("mount/cases.sqlite"), try one.keeper)
        #expect(refusal { _ = try moved.open(name) }.contains("the library knows of 1"))
        #expect(refusal { _ = try moved.read(name) }.contains("the library knows of 1"))
        #expect(try moved.names(of: 1) == [name])
        // Two that began at the same time: the library takes one.
        let second = FilingFolder.Name(1, round: 1, "nca")
        let (here, there) = (try one.folder.open(second), try moved.open(second))
        try here.append("prepared", at: 1)
        try there.append("prepared", at: 2)
        try there.keep(by: "lena", at: 2)
        #expect(refusal { try here.keep(by: "lena", at: 3) }.contains("another copy of it went on"))
        withExtendedLifetime((here, there)) {}
    }

    /// A folder that was copied from another case, round, kind or library.
    @Test func copies() throws {
        let one = try Fixture()
        let folder = try one.folder
        try prepare(one, folder)
        for other in ["2-1-cybertipline", "1-2-cybertipline", "1-1-nca"] {
            try FileManager.default.copyItem(atPath: "\(folder.path)/\(name)", toPath: "\(folder.path)/\(other)")
        }
        for place in [FilingFolder.Name(1, round: 2, "cybertipline"), .init(1, round: 1, "nca")] {
            #expect(refusal { _ = try folder.read(place) }.contains("case 1, round 1, \"cybertipline\", and not of"))
            #expect(refusal { _ = try folder.open(place) }.contains("put it back where it was"))
        }
        let other = try Fixture()
        try FileManager.default.copyItem(
            atPath: folder.path, toPath: other.scratch.file("cases.sqlite.filings"))
        #expect(refusal { _ = try other.folder.read(name) }.contains("is of another library"))
    }

    /// A filing that is lost is given up, and then nothing more is filed in this round.
    @Test func lost() throws {
        let one = try Fixture()
        let folder = try one.folder
        #expect(refusal { try folder.giveUp(name, by: "lena", why: "x", at: 1) }.contains("no such filing"))
        try prepare(one, folder)
        #expect(refusal { try folder.giveUp(name, by: "lena", why: "x", at: 1) }.contains("is not lost"))
        try FileManager.default.removeItem(atPath: "\(folder.path)/\(name)")
        #expect(refusal { try prepare(one, folder) }.contains("report settle --lost"))
        #expect(refusal { try folder.giveUp(name, by: "rita", why: "x", at: 1) }.contains("error 621"))
        #expect(refusal { try folder.giveUp(name, by: "lena", why: "", at: 1) }.contains("error 622"))
        try folder.giveUp(name, by: "lena", why: "they know of none", at: one.now)
        for _ in 0..<2 { #expect(refusal { try prepare(one, folder) }.contains("given up as lost")) }
        #expect(refusal { try folder.giveUp(name, by: "lena", why: "x", at: 1) }.contains("before"))
        try one.step(.reopened, by: "lena")
        #expect(try folder.open(.init(1, round: 2, "cybertipline")).entries.isEmpty)
        _ = try one.store.verify()
    }

    /// A receiver's number is one filing's, and is free again when the case is erased.
    @Test func numbers() throws {
        let one = try Fixture()
        let folder = try one.folder
        try prepare(one, folder)
        let (address, other) = try (ReportAddress("https://a.example/x"), ReportAddress("https://b.example/x"))
        let second = FilingFolder.Name(2, round: 1, "cybertipline")
        for _ in 0..<2 { #expect(try folder.claim("17", at: address, for: name) == nil) }
        #expect(try folder.claim("17", at: address, for: second) == "\(name)")
        #expect(try folder.claim("17", at: other, for: second) == nil)
        #expect(try folder.names() == [name])
        try folder.erase(1)
        #expect(try folder.claim("17", at: address, for: second) == nil && folder.names().isEmpty)
    }
}
