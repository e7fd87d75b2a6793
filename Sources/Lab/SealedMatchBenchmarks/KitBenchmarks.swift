internal import SealedMatchTesting

/// Tests that an integrator writes with the test kit, from the world's beginning to the reveal.
struct KitBenchmarks {
    func measure(_ report: (BenchmarkRow) -> Void) throws {
        let known = (0..<40).map { "known \($0)" }
        var default30: [Double] = []
        var floor: [Double] = []
        var three: [Double] = []
        for _ in 0..<3 {
            var sealing = 0.0
            default30.append(
                try Stopwatch.wall {
                    let world = try TestWorld(known: known)
                    let phone = try world.account("alice").device()
                    sealing = try Stopwatch.wall {
                        try phone.send(others: 200)
                        try phone.send(known)
                    }
                    guard try world.revealed("alice") == Set(known) else {
                        throw BenchmarkFailure(description: "the kit did not reveal forty matches")
                    }
                } / 1e3)
            floor.append(sealing / 1e3)
            three.append(
                try Stopwatch.wall {
                    let world = try TestWorld(threshold: 3, known: Array(known.prefix(4)))
                    try world.account("alice").device().send(Array(known.prefix(4)))
                    guard try world.revealed("alice").count == 4 else {
                        throw BenchmarkFailure(description: "the kit did not reveal four matches")
                    }
                } / 1e3)
        }
        report(BenchmarkRow(.kitDefault, default30.median, "ms", floor: floor.median))
        report(BenchmarkRow(.kitThree, three.median, "ms"))
    }
}
