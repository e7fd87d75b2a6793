import Foundation
import SealedMatchClient
import SealedMatchProtocol
import SealedMatchCrypto
import SealedMatchFiles
import SealedMatchTestSupport
import Testing

/// Without fsync, for tests that write thousands of files.
func plainWrite(_ raw: UnsafeRawBufferPointer, to path: String) throws {
    try Data(raw).write(to: URL(fileURLWithPath: path))
}

@Suite struct OutboxTests {
    private func vouchers(_ count: Int) throws -> [SealedVoucher] {
        let fixture = try Fixture()
        var sealer = try fixture.sealer()
        return try (0..<count).map { _ in try sealer.seal(.unreadable) }
    }

    @Test func keepsSameBytesUntilAcknowledged() throws {
        let directory = TemporaryDirectory()
        let sealed = try vouchers(5)
        do {
            let outbox = try Outbox(path: directory.file("box"), window: 0)
            for voucher in sealed { try outbox.enqueue(voucher, now: 100) }
        }
        // Another run of the program.
        let outbox = try Outbox(path: directory.file("box"), window: 0)
        let first = try outbox.due(now: 100)
        #expect(first.unreadable == 0 && Set(first.entries.map(\.voucher)) == Set(sealed.map(\.encoded)))
        // A retry: the same bytes, in the same order.
        #expect(try outbox.due(now: 100).entries.map(\.voucher) == first.entries.map(\.voucher))
        #expect(try outbox.due(now: 100, limit: 2).entries.map(\.voucher) == first.entries.prefix(2).map(\.voucher))
        try outbox.acknowledge(first.entries[1])
        try outbox.acknowledge(first.entries[1])
        #expect(try outbox.due(now: 100).entries.map(\.voucher) == [0, 2, 3, 4].map { first.entries[$0].voucher })
    }

    /// Release times are uniform in the window, and the order of release is not that of sealing.
    @Test func releasesLaterAndShuffled() throws {
        let directory = TemporaryDirectory()
        let sealed = try vouchers(60)
        let outbox = try Outbox(path: directory.file("box"), window: 1000)
        for (index, voucher) in sealed.enumerated() { try outbox.enqueue(voucher, now: 5000 + UInt64(index) / 60) }
        #expect(try outbox.due(now: 4999, limit: 100).entries.isEmpty)
        let half = try outbox.due(now: 5500, limit: 100).entries.count
        // 60 fair coins: outside 10...50 with probability 1e-7.
        #expect((10...50).contains(half))
        let all = try outbox.due(now: 6000, limit: 100).entries.map(\.voucher)
        let order = all.compactMap { bytes in sealed.firstIndex { $0.encoded == bytes } }
        #expect(order.count == 60 && Set(order).count == 60)
        // A random order has about 60·59/4 = 885 inversions, standard deviation 78.
        var inversions = 0
        for i in order.indices {
            for j in (i + 1)..<max(i + 1, order.count) where order[i] > order[j] { inversions += 1 }
        }
        #expect((430...1340).contains(inversions))
        // Names tell times of release and nothing of the voucher.
        for name in try FileManager.default.contentsOfDirectory(atPath: directory.file("box")) where name != "lock" {
            #expect(
                !sealed.contains { voucher in
                    name.contains(voucher.header.voucherID.encoded.map { String($0, radix: 16) }.joined())
                })
            #expect(
                try FileManager.default.attributesOfItem(atPath: directory.file("box/" + name))[.posixPermissions]
                    as? Int == 0o600)
        }
    }

    @Test func foreignAndBrokenFilesAreLeftAlone() throws {
        let directory = TemporaryDirectory()
        let sealed = try vouchers(2)
        let outbox = try Outbox(path: directory.file("box"), window: 0)
        try outbox.enqueue(sealed[0], now: 1)
        let good = try #require(
            try FileManager.default.contentsOfDirectory(atPath: directory.file("box")).first {
                $0.hasSuffix(".voucher")
            })
        let name = { (tail: String) in directory.file("box/0000000000000000-" + tail + ".voucher") }
        func put(_ bytes: [UInt8], _ path: String) throws { try bytes.withUnsafeBytes { try plainWrite($0, to: path) } }
        try put([], name(String(repeating: "0", count: 32)))
        try put(Array(sealed[1].encoded.dropLast()), name(String(repeating: "1", count: 32)))
        try put(
            [UInt8](repeating: 7, count: SealedVoucher.maximumEncodedCount + 1), name(String(repeating: "2", count: 32))
        )
        try FileManager.default.createDirectory(
            atPath: name(String(repeating: "3", count: 32)), withIntermediateDirectories: false)
        #expect(mkfifo(name(String(repeating: "4", count: 32)), 0o600) == 0)
        try put([1], directory.file("box/notes.txt"))
        try put([1], directory.file("box/.voucher"))
        try put(sealed[1].encoded, directory.file("box/ffff.voucher"))
        let due = try outbox.due(now: 10)
        #expect(due.entries.map(\.voucher) == [sealed[0].encoded] && due.unreadable == 5)
        try outbox.acknowledge(due.entries[0])
        #expect(!FileManager.default.fileExists(atPath: directory.file("box/" + good)))
        #expect(FileManager.default.fileExists(atPath: directory.file("box/notes.txt")))
    }

    @Test func unfinishedFilesOfAKilledProcessGo() throws {
        let directory = TemporaryDirectory()
        let sealed = try vouchers(1)
        do { try Outbox(path: directory.file("box"), window: 0).enqueue(sealed[0], now: 1) }
        let good = try #require(
            try FileManager.default.contentsOfDirectory(atPath: directory.file("box")).first {
                $0.hasSuffix(".voucher")
            })
        let unfinished = directory.file("box/" + good + ".partial-1f2e")
        try [UInt8](repeating: 1, count: 100).withUnsafeBytes { try plainWrite($0, to: unfinished) }
        try [UInt8](repeating: 1, count: 100).withUnsafeBytes {
            try plainWrite($0, to: directory.file("box/other.partial-1f2e"))
        }
        let outbox = try Outbox(path: directory.file("box"), window: 0)
        #expect(!FileManager.default.fileExists(atPath: unfinished))
        #expect(FileManager.default.fileExists(atPath: directory.file("box/other.partial-1f2e")))
        #expect(try outbox.due(now: 1).entries.map(\.voucher) == [sealed[0].encoded])
    }

    @Test func oneOwnerAtATime() throws {
        let directory = TemporaryDirectory()
        let first = try Outbox(path: directory.file("box"))
        expectCode(.fileFailed) { _ = try Outbox(path: directory.file("box")) }
        // Another process, by the same advisory lock.
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["flock", "-n", directory.file("box/lock"), "true"]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 1)
        #expect(first.window == 86_400)
    }

    @Test func aFullBoxRefuses() throws {
        let directory = TemporaryDirectory()
        let sealed = try vouchers(1)
        let outbox = try Outbox(path: directory.file("box"), window: 0)
        // One file with 65,536 names of vouchers, and others that do not count.
        func name(_ index: Int) -> String {
            "fffffffffffffff0-" + String(repeating: "0", count: 24) + String(format: "%08x", index) + ".voucher"
        }
        for index in 0..<5 { try [1].withUnsafeBytes { try plainWrite($0, to: directory.file("box/\(index)")) } }
        let seed = directory.file("seed")
        try [1].withUnsafeBytes { try plainWrite($0, to: seed) }
        for index in 0..<Outbox.maximumCount {
            let path = directory.file("box/\(name(index))")
            if link(seed, path) != 0 { close(open(path, O_CREAT | O_WRONLY, 0o600)) }
        }
        expectCode(.storeFull) { try outbox.enqueue(sealed[0], now: 1) }
        unlink(directory.file("box/\(name(0))"))
        try outbox.enqueue(sealed[0], now: 1)
        #expect(try outbox.due(now: 1).entries.count == 1)
    }

    /// A clock that was 60 days ahead when vouchers were put in parks them for a window, not for 60 days.
    @Test func aClockThatWasAheadParksNothing() throws {
        let directory = TemporaryDirectory()
        let sealed = try vouchers(6)
        let outbox = try Outbox(path: directory.file("box"), window: 1000)
        try outbox.enqueue(sealed[0], now: 5000)
        for voucher in sealed.dropFirst() { try outbox.enqueue(voucher, now: 5000 + 60 * 86_400) }
        // Drawn anew once, and then as they are.
        _ = try outbox.due(now: 5000)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.file("box"))
        #expect(Set(try outbox.due(now: 6000).entries.map(\.voucher)) == Set(sealed.map(\.encoded)))
        #expect(Set(try FileManager.default.contentsOfDirectory(atPath: directory.file("box"))) == Set(names))
        // One at the window's end is no sign of a wrong clock.
        let last = "box/" + String(format: "%016x", 7000) + "-" + String(repeating: "0", count: 32) + ".voucher"
        try sealed[0].encoded.withUnsafeBytes { try plainWrite($0, to: directory.file(last)) }
        _ = try outbox.due(now: 6000)
        #expect(FileManager.default.fileExists(atPath: directory.file(last)))
        _ = try outbox.due(now: 5999)
        #expect(!FileManager.default.fileExists(atPath: directory.file(last)))
    }

    @Test func whatIsRefusedIsSetAsideAndStandsBeforeNobody() throws {
        let directory = TemporaryDirectory()
        let sealed = try vouchers(3)
        let outbox = try Outbox(path: directory.file("box"), window: 0)
        for voucher in sealed { try outbox.enqueue(voucher, now: 100) }
        let due = try outbox.due(now: 100).entries
        try outbox.refuse(due[0])
        try outbox.refuse(due[0])
        #expect(try outbox.due(now: 100).entries.map(\.voucher) == [due[1].voucher, due[2].voucher])
        #expect(try outbox.due(after: due[1], now: 100).entries.map(\.voucher) == [due[2].voucher])
        let kept = try FileManager.default.contentsOfDirectory(atPath: directory.file("box")).filter {
            $0.hasSuffix(".refused")
        }
        #expect(kept.count == 1)
        let name = try #require(kept.first)
        #expect([UInt8](try Data(contentsOf: URL(fileURLWithPath: directory.file("box/" + name)))) == due[0].voucher)
        // Whoever finds out that it was a mistake puts it back.
        #expect(rename(directory.file("box/" + name), directory.file("box/" + name.dropLast(8))) == 0)
        #expect(try outbox.due(now: 100).entries.map(\.voucher) == due.map(\.voucher))
    }

    @Test func clocksOutOfRange() throws {
        let directory = TemporaryDirectory()
        let sealed = try vouchers(1)
        let outbox = try Outbox(path: directory.file("box"), window: Outbox.maximumWindow)
        expectCode(.parameterOutOfRange) {
            _ = try Outbox(path: directory.file("other"), window: Outbox.maximumWindow + 1)
        }
        expectCode(.parameterOutOfRange) { for _ in 0..<200 { try outbox.enqueue(sealed[0], now: .max - 1) } }
    }
}
