public import SealedMatchCollector
internal import SealedMatchCrypto
internal import SealedMatchOpenings
internal import SealedMatchProtocol

/// A source of vouchers with the intake that fills it; often both are one object.
public struct FilledSource<Front: Intake, Source: VoucherSource>: Sendable {
    /// Takes what clients send.
    public let intake: Front
    /// Gives what the intake has stored.
    public let source: Source

    /// The fields.
    public init(intake: Front, source: Source) {
        self.intake = intake
        self.source = source
    }
}

/// Checks a source of vouchers against the contract of its seam, without any test framework. It is filled through the
/// intake that belongs to it.
public enum SourceConformance {
    /// Runs every check on stores of their own.
    /// - Parameters:
    ///   - make: a new, empty source with its intake.
    ///   - reopen: the same source as another process would open it; for a store that has no file, itself.
    /// - Throws: `ConformanceFailure`, or what the store throws unasked.
    public static func run<Front: Intake, Source: VoucherSource>(
        make: () throws -> FilledSource<Front, Source>, reopen: (Source) throws -> Source
    ) async throws {
        try await pages(make, reopen)
        try await forgets(make)
        try await expires(make)
        try await hasAnIdentity(make, reopen)
    }

    private static let alice = AccountEpoch(1, 7)

    private static func fill<Front: Intake>(_ intake: Front, _ count: Int, seed: UInt64) async throws -> [[UInt8]] {
        _ = try await intake.register(alice.registration(8), authenticatedAs: alice.account)
        var synthetic = SyntheticVouchers(seed: seed)
        var vouchers: [[UInt8]] = []
        for _ in 0..<count { vouchers.append(try synthetic.voucher(alice)) }
        for outcome in try await intake.store(all: vouchers, authenticatedAs: alice.account) {
            try require(outcome == .success(.stored), "a voucher is stored")
        }
        return vouchers
    }

    private static func pages<Front: Intake, Source: VoucherSource>(
        _ make: () throws -> FilledSource<Front, Source>, _ reopen: (Source) throws -> Source
    ) async throws {
        let stores = try make()
        let (intake, source) = (stores.intake, stores.source)
        let empty = try source.vouchers(after: 0, limit: 10)
        try require(empty.vouchers.isEmpty && empty.last == 0, "an empty source has no page")
        try require(try source.end() == 0, "an empty source ends at 0")
        try require(try source.mark(at: 1) == nil, "an empty source has no mark")
        let vouchers = try await fill(intake, 7, seed: 11)
        for source in [source, try reopen(source)] {
            var found: [StoredVoucher] = []
            var last: Int64 = 0
            while true {
                let page = try source.vouchers(after: last, limit: 3)
                try require(page.vouchers.count <= 3 && page.damaged.isEmpty, "a page has at most `limit` vouchers")
                guard page.last > last else { break }
                try require(page.vouchers.last?.position == page.last, "a page ends with its last voucher")
                found += page.vouchers
                last = page.last
            }
            try require(found.map(\.voucher.encoded) == vouchers, "pages give every voucher, in order, as it came")
            try require(found.map(\.position).isAscending && found[0].position > 0, "positions ascend from 1")
            try require(try source.end() == found[6].position, "the end is the last position")
            try require(try source.vouchers(after: last, limit: 3).last == last, "there is nothing behind the end")
            try require(try source.vouchers(after: 0, limit: 0).vouchers.isEmpty, "a page of none")
            let some = try source.vouchers(at: [found[4].position, found[1].position, last + 5, -1, 0])
            try require(some.vouchers == [found[1], found[4]], "vouchers at given positions, ascending")
            let marks = try found.map { try source.mark(at: $0.position) }
            try require(!marks.contains(nil) && Set(marks).count == 7, "each voucher has a mark of its own")
        }
    }

    private static func forgets<Front: Intake, Source: VoucherSource>(
        _ make: () throws -> FilledSource<Front, Source>
    ) async throws {
        let stores = try make()
        let (intake, source) = (stores.intake, stores.source)
        let vouchers = try await fill(intake, 4, seed: 12)
        let found = try source.vouchers(after: 0, limit: 10).vouchers
        let mark = try source.mark(at: found[1].position)
        try require(try source.acknowledge([found[1].position, 99_999]) == 1, "what is acknowledged is counted")
        try require(try source.acknowledge([found[1].position]) == 0, "again, it changes nothing")
        try require(
            try source.vouchers(after: 0, limit: 10).vouchers == [found[0], found[2], found[3]],
            "an acknowledged voucher is not given again, the others are")
        try require(try source.vouchers(at: [found[1].position]).vouchers.isEmpty, "not by its position either")
        try require(try source.mark(at: found[1].position) == mark, "its mark stays")
        let (identity, position) = (try source.identity(), found[1].position)
        try require(
            try source.isAsRead(SourceCursor(source: identity, position: position, mark: mark))
                && source.isAsRead(SourceCursor(source: identity)), "what is acknowledged is still as it was read")
        let other = SourceCursor(source: identity, position: position, mark: Bytes32(repeating: 77))
        try require(try !source.isAsRead(other), "another mark is another source's")
        try require(
            try source.forgotten(after: 0) == 1 && source.forgotten(after: found[0].position) == 1
                && source.forgotten(after: found[1].position) == 0, "and that it was there")
        var conflicting = vouchers[1]
        conflicting[300] ^= 1
        try require(
            try await intake.store(all: [vouchers[1], conflicting], authenticatedAs: alice.account)
                == [.success(.alreadyStored), .refused(.voucherConflict)], "a retry and a conflict are told apart")
    }

    private static func expires<Front: Intake, Source: VoucherSource>(
        _ make: () throws -> FilledSource<Front, Source>
    ) async throws {
        let stores = try make()
        let (intake, source) = (stores.intake, stores.source)
        _ = try await fill(intake, 3, seed: 13)
        let end = try source.end()
        _ = try source.acknowledge([end])
        _ = try await intake.expire(before: 8)
        try require(try source.vouchers(after: 0, limit: 10).vouchers.isEmpty, "expired vouchers are gone")
        try require(try source.end() == end, "an expiry does not turn the end back")
        try require(try source.forgotten(after: 0) == 0, "what expired is not what a reader made it forget")
        try require(try source.commitment(of: alice.pseudonym, epoch: 7) == nil, "and so are registrations")
        let next = AccountEpoch(1, 8)
        _ = try await intake.register(next.registration(5), authenticatedAs: next.account)
        try require(
            try source.commitment(of: next.pseudonym, epoch: 8) == next.registration(5).commitment
                && source.commitment(of: next.pseudonym, epoch: 9) == nil
                && source.commitment(of: Pseudonym(canonical: next.account.encoded), epoch: 8) == nil,
            "a commitment is read by pseudonym and epoch")
        var synthetic = SyntheticVouchers(seed: 14)
        let voucher = try synthetic.voucher(next)
        _ = try await intake.store(all: [voucher], authenticatedAs: next.account)
        let page = try source.vouchers(after: 0, limit: 10)
        try require(page.vouchers.count == 1 && page.last > end, "a position is not used again")
    }

    private static func hasAnIdentity<Front: Intake, Source: VoucherSource>(
        _ make: () throws -> FilledSource<Front, Source>, _ reopen: (Source) throws -> Source
    ) async throws {
        let (one, other) = (try make().source, try make().source)
        try require(try one.identity() != other.identity(), "two stores have different identities")
        try require(try one.identity() == reopen(one).identity(), "a store keeps its identity")
    }
}

extension [Int64] {
    fileprivate var isAscending: Bool { zip(self, dropFirst()).allSatisfy { $0 < $1 } }
}
