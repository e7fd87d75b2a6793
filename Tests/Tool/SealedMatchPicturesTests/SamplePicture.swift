import Foundation

/// Tiny files of many kinds with the RGB that Pillow makes of them; see `Scripts/make_pictures.py`.
struct SamplePicture: Decodable, Sendable {
    let name: String
    let width: Int
    let height: Int
    private let file: Data
    private let rgb: Data

    var bytes: [UInt8] { [UInt8](file) }
    var pixels: [UInt8] { [UInt8](rgb) }

    static let all: [SamplePicture] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Data/pictures.json")
        // A missing or broken file is a failure of `countsSamples`.
        return (try? JSONDecoder().decode([SamplePicture].self, from: Data(contentsOf: file))) ?? []
    }()

    static func named(_ name: String) -> SamplePicture {
        guard let sample = all.first(where: { $0.name == name }) else { fatalError("no sample \(name)") }
        return sample
    }
}

/// The most memory this process has held so far; `Int.max` if the system does not say.
func peakResidentBytes() -> Int {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
        let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
        let kibibytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap({ Int($0) })
    else { return .max }
    return 1024 * kibibytes
}

/// Writes PNG chunks with right checksums.
enum PNGBuilder {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    static func chunk(_ kind: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(kind.utf8) + data
        return bigEndian(UInt32(data.count)) + body + bigEndian(checksum(body))
    }

    static func header(width: UInt32, height: UInt32, depth: UInt8 = 8, kind: UInt8 = 2) -> [UInt8] {
        chunk("IHDR", bigEndian(width) + bigEndian(height) + [depth, kind, 0, 0, 0])
    }

    static func bigEndian(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { (shift: UInt32) in UInt8(truncatingIfNeeded: value >> shift) }
    }

    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var sum = ~UInt32(0)
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = (sum >> 1) ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        return ~sum
    }
}
