import SealedMatchTesting
import Testing

@Test func threshold() throws {
    let world = try TestWorld(threshold: 3, known: ["a", "b", "c", "d", "e", "f"])
    let phone = try world.account("alice").device()
    try phone.send("a", "b")
    try phone.resend()
    try phone.send("b")
    #expect(try world.revealed("alice") == [])
    try phone.send("c", "d")
    #expect(try world.revealed("alice") == ["a", "b", "c", "d"])
    try world.advanceToNextEpoch()
    try phone.send("e", "f")
    #expect(try world.revealed("alice") == [])
}
