import Foundation
import SealedMatchCrypto
import SealedMatchProtocol
import SealedMatchTestSupport
import Testing

/// What `collect` makes of a folder that holds more than it should, or that others are reading, too.
@Suite struct CollectFolderTests {
    /// The account's registration of the running epoch, and some vouchers of it.
    private func fill(_ tool: Tool, vouchers: Int, _ random: inout SeededRandom) throws {
        try FileManager.default.createDirectory(atPath: tool.file("up"), withIntermediateDirectories: false)
        let pseudonym = Pseudonym(canonical: try random.bytes32())
        let epoch = UInt32(UInt64(Date().timeIntervalSince1970) / Parameters.secondsPerEpoch)
        let registration = Registration(
            account: try AccountID(name: Array("carol".utf8)), epoch: epoch, pseudonym: pseudonym,
            commitment: Commitment(canonical: try random.bytes32()))
        try tool.write(registration.encoded, to: "up/r.registration")
        for index in 0..<vouchers {
            let header = VoucherHeader(
                parameters: Parameters(), number: 0, epoch: epoch, voucherID: try VoucherID.random(from: &random),
                pseudonym: pseudonym, setRoot: SetRoot(canonical: try random.bytes32()))
            let bytes = header.encoded + random.bytes(header.voucherCount - VoucherHeader.encodedCount)
            try tool.write(bytes, to: "up/\(index).voucher")
        }
    }

    private static let arguments = ["collect", "--database", "collector.sqlite", "--account", "carol", "up"]

    @Test func otherNamesAreLeftAloneAndSaid() throws {
        let tool = try Tool()
        defer { tool.remove() }
        var random = SeededRandom(301)
        try fill(tool, vouchers: 3, &random)
        try tool.write("note", to: "up/voucher-4")
        try tool.write("note", to: "up/5.voucher.partial")
        let collected = try tool.run(Self.arguments)
        #expect(collected.status == 0 && collected.output.contains("vouchers stored 3,"), "\(collected.errors)")
        #expect(collected.errors.contains("left alone: 2 files whose names end neither"), "\(collected.errors)")
        #expect(tool.exists("up/voucher-4") && tool.exists("up/5.voucher.partial") && !tool.exists("up/0.voucher"))
        try FileManager.default.removeItem(atPath: tool.file("up/voucher-4"))
        try FileManager.default.removeItem(atPath: tool.file("up/5.voucher.partial"))
        #expect(try tool.run(Self.arguments).errors == "")
    }

    /// What cannot be read stays and is named: a link that leads nowhere, a name that is not UTF-8.
    @Test func whatCannotBeReadIsRefused() throws {
        let tool = try Tool()
        defer { tool.remove() }
        var random = SeededRandom(302)
        try fill(tool, vouchers: 1, &random)
        let script = "cd up; ln -s nowhere link.voucher; cp 0.voucher \"$(printf 'bad\\351.voucher')\""
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script]
        process.currentDirectoryURL = URL(fileURLWithPath: tool.directory)
        #expect(try tool.finish(process).status == 0)
        let collected = try tool.run(Self.arguments)
        #expect(collected.status != 0 && collected.output.contains("vouchers stored 1,"), "\(collected.errors)")
        #expect(collected.output.contains("files refused 2"), "\(collected.output)")
        #expect(collected.errors.contains("link.voucher") && collected.errors.contains("is not UTF-8; rename it"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: tool.file("up")).count == 2)
    }

    /// Several at once: each voucher is stored once, and none of them calls a file refused that another one stored.
    @Test func severalReadOneFolder() throws {
        let tool = try Tool()
        defer { tool.remove() }
        var random = SeededRandom(303)
        try fill(tool, vouchers: 600, &random)
        let processes = try (0..<3).map { _ in try tool.start(Self.arguments) }
        let outputs = processes.map { process in
            let pipe = Pipe()
            process.standardOutput = pipe
            process.standardError = pipe
            return pipe
        }
        for process in processes { try process.run() }
        let texts = try outputs.map {
            String(decoding: try $0.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        }
        for process in processes { process.waitUntilExit() }
        let stored = texts.compactMap { text in
            text.firstMatch(of: /vouchers stored (\d+),/).flatMap { Int($0.1) }
        }
        #expect(processes.allSatisfy { $0.terminationStatus == 0 }, "\(texts)")
        #expect(stored.reduce(0, +) == 600 && texts.allSatisfy { $0.contains("files refused 0") }, "\(texts)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: tool.file("up")) == [])
    }
}
