import SealedMatchTesting
import XCTest

/// The kit in XCTest.
final class XCTestTests: XCTestCase {
    func testExactThreshold() throws {
        let world = try TestWorld(threshold: 2, chance: .none, known: ["a", "b"])
        let phone = try world.account("alice").device()
        try phone.send("a")
        XCTAssertEqual(try world.revealed("alice"), [])
        try phone.send("b")
        XCTAssertEqual(try world.revealed("alice"), ["a", "b"])
    }
}
