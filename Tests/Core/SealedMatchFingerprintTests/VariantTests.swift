import SealedMatchFingerprint
import Testing

@Suite struct VariantTests {
    /// Pixels really mirrored and turned, hashed, beside what follows from the hash alone; PDQ calls 31 bits a match.
    /// At 64 × 64 pixels the luma is the grid; at other sizes PDQ's grid has no symmetry, which costs some bits more
    /// (Docs/Recall.md has photographs).
    @Test(arguments: PictureVariant.allCases)
    func isTheHashOfTurnedPixels(_ variant: PictureVariant) throws {
        for seed in 0..<4 {
            let picture = Blocks(seed: seed)
            let derived = try picture.hash { $0 }.variant(variant)
            let turned = try picture.hash { place in
                let (row, column) = place
                let last = Blocks.side - 1
                return switch variant {
                case .mirrored: (row, last - column)
                case .upsideDown: (last - row, column)
                case .turned180: (last - row, last - column)
                case .transposed: (column, row)
                case .turnedLeft: (column, last - row)
                case .turnedRight: (last - column, row)
                case .antitransposed: (last - column, last - row)
                }
            }
            #expect(derived.hammingDistance(to: turned) <= 31, "\(derived.hammingDistance(to: turned))")
            // And no other way comes near.
            for other in PictureVariant.allCases where other != variant {
                #expect(try picture.hash { $0 }.variant(other).hammingDistance(to: turned) > 60)
            }
        }
    }

    /// Turning by a quarter four times is nothing, mirroring is turned back by mirroring, and so on: exactly, as bits
    /// are only moved and inverted.
    @Test func variantsAreAGroup() throws {
        let hash = try Blocks(seed: 9).hash { $0 }
        for variant in PictureVariant.allCases where variant != .turnedLeft && variant != .turnedRight {
            #expect(hash.variant(variant).variant(variant) == hash)
        }
        #expect(hash.variant(.turnedLeft).variant(.turnedRight) == hash)
        #expect(hash.variant(.turnedLeft).variant(.turnedLeft) == hash.variant(.turned180))
        #expect(hash.variant(.mirrored).variant(.upsideDown) == hash.variant(.turned180))
        #expect(hash.variant(.transposed).variant(.turned180) == hash.variant(.antitransposed))
        #expect(Set(PictureVariant.allCases.map { hash.variant($0) } + [hash]).count == 8)
    }
}

/// A square picture of smooth blocks, without symmetry.
private struct Blocks {
    static let side = 64
    private let heights: [Double]

    init(seed: Int) {
        heights = (0..<81).map { index in
            Double((index * index * 2_654_435_761 + (index + 7) * (seed + 1) * 40_503) >> 5 & 255)
        }
    }

    /// The hash of the picture whose pixel at a row and column is this one's at `place`.
    func hash(_ place: ((Int, Int)) -> (Int, Int)) throws -> PDQHash {
        var pixels: [UInt8] = []
        for row in 0..<Self.side { for column in 0..<Self.side { pixels.append(value(place((row, column)))) } }
        return try PDQFingerprint(
            pixels: pixels.span.bytes, width: Self.side, height: Self.side, bytesPerRow: Self.side, format: .gray8
        ).hash
    }

    /// Between the heights of a 9 × 9 grid, linearly.
    private func value(_ place: (Int, Int)) -> UInt8 {
        let (row, column) = (Double(place.0) / 8, Double(place.1) / 8)
        let (i, j) = (Int(row), Int(column))
        let (down, right) = (row - Double(i), column - Double(j))
        let upper = heights[9 * i + j] * (1 - right) + heights[9 * i + j + 1] * right
        let lower = heights[9 * i + 9 + j] * (1 - right) + heights[9 * i + 10 + j] * right
        return UInt8(upper * (1 - down) + lower * down)
    }
}
