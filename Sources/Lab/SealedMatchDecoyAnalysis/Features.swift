import Foundation

/// What the trained attack looks at in one account's epoch: counts, windows, runs, edges, spacing, position.
enum Features {
    /// Features of one sequence; the first is the count.
    static func of(_ x: UnsafeBufferPointer<UInt8>) -> [Double] {
        let n = x.count
        var f: [Double] = []
        var prefix = [Int](repeating: 0, count: n + 1)
        for i in 0..<n { prefix[i + 1] = prefix[i] + Int(x[i]) }
        let total = Double(prefix[n])
        f.append(total)
        var histogram = [Int](repeating: 0, count: 16)
        for v in x { histogram[Int(v)] += 1 }
        for k in 1...9 { f.append(Double(histogram[k...].reduce(0, +))) }
        // Scan statistics.
        for w in [2, 3, 5, 8, 10, 12, 15, 20, 30, 45, 70, 100, 200, n / 4] where w > 0 {
            var best = 0
            if w < n { for i in 0...(n - w) { best = max(best, prefix[i + w] - prefix[i]) } }
            f.append(Double(best))
        }
        // A window against its flanks.
        for (w, flank) in [(10, 3), (10, 5), (10, 10), (20, 10), (50, 25)] {
            var best = -1e9
            var near = 0
            if w + 2 * flank < n {
                let scale = Double(w) / Double(2 * flank)
                for i in flank...(n - w - flank) {
                    let inside = prefix[i + w] - prefix[i]
                    let outside = prefix[i + w + flank] - prefix[i - flank] - inside
                    let contrast = Double(inside) - Double(outside) * scale
                    best = max(best, contrast)
                    if contrast >= Double(w - 2) { near += 1 }
                }
            }
            f.append(max(best, -100))
            f.append(Double(near))
        }
        // Ten in a row: least value inside against the values just outside; steps up and down ten apart.
        var edges = 0, steps = 0, bothSteps = 0
        var edgeBest = -9
        var full = [Int](repeating: 0, count: 5)
        if n > 12 {
            for i in 1..<(n - 10) {
                var least = x[i]
                for j in (i + 1)..<(i + 10) { least = min(least, x[j]) }
                for k in 1...4 where Int(least) >= k { full[k] += 1 }
                let edge = Int(least) - Int(max(x[i - 1], x[i + 10]))
                edgeBest = max(edgeBest, edge)
                if edge >= 1 { edges += 1 }
                if least >= 1 {
                    let up = Int(x[i]) - Int(x[i - 1]), down = Int(x[i + 9]) - Int(x[i + 10])
                    if up + down >= 2 { steps += 1 }
                    if up >= 1 && down >= 1 { bothSteps += 1 }
                }
            }
        }
        f += [Double(edgeBest), Double(edges), Double(steps), Double(bothSteps)]
        for k in 1...4 { f.append(Double(full[k])) }
        // Runs at or above a level.
        for level in 1...3 {
            var longest = 0, run = 0
            var buckets = [Int](repeating: 0, count: 9)
            for i in 0...n {
                if i < n && Int(x[i]) >= level { run += 1; continue }
                if run > 0 {
                    longest = max(longest, run)
                    buckets[bucket(run)] += 1
                    run = 0
                }
            }
            f.append(Double(longest))
            for b in buckets { f.append(Double(b)) }
        }
        // Variance of block sums.
        for w in [6, 10, 20, 60, 200] {
            var sum = 0.0, squares = 0.0
            let blocks = n / w
            if blocks >= 4 {
                for b in 0..<blocks {
                    let v = Double(prefix[(b + 1) * w] - prefix[b * w])
                    sum += v
                    squares += v * v
                }
                f.append(squares / Double(blocks) - (sum / Double(blocks)) * (sum / Double(blocks)))
            } else {
                f.append(0)
            }
        }
        // Late against early.
        for part in [0.05, 0.1, 0.25, 0.5] {
            let w = max(1, Int(Double(n) * part))
            let late = Double(prefix[n] - prefix[n - w]), expected = total * Double(w) / Double(n)
            f.append(late)
            f.append((late - expected) / (expected + 1).squareRoot())
        }
        // Spacing: pairs of opened vouchers at a distance, lone openings.
        for gap in [1, 2, 3, 5, 10, 30] {
            var pairs = 0
            if gap < n { for i in gap..<n where x[i] > 0 && x[i - gap] > 0 { pairs += 1 } }
            f.append(Double(pairs))
        }
        var lone = 0, lonely = 0, lateLonely = 0, lateOpened = 0, opened = 0
        let lateStart = n - max(2, n / 4)
        for i in 0..<n where x[i] > 0 {
            opened += 1
            if i >= lateStart { lateOpened += 1 }
            let near = (i > 0 && x[i - 1] > 0) || (i + 1 < n && x[i + 1] > 0)
            if near { continue }
            lone += 1
            if x[i] == 1 && !(i > 1 && x[i - 2] > 0) && !(i + 2 < n && x[i + 2] > 0) {
                lonely += 1
                if i >= lateStart { lateLonely += 1 }
            }
        }
        f += [
            Double(lone), Double(lonely), Double(lateLonely), Double(lateLonely) - Double(lonely) / 4,
            Double(lateOpened) - Double(opened) / 4,
        ]
        return f
    }

    private static func bucket(_ run: Int) -> Int {
        switch run {
        case 1: 0
        case 2: 1
        case 3...4: 2
        case 5...7: 3
        case 8...9: 4
        case 10: 5
        case 11...12: 6
        case 13...19: 7
        default: 8
        }
    }
}
