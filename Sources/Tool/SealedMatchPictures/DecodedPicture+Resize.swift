extension DecodedPicture {
    /// The picture shrunk so that its longer side has `side` pixels, as messengers do; a smaller picture is returned as
    /// it is.
    ///
    /// Each pixel of the result is the mean of the area it covers, partly covered pixels by their share, rounded to
    /// nearest.
    ///
    /// - Throws: `PictureError.Code.badArgument` if `side` is not positive.
    public func shrunk(toLongestSide side: Int) throws(PictureError) -> DecodedPicture {
        guard side >= 1 else { throw PictureError(.badArgument) }
        let longest = max(width, height)
        guard longest > side else { return self }
        let newWidth = max(1, (width * side + longest / 2) / longest)
        let newHeight = max(1, (height * side + longest / 2) / longest)
        let columns = Coverage.all(of: width, in: newWidth)
        let rows = Coverage.all(of: height, in: newHeight)
        let area = Float(width) / Float(newWidth) * (Float(height) / Float(newHeight))
        var result: [UInt8] = []
        result.reserveCapacity(newWidth * newHeight * 3)
        var sums = [Float](repeating: 0, count: width * 3)
        for row in rows {
            for index in 0..<sums.count { sums[index] = 0 }
            for source in row.lines {
                let share = row.share(of: source)
                let from = source * width * 3
                for index in 0..<sums.count { sums[index] += share * Float(pixels[from + index]) }
            }
            for column in columns {
                var color = SIMD3<Float>(repeating: 0)
                for source in column.lines {
                    let at = source * 3
                    color += column.share(of: source) * SIMD3(sums[at], sums[at + 1], sums[at + 2])
                }
                color = (color / area + 0.5).clamped(
                    lowerBound: SIMD3(repeating: 0), upperBound: SIMD3(repeating: 255))
                result.append(UInt8(color.x))
                result.append(UInt8(color.y))
                result.append(UInt8(color.z))
            }
        }
        return DecodedPicture(width: newWidth, height: newHeight, checked: result)
    }
}

/// The lines of the source that one line of the result covers.
private struct Coverage {
    let lines: Range<Int>
    private let first: Float
    private let last: Float

    func share(of line: Int) -> Float {
        if line == lines.lowerBound { return first }
        return line == lines.upperBound - 1 ? last : 1
    }

    /// Line k of `count` covers k · length / count up to (k + 1) · length / count; ends are kept as exact fractions.
    static func all(of length: Int, in count: Int) -> [Coverage] {
        (0..<count).map { line in
            let start = line * length
            let end = start + length
            let lower = start / count
            let upper = (end + count - 1) / count
            let first = Float(count - (start - lower * count)) / Float(count)
            let last = Float(end - (upper - 1) * count) / Float(count)
            return Coverage(lines: lower..<upper, first: first, last: last)
        }
    }
}
