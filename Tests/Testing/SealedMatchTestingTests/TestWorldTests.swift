import SealedMatchTesting
import Testing

/// The test world itself: what its devices, its network, its collector and its authority do.
@Suite struct TestWorldTests {
    private static let known = ["a", "b", "c", "d", "e", "f"]

    private func world(_ chance: ChanceOpenings = .none, seed: UInt64 = 1, sources: Int = 2) throws -> TestWorld {
        var settings = TestSettings(seed: seed, threshold: 3, chance: chance, known: Self.known)
        settings.parameters.polynomials = 16
        settings.parameters.payloadCount = 128
        settings.sources = sources
        return try TestWorld(settings)
    }

    @Test func sameSeedSameBytes() throws {
        func bytes(_ seed: UInt64) throws -> [[UInt8]] {
            var settings = TestSettings(seed: seed, threshold: 3, known: Self.known)
            settings.window = 86_400
            let world = try TestWorld(settings)
            try world.addPicture("beach")
            let phone = try world.account("alice").device()
            world.network.lost = 0.3
            world.network.delayed = 0.3
            try phone.send("a", "beach", "b", "c")
            try world.account("bob").device().send(others: 3)
            try world.advance(days: 1)
            try world.deliverAll()
            let report = try world.report("alice")
            return [world.set.file, phone.disk.files["client"] ?? [], Array("\(report)".utf8)] + phone.acknowledged
                + phone.waitingVouchers
        }
        let (first, again, other) = (try bytes(1), try bytes(1), try bytes(2))
        #expect(first == again)
        #expect(first.count > 3 && first[0] != other[0] && first[1] != other[1])
    }

    /// Neither do bytes depend on how many threads there are, nor does the draw at which a random source fails.
    @Test(arguments: [ChanceOpenings.asSpecified, .exactly(2)]) func threadsChangeNothing(
        _ chance: ChanceOpenings
    ) throws {
        func run(_ threads: Int) throws -> (bytes: [[UInt8]], draws: Int) {
            var settings = TestSettings(seed: 5, threshold: 3, chance: chance, known: Self.known)
            settings.threads = threads
            let world = try TestWorld(settings)
            let phone = try world.account("alice").device()
            try phone.send("a", "b", "a")
            try phone.send(others: 2)
            var draws = 0
            while true {
                phone.failRandomSource(after: draws)
                do {
                    try phone.seal("c")
                    break
                } catch {
                    #expect(error as? SealedMatchError == SealedMatchError(.randomSourceFailed, ""))
                    draws += chance == .asSpecified ? 1 : 100
                }
            }
            phone.failRandomSource(after: nil)
            try phone.send("d")
            return ([world.set.file, phone.disk.files["client"] ?? []] + phone.acknowledged, draws)
        }
        let (one, two, three) = (try run(1), try run(2), try run(3))
        #expect(one.bytes == two.bytes && one.bytes == three.bytes && one.bytes.count == 9)
        #expect(one.draws == two.draws && one.draws == three.draws && one.draws > 30)
    }

    @Test func chanceOpeningsAreAsAskedFor() throws {
        // Exactly t matches reveal where nothing opens by chance.
        let none = try world(.none)
        try none.account("alice").device().send("a", "b")
        #expect(try none.report("alice").verdict == .sealed(.belowThreshold))
        try none.account("alice").device().send("c")
        let report = try none.report("alice")
        #expect(report.openings == 3 && report.matches == 3 && report.neededMatches == 3)
        #expect(report.verdict != .sealed(.belowThreshold) && Set(report.revealed) == ["a", "b", "c"])
        // Two in each voucher, with a match and without.
        let two = try world(.exactly(2))
        let phone = try two.account("alice").device()
        try phone.send("a")
        try phone.send(others: 4)
        #expect(try two.report("alice").openings == 2 * 5 + 1)
        // By the law of the check levels: 32/5 on average.
        let law = try world(.asSpecified)
        try law.account("alice").device().send(others: 30)
        let openings = try law.report("alice").openings
        #expect((130...260).contains(openings), "\(openings) of 192 on average")
        for number in [-1, 9, 31, 32, .max] {
            #expect(throws: TestWorldError(.badValue, "")) { try world(.exactly(number)) }
        }
        try world(.exactly(8)).account("alice").device().send(others: 3)
    }

    /// Reports tell how many matches it takes, and that is when the reveal comes.
    @Test func revealComesWhereTheReportSays() throws {
        let world = try world(.exactly(3))
        let phone = try world.account("alice").device()
        try phone.send(others: 4)
        // 12 + 3 for each match, 16 polynomials
        for (place, name) in Self.known.enumerated() {
            try phone.send(name)
            let report = try world.report("alice")
            let needed = try #require(report.neededMatches)
            #expect(needed == 3 + (3 * (5 + place) + 15) / 16)
            #expect(report.revealed.isEmpty == (place + 1 < needed), "\(report.explanation)")
        }
    }

    @Test func retriesAndRepeatsAreNoSecondMatch() throws {
        let world = try world()
        let phone = try world.account("alice").device()
        try phone.send("a", "b")
        try phone.resend()
        try phone.send("a", "b", "a")
        #expect(try world.report("alice").matches == 2 && world.revealed("alice").isEmpty)
        try world.advanceToNextEpoch()
        try phone.send("c")
        #expect(try world.report("alice").matches == 1 && world.revealed("alice").isEmpty)
        try phone.send("a", "b")
        #expect(try world.revealed("alice") == ["a", "b", "c"] && world.revealed("alice", epoch: 694).isEmpty)
    }

    @Test func everythingArrivesOnceOverABadNetwork() throws {
        let world = try world()
        let phone = try world.account("alice").device()
        world.network.next = [.arrives, .lost]
        try phone.send("a")
        #expect(phone.waitingCount == 1 && phone.acknowledged.isEmpty && phone.lastFailure?.code == .fileFailed)
        world.network.next = [.arrives, .answerLost]
        try phone.deliver()
        #expect(phone.waitingCount == 1)
        #expect(try world.report("alice").stored == 1)
        world.network.next = [.repeated, .repeated]
        #expect(try phone.deliver() == 1)
        world.network.next = [.arrives, .delayed(seconds: 600)]
        try phone.send("b")
        #expect(try world.report("alice").inFlight == 1)
        try world.advance(seconds: 599)
        #expect(try world.report("alice").stored == 1)
        try world.advance(seconds: 1)
        #expect(try world.report("alice").stored == 2 && world.report("alice").inFlight == 0)
        try phone.deliver()
        world.network.lost = 0.2
        world.network.answersLost = 0.2
        world.network.repeated = 0.2
        world.network.delayed = 0.2
        world.network.reorders = true
        for name in ["c", "d", "e"] { try phone.seal(name) }
        for _ in 0..<200 where phone.waitingCount > 0 {
            try phone.deliver()
            try world.advance(seconds: 60)
        }
        world.network = TestNetwork()
        try world.advance(days: 1)
        let report = try world.report("alice")
        #expect(report.stored == 5 && report.waiting == 0 && Set(report.revealed) == ["a", "b", "c", "d", "e"])
        #expect(Set(phone.acknowledged).count == 5)
    }

    /// Docs/Protocol.md, "Outbox", step 5: final answers set a voucher aside, others put it off or end the round.
    @Test func eachRefusalDoesWhatTheOutboxSays() throws {
        let final: [SealedMatchError.Code] = [
            .wrongLength, .invalidMagic, .parameterOutOfRange, .authenticationFailed, .setMismatch, .epochInPast,
            .voucherConflict, .quotaExceeded, .notRegistered, .invalidSignature,
        ]
        for code in final + [.unknownSet, .fileFailed, .damagedStore] {
            let world = try world()
            let phone = try world.account("alice").device()
            try phone.deliver()
            try phone.seal("a")
            try phone.seal("b")
            // The registration passes, the first voucher does not.
            let requests = world.collector.requests
            world.collector.refuse(code)
            try phone.deliver()
            if code == .fileFailed || code == .damagedStore {
                #expect(phone.waitingCount == 2 && phone.refused.isEmpty && world.collector.requests == requests + 1)
                continue
            }
            // It was the registration that was refused: a known one, so nothing depends on that.
            #expect(phone.lastFailure?.code == code)
        }
        for code in final {
            let world = try world()
            let phone = try world.account("alice").device()
            try phone.deliver()
            for name in ["a", "b", "c"] { try phone.seal(name) }
            world.network.next = [.lost]
            // The registration is not asked for again where the round begins with vouchers: take its answer first.
            try phone.deliver()
            world.collector.refuseVouchers(code)
            try phone.deliver()
            #expect(phone.refused.count == 1 && phone.acknowledged.count == 2 && phone.waitingCount == 0, "\(code)")
        }
        let world = try world()
        let phone = try world.account("alice").device()
        for name in ["a", "b", "c"] { try phone.seal(name) }
        world.collector.refuseVouchers(.unknownSet)
        try phone.deliver()
        #expect(phone.acknowledged.count == 2 && phone.waitingCount == 1)
        world.collector.isUp = false
        try phone.deliver()
        #expect(phone.waitingCount == 1 && phone.lastFailure?.code == .fileFailed)
        world.collector.isUp = true
        try phone.deliver()
        #expect(try world.revealed("alice") == ["a", "b", "c"])
    }

    @Test func faultsOfADevice() throws {
        let world = try world()
        let phone = try world.account("alice").device()
        try phone.send("a")
        phone.disk.isFull = true
        #expect(throws: SealedMatchError(.fileFailed, "")) { try phone.send("b") }
        phone.disk.isFull = false
        // Nothing had changed: it is no repeat.
        try phone.send("b")
        #expect(try world.report("alice").matches == 2)
        // Cut at every draw, nothing changes either.
        var draws = 0
        while true {
            phone.failRandomSource(after: draws)
            do {
                try phone.seal("c")
                break
            } catch {
                #expect(error as? SealedMatchError == SealedMatchError(.randomSourceFailed, ""))
            }
            draws += 1
        }
        phone.failRandomSource(after: nil)
        #expect(draws > 30)
        try phone.deliver()
        #expect(try world.revealed("alice") == ["a", "b", "c"])
        // A clock that is behind goes on in the epoch; one that is ahead begins the next one.
        phone.clockOffset = -40 * 86_400
        try phone.send("d")
        #expect(try world.revealed("alice") == ["a", "b", "c", "d"])
        phone.clockOffset = 30 * 86_400
        try phone.send("e")
        #expect(try world.report("alice", epoch: 695).matches == 1)
        phone.clockOffset = 400 * 86_400
        #expect(throws: SealedMatchError(.setExpired, "")) { try phone.send("f") }
        phone.clockOffset = 0
        try phone.restart()
        // The ratchet has no way back: it goes on in the epoch that the wrong clock brought it to.
        try phone.send("f")
        #expect(try world.report("alice", epoch: 695).matches == 2)
        // A disk that was full when an epoch began loses neither the registration nor the item.
        try world.advanceToNextEpoch()
        try world.advanceToNextEpoch()
        phone.disk.isFull = true
        #expect(throws: SealedMatchError(.fileFailed, "")) { try phone.send("a") }
        phone.disk.isFull = false
        try phone.send("a")
        #expect(try world.report("alice").matches == 1 && phone.refused.isEmpty)
    }

    @Test func backupsAndDevices() throws {
        let world = try world()
        let alice = try world.account("alice")
        let phone = try alice.device()
        let backup = phone.backup()
        try phone.send("a")
        try phone.restore(backup)
        // What was sealed since the backup counts again.
        try phone.send("a")
        #expect(try world.report("alice").matches == 2)
        // So does what two devices send before they merge; after that it does not.
        let tablet = try alice.device("tablet")
        try tablet.send("b")
        try alice.mergeDevices()
        try phone.send("b")
        #expect(try world.report("alice").matches == 3)
        #expect(try alice.device("tablet").sealedCount == tablet.sealedCount && alice.devices.count == 2)
        #expect(throws: TestWorldError(.badValue, "")) { try tablet.restore(backup) }
        #expect(try world.revealed("alice") == ["a", "b"])
    }

    @Test func faultsOfSets() throws {
        let world = try world()
        let phone = try world.account("alice").device()
        let newer = try world.publish(["a", "b"])
        func fails(_ distribution: TestWorld.Distribution, _ code: SealedMatchError.Code) {
            world.distribution = distribution
            #expect(throws: SealedMatchError(code, "")) { try phone.fetchSet() }
            #expect(phone.set.header.version == 1 || distribution == .version(1))
        }
        fails(.missing, .fileFailed)
        fails(.corrupt, .rootMismatch)
        fails(.truncated, .wrongLength)
        fails(.bytes([]), .wrongLength)
        world.distribution = .current
        try phone.fetchSet()
        #expect(phone.set === newer && phone.set.known == ["a", "b"])
        fails(.version(1), .setRolledBack)
        world.distribution = .version(3)
        #expect(throws: TestWorldError(.badValue, "")) { try phone.fetchSet() }
        // Another world's set is signed by others.
        world.distribution = .bytes(try self.world(seed: 2).set.file)
        #expect(throws: SealedMatchError(.tooFewSignatures, "")) { try phone.fetchSet() }
        try phone.send("a", "b", "c")
        #expect(try world.report("alice").matches == 2)
        world.authorityHasKeys = false
        try world.account("bob").device().send("a")
        #expect(try world.report("bob").verdict == .sealed(.keyMissing))
        world.authorityHasKeys = true
        #expect(try world.report("bob").matches == 1)
        world.distribution = .current
        try world.advance(days: 300)
        #expect(throws: SealedMatchError(.setExpired, "")) { try phone.fetchSet() }
        #expect(throws: SealedMatchError(.setExpired, "")) { try phone.send("a") }
        try world.publish(Self.known)
        try phone.fetchSet()
        try phone.send("a")
        #expect(try world.report("alice").matches == 1)
    }

    /// t and k change at an epoch's start, and not before.
    @Test func parametersChangeWithTheEpoch() throws {
        let world = try world()
        let phone = try world.account("alice").device()
        try phone.send("a")
        try world.publish(Self.known) { $0.threshold = 2 }
        #expect(throws: SealedMatchError(.setMismatch, "")) { try phone.fetchSet() }
        try phone.send("b")
        #expect(try world.revealed("alice").isEmpty && phone.set.header.version == 1)
        try world.advanceToNextEpoch()
        try phone.fetchSet()
        try phone.send("a")
        #expect(try world.revealed("alice").isEmpty)
        try phone.send("b")
        #expect(try world.revealed("alice") == ["a", "b"] && phone.set.header.version == 2)
    }

    /// A deployment moves from profile 2 to 3: clients that pin both go on with the old set until their epoch ends, and
    /// what was sent before it is revealed under the old set, what is sent after it under the new one.
    @Test func profileChangesWithTheEpoch() throws {
        let world = try world()
        let phone = try world.account("alice").device()
        for item in ["a", "b"] { try phone.send(item) }
        try world.publish(Self.known) { $0.profile = .profile3 }
        #expect(throws: SealedMatchError(.setMismatch, "")) { try phone.fetchSet() }
        try phone.send("c")
        #expect(try world.revealed("alice") == ["a", "b", "c"])
        #expect(phone.set.header.parameters.profile == .standard)
        try world.advanceToNextEpoch()
        try phone.fetchSet()
        #expect(phone.set.header.parameters.profile == .profile3)
        for item in ["a", "b", "c"] { try phone.send(item) }
        #expect(try world.revealed("alice") == ["a", "b", "c"])
        // And a new device of another account begins with the new set.
        let other = try world.account("bob").device()
        for item in ["a", "b", "c"] { try other.send(item) }
        #expect(try world.revealed("bob") == ["a", "b", "c"])
    }

    /// A device that is linked after the next profile's set is there begins with that one, and the account's other goes
    /// on with its own until the epoch ends. A picture has other keys under both; t matches of both open nothing.
    @Test func twoProfilesInAnEpochDoNotAddUp() throws {
        let world = try world()
        try world.addPicture("beach")
        try world.publish(Self.known + ["beach"])
        let alice = try world.account("alice")
        let phone = try alice.device()
        try phone.send("beach", "a")
        try world.publish(Self.known + ["beach"]) { $0.profile = .profile3 }
        let tablet = try alice.device("tablet")
        #expect(tablet.set.header.parameters.profile == .profile3)
        #expect(throws: SealedMatchError(.setMismatch, "")) { try alice.mergeDevices() }
        try tablet.send("beach", "b")
        #expect(try world.revealed("alice").isEmpty)
        var report = try world.report("alice")
        #expect(report.stored == 4 && report.openings == 4 && report.matches == 2)
        #expect(tablet.lastFailure == SealedMatchError(.commitmentConflict, "") && tablet.refused.isEmpty)
        // The phone's commitment is the one that is registered: with one match more than t, as two of the tablet's are
        // in the way, its own are revealed.
        try phone.send("c")
        #expect(try world.revealed("alice").isEmpty)
        try phone.send("d")
        report = try world.report("alice")
        #expect(try report.matches == 4 && world.revealed("alice") == ["beach", "a", "c", "d"])
        // From the next epoch on both count together again.
        try world.advanceToNextEpoch()
        try phone.fetchSet()
        try phone.send("beach", "a")
        try alice.mergeDevices()
        try tablet.send("b")
        #expect(try world.revealed("alice") == ["beach", "a", "b"])
        try alice.mergeDevices()
    }

    @Test func productionRefusesTestSets() throws {
        let world = try world()
        var trust = try world.trust()
        trust.allowsTestSets = false
        let file = FilePath(world.set.file)
        #expect(throws: SealedMatchError(.testSet, "")) {
            try BlindedSet.open(path: file.path, trust: trust, now: world.now)
        }
        trust.allowsTestSets = true
        let set = try BlindedSet.open(path: file.path, trust: trust, now: world.now)
        #expect(set.header.isTest && world.isTest)
        // Without the mark the signatures are no more of this set.
        var changed = world.set.file
        changed[164] = 0
        let unmarked = FilePath(changed)
        #expect(throws: SealedMatchError(.invalidSignature, "")) {
            try BlindedSet.open(path: unmarked.path, trust: trust, now: world.now)
        }
    }

    @Test func picturesCopiesAndVideos() throws {
        let world = try world()
        try world.addPicture("beach")
        try world.addCopy("beach, forwarded", of: "beach", quality: 40)
        try world.addPicture("other beach")
        let frames = (0..<6).map { TestPicture.synthetic(seed: 100 + $0) }
        try world.add("film", .video(frames))
        try world.add("film, cut", .video(Array(frames[1...4])))
        try world.add("broken", .unreadable)
        try world.publish(Self.known + ["beach", "film"])
        let phone = try world.account("alice").device()
        try phone.fetchSet()
        try phone.send("beach, forwarded", "other beach", "broken", "film, cut", "a")
        #expect(try world.revealed("alice") == ["beach, forwarded", "film, cut", "a"])
        // Poor pictures and unreadable media are in no list.
        let flat = try TestPicture(
            pixels: [UInt8](repeating: 9, count: 300), width: 10, height: 10, format: .rgb8)
        try world.add("flat", .picture(flat))
        for name in ["flat", "broken"] {
            #expect(throws: TestWorldError(.poorQuality, "")) { try world.publish([name]) }
        }
        try phone.send("flat")
        #expect(throws: TestWorldError(.badValue, "")) {
            try TestPicture(pixels: [1], width: 10, height: 10, format: .rgb8)
        }
        #expect(throws: TestWorldError(.badValue, "")) { try flat.recompressed(quality: 0) }
    }

    /// Slots of one voucher that open to one share are one match. (Docs/Protocol.md, "Reveal", step 6)
    @Test func aVideoOfSeveralEntriesIsOneMatch() throws {
        let world = try world()
        let frames = (0..<4).map { TestPicture.synthetic(seed: 200 + $0) }
        try world.add("film", .video(frames))
        for (place, frame) in frames.enumerated() { try world.add("frame \(place)", .picture(frame)) }
        let set = try world.publish(Self.known + (0..<4).map { "frame \($0)" })
        try #require(set.known.count > Self.known.count + 1)
        let phone = try world.account("alice").device()
        try phone.fetchSet()
        try phone.send("film")
        var report = try world.report("alice")
        #expect(report.openings > 1 && report.matches == 1 && report.neededMatches == 3)
        try phone.send("a")
        #expect(try world.report("alice").matches == 2 && world.revealed("alice").isEmpty)
        try phone.send("b")
        report = try world.report("alice")
        #expect(report.matches == 3 && Set(report.revealed) == ["film", "a", "b"])
    }

    /// A device that fails has changed nothing; what it had in hand stays.
    @Test func aFullDiskChangesNothing() throws {
        let world = try world()
        let alice = try world.account("alice")
        let phone = try alice.device()
        try phone.send("a")
        let backup = phone.backup()
        try phone.send("b")
        let tablet = try alice.device("tablet")
        try tablet.send("c")
        try world.publish(["d", "e", "f"])
        phone.disk.isFull = true
        #expect(throws: SealedMatchError(.fileFailed, "")) { try phone.restore(backup) }
        #expect(throws: SealedMatchError(.fileFailed, "")) { try phone.fetchSet() }
        #expect(throws: SealedMatchError(.fileFailed, "")) { try phone.restart() }
        #expect(throws: SealedMatchError(.fileFailed, "")) { try alice.mergeDevices() }
        let full = phone.backup()
        phone.disk.isFull = false
        #expect(phone.set.header.version == 1)
        // "b" is a repeat, since the backup did not come back; "c" is none, since the devices did not merge.
        try phone.send("b", "c")
        #expect(try world.report("alice").matches == 4)
        try phone.restore(full)
        #expect(!phone.disk.isFull)
    }

    @Test func whatWasRevealedStays() throws {
        let world = try world()
        try world.account("alice").device().send("a", "b", "c")
        #expect(try world.revealed("alice") == ["a", "b", "c"])
        try world.advanceToNextEpoch()
        try world.collector.expire(before: world.epoch())
        let report = try world.report("alice", epoch: 694)
        #expect(Set(report.revealed) == ["a", "b", "c"] && report.matches == 3 && report.stored == 0)
    }

    /// Keys that are missing are the reason, whatever was opened before.
    @Test func missingKeysAreTheReason() throws {
        let world = try world()
        let phone = try world.account("alice").device()
        try phone.send("a", "b")
        #expect(try world.report("alice").verdict == .sealed(.belowThreshold))
        world.authorityHasKeys = false
        try phone.send("c", "d")
        #expect(try world.report("alice").verdict == .sealed(.keyMissing))
        world.authorityHasKeys = true
        #expect(try world.revealed("alice") == ["a", "b", "c", "d"])
    }

    /// Names are compared as bytes, and a match has the name of what was sent.
    @Test func namesAreExact() throws {
        let world = try world()
        try world.account("\u{E9}").device().send("a", "b", "c")
        try world.account("e\u{301}").device().send("d")
        #expect(try world.report("\u{E9}").matches == 3 && world.report("e\u{301}").matches == 1)
        let original = TestPicture.synthetic(seed: 77)
        var pixels = original.pixels
        pixels[0] ^= 1
        try world.add("original", .picture(original))
        try world.add(
            "mine", .picture(TestPicture(pixels: pixels, width: 256, height: 256, format: .gray8)))
        try world.publish(["original", "e", "f"])
        let bob = try world.account("bob").device()
        try bob.send("mine", "e", "f")
        #expect(try world.revealed("bob") == ["mine", "e", "f"])
    }

    /// Docs/Protocol.md, "Outbox", step 3.
    @Test func aClockThatWasAheadHoldsNothingBack() throws {
        var settings = TestSettings(threshold: 3, chance: .none, known: Self.known)
        settings.window = 3_600
        let world = try TestWorld(settings)
        let phone = try world.account("alice").device()
        phone.clockOffset = 10 * 86_400
        try phone.seal("a")
        phone.clockOffset = 0
        try phone.deliver()
        try world.advance(seconds: 3_601)
        #expect(try phone.deliver() == 1 && phone.waitingCount == 0)
    }

    /// Sets of another t in one epoch: a second device is another commitment, and a conflict, as in production.
    @Test func twoFormsInAnEpochAreAConflict() throws {
        let world = try world()
        let alice = try world.account("alice")
        try alice.device().send("a")
        try world.publish(Self.known) { $0.threshold = 5 }
        let tablet = try alice.device("tablet")
        try tablet.send("b", "c")
        #expect(tablet.lastFailure?.code == .commitmentConflict)
        let report = try world.report("alice")
        #expect(report.matches == 1 && report.neededMatches == 3 && report.revealed.isEmpty)
    }

    @Test func resendingSaysWhatFailed() throws {
        let world = try world()
        let phone = try world.account("alice").device()
        world.collector.isUp = false
        try phone.send("a")
        world.collector.isUp = true
        try phone.deliver()
        try phone.resend()
        #expect(phone.lastFailure == nil)
        world.network.next = [.lost]
        try phone.resend()
        #expect(phone.lastFailure?.code == .fileFailed)
    }

    @Test func anEntryNeedsItsSources() throws {
        let world = try world(sources: 3)
        let set = try world.publish(lists: [["a", "b"], ["b", "c"], ["c"]])
        #expect(set.known == ["b", "c"])
        let phone = try world.account("alice").device()
        try phone.send("a", "b", "c")
        #expect(try world.report("alice").matches == 2)
        #expect(throws: TestWorldError(.badValue, "")) { try world.publish(lists: [["a"]]) }
    }

    @Test func nothingOutsideDependsOnAMatch() throws {
        for chance in [ChanceOpenings.asSpecified, .none] {
            let world = try world(chance)
            for name in ["known picture", "other picture"] { try world.addPicture(name) }
            try world.publish(Self.known + ["known picture"])
            let phone = try world.account("alice").device()
            try phone.fetchSet()
            try world.add("other", .file([1]))
            #expect(try world.outsideDifferences(between: "a", and: "other", on: phone) == [])
            #expect(try world.outsideDifferences(between: "known picture", and: "other picture", on: phone) == [])
            // The comparison can find something: a file and a picture note different numbers of keys.
            let found = try world.outsideDifferences(between: "a", and: "other picture", on: phone)
            #expect(found.map(\.what) == ["state bytes"], "\(found)")
            // Nothing was sealed.
            #expect(phone.sealedCount == 0)
            try phone.send("a")
            #expect(try world.report("alice").matches == 1)
        }
    }

    /// What a test holds keeps its world, and nothing keeps a world that nobody holds.
    @Test func worldsLiveAsLongAsTheirParts() throws {
        weak var gone: TestWorld?
        do {
            let phone = try world().account("alice").device()
            gone = phone.account.world
            try phone.send("a", "b", "c")
            #expect(try phone.account.world.revealed("alice") == ["a", "b", "c"])
        }
        #expect(gone == nil)
    }

    @Test func theCollectorKnowsCounts() throws {
        let world = try world()
        try world.account("alice").device().send("a", "b")
        try world.account("bob").device().send(others: 3)
        let known = world.collectorKnowledge()
        #expect(known.map(\.account) == ["alice", "bob"] && known.map(\.vouchers) == [2, 3])
        #expect(Set(known.map(\.pseudonym)).count == 2 && known[0].bytes / 2 == known[1].bytes / 3)
        #expect(throws: TestWorldError(.unknownAccount, "")) { try world.revealed("carol") }
    }

    @Test func wrongUsesSayWhatToDo() throws {
        let world = try world()
        let phone = try world.account("alice").device()
        #expect(throws: TestWorldError(.clockBackwards, "")) { try world.advance(seconds: -1) }
        #expect(throws: TestWorldError(.clockBackwards, "")) { try world.advance(to: world.now - 1) }
        #expect(throws: TestWorldError(.clockBackwards, "")) { try world.advance(days: .max) }
        #expect(throws: TestWorldError(.badValue, "")) { try world.advance(to: .max) }
        #expect(throws: TestWorldError(.unknownItem, "")) { try phone.send("nothing") }
        #expect(throws: TestWorldError(.unknownItem, "")) { try world.addCopy("x", of: "nothing", quality: 50) }
        #expect(throws: TestWorldError(.badValue, "")) { try world.addCopy("x", of: "a", quality: 50) }
        #expect(throws: TestWorldError(.nameTaken, "")) { try world.add("a", .unreadable) }
        #expect(throws: TestWorldError(.badValue, "")) { try world.add("", .unreadable) }
        #expect(throws: TestWorldError(.badValue, "")) { try TestWorld(threshold: 1) }
        #expect(throws: TestWorldError(.nameTaken, "")) { try TestWorld(known: ["a", "a"]) }
        #expect(throws: SealedMatchError(.wrongLength, "")) { try world.account("") }
        for code in TestWorldError.Code.allCases {
            #expect("\(TestWorldError(code, "text"))" == "text [\(code.rawValue)]")
        }
    }
}
