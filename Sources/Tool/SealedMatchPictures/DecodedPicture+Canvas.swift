extension DecodedPicture {
    /// The picture on a canvas of one colour; what lies beyond the canvas is cut off.
    func placed(
        on canvas: (width: Int, height: Int), at offset: (x: Int, y: Int), color: [UInt8] = [0, 0, 0]
    ) -> DecodedPicture {
        if canvas.width == width, canvas.height == height, offset.x == 0, offset.y == 0 { return self }
        var result: [UInt8] = []
        result.reserveCapacity(canvas.width * canvas.height * 3)
        for _ in 0..<canvas.width * canvas.height { result += color }
        let columns = min(width, canvas.width - offset.x)
        guard columns > 0 else { return DecodedPicture(width: canvas.width, height: canvas.height, checked: result) }
        for row in 0..<max(0, min(height, canvas.height - offset.y)) {
            let target = ((offset.y + row) * canvas.width + offset.x) * 3
            let source = row * width * 3
            result.replaceSubrange(target..<target + columns * 3, with: pixels[source..<source + columns * 3])
        }
        return DecodedPicture(width: canvas.width, height: canvas.height, checked: result)
    }
}
