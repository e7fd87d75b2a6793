import Foundation

/// Pictures made by a formula, the same in `Scripts/pdq_reference.py`. Whole numbers modulo 2^32 throughout.
struct SyntheticPicture {
    let width: Int
    let height: Int
    /// RGB, tightly packed.
    let pixels: [UInt8]

    init(kind: String, width: Int, height: Int) {
        self.width = width
        self.height = height
        let value = SyntheticPicture.formula(kind, UInt32(width), UInt32(height))
        var pixels: [UInt8] = []
        pixels.reserveCapacity(width * height * 3)
        for y in 0..<UInt32(height) {
            for x in 0..<UInt32(width) {
                for channel in 0..<UInt32(3) { pixels.append(UInt8(truncatingIfNeeded: value(x, y, channel))) }
            }
        }
        self.pixels = pixels
    }

    private static func formula(
        _ kind: String, _ width: UInt32, _ height: UInt32
    ) -> (UInt32, UInt32, UInt32) -> UInt32 {
        switch kind {
        case "flat":
            { _, _, channel in [200, 13, 77][Int(channel)] }
        case "ramp":
            { x, y, channel in
                let first = channel == 0 ? x &* 7 : channel == 1 ? x &* y : x &* 255 / width
                return first &+ y &* 3 &* channel
            }
        case "waves":
            { x, y, channel in
                let place = (x &* (510 &* (channel + 2)) / width &+ y &* (510 &* (4 - channel)) / height) % 510
                return place > 255 ? 510 - place : place
            }
        default:
            { x, y, channel in
                let value = x &* 374_761_393 &+ y &* 668_265_263 &+ channel &* 2_246_822_519 &+ 12345
                return ((value ^ (value >> 13)) &* 1_274_126_177) >> 16
            }
        }
    }
}

/// CRC-32 as zlib computes it.
func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var table: [UInt32] = []
    for index in 0..<UInt32(256) {
        var value = index
        for _ in 0..<8 { value = (value >> 1) ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
        table.append(value)
    }
    var sum = ~UInt32(0)
    for byte in bytes { sum = (sum >> 8) ^ table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] }
    return ~sum
}

/// The checksum of coefficients as little-endian bytes.
func checksum(_ coefficients: [Float]) -> UInt32 {
    var bytes: [UInt8] = []
    for value in coefficients { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) } }
    return checksum(bytes)
}
