import SealedMatchCrypto
import SealedMatchFingerprint
import SealedMatchJSON
import SealedMatchTestSupport
import SealedMatchVectors

/// What was put on a picture, as the vectors of "Marks" have it (Docs/Protocol.md, 5.11).
func marks(_ raster: PictureRaster) throws -> [String: JSON] {
    let cells = MarkCells(raster)
    var bytes: [UInt8] = []
    for place in 0..<MarkCells.count {
        bytes += [cells.steps[place], cells.highest[place], cells.lowest[place]]
        bytes += littleEndian(UInt16(cells.sums[place]))
    }
    let scores = MarkScore.scores(of: cells)
    let masks = try masks(scores) { mask, penalty in
        try ["fill": .bytes(fill(cells.sums, mask))].merging(
            hypotheses(
                raster.readings(hiding: mask, sums: cells.sums, penalty: penalty, leastQuality: 0, listedQuality: 0))
        ) { fill, _ in fill }
    }
    return [
        "cells": .bytes(try KDF.plainDigest(of: bytes)),
        "scores": .bytes(try KDF.plainDigest(of: scores.flatMap { littleEndian(UInt64(bitPattern: Int64($0))) })),
        "leastScore": .number(scores.min() ?? 0), "greatestScore": .number(scores.max() ?? 0),
        "scoresOfDiagonal": .numbers(stride(from: 0, to: 64, by: 8).map { scores[65 * $0] }),
        "strip": try strip(raster), "masks": masks,
    ]
}

/// The masks of scores that a vector gives, as rectangles of which a later one lies on an earlier one.
func masks(ofScores fields: Fields) throws -> [String: JSON] {
    var scores = [Int](repeating: try fields.number("elsewhere", as: Int.self), count: MarkCells.count)
    for patch in try fields.objects("patches") {
        let (row, column) = (try patch.number("row", as: Int.self), try patch.number("column", as: Int.self))
        let (height, width) = (try patch.number("height", as: Int.self), try patch.number("width", as: Int.self))
        let score = try patch.number("score", as: Int.self)
        for y in row..<row + height {
            for x in column..<column + width { scores[y * MarkCells.side + x] = score }
        }
    }
    return ["masks": try masks(scores) { _, _ in [:] }]
}

private func masks(_ scores: [Int], _ more: (MarkMask, Int) throws -> [String: JSON]) throws -> JSON {
    let found = Mark.all(scores)
    var masks: [JSON] = []
    for (number, kind) in MarkTables.kinds.enumerated() {
        guard let (mask, weight) = Mark.mask(kind, of: found) else { continue }
        let penalty = kind.price.penalty(weight)
        let own: [String: JSON] = [
            "mask": .number(number), "weight": .number(weight), "penalty": .number(penalty),
            "rows": .words(mask.rows),
        ]
        masks.append(.object(own.merging(try more(mask, penalty)) { own, _ in own }))
    }
    return .list(masks)
}

private func strip(_ raster: PictureRaster) throws -> JSON {
    guard let strip = TranslucentStrip(in: raster) else { return .null }
    let sums = MarkCells(strip.raster).sums
    let penalty = MarkTables.strip.penalty(strip.edge.score)
    let own: [String: JSON] = [
        "score": .number(strip.edge.score), "side": .number(strip.edge.isBelow ? 1 : 0),
        "edge": .number(strip.edge.row), "outer": .number(strip.edge.outer), "inner": .number(strip.edge.inner),
        "factor": .number(strip.edge.factor), "raster": .bytes(try KDF.plainDigest(of: strip.raster.cells)),
        "rows": .words(strip.letters.rows), "fill": .bytes(try fill(sums, strip.letters)),
        "penalty": .number(penalty),
    ]
    let readings = strip.raster.readings(
        hiding: strip.letters, sums: sums, penalty: penalty, leastQuality: 0, listedQuality: 0)
    return .object(own.merging(try hypotheses(readings)) { own, _ in own })
}

/// Of the levels of a mask's cells, in the order of rows.
private func fill(_ sums: [Int32], _ mask: MarkMask) throws -> [UInt8] {
    let levels = GridFill.levels(sums, hiding: mask)
    var bytes: [UInt8] = []
    for row in 0..<MarkCells.side {
        for column in 0..<MarkCells.side where mask[row, column] {
            bytes += littleEndian(UInt32(bitPattern: levels[row * MarkCells.side + column]))
        }
    }
    return try KDF.plainDigest(of: bytes).bytes
}

private func hypotheses(_ readings: [Reading]) throws -> [String: JSON] {
    [
        "coefficients": .list(
            try readings.map { reading in
                .bytes(try KDF.plainDigest(of: reading.coefficients.flatMap { littleEndian($0.bitPattern) }))
            }),
        "qualities": .numbers(readings.map(\.quality)),
    ]
}
