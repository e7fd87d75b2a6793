internal import Foundation

/// Looks for a byte string in the writable memory of this process: what a core dump or a swapped page would show.
///
/// The caller's copies must be gone: the needle is given masked (each byte ⊕ 0x5A), so that looking for it does not
/// place it in memory. Stacks are left out: the library claims nothing for them.
public func occurrences(ofMasked needle: [UInt8]) -> Int {
    var onStack: UInt8 = 0
    let stack = withUnsafePointer(to: &onStack) { UInt(bitPattern: $0) }
    let file = open("/proc/self/mem", O_RDONLY)
    precondition(file >= 0 && needle.count >= 8)
    defer { close(file) }
    let chunk = 1 << 20
    let raw = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk + needle.count, alignment: 4096)
    let buffer = raw.bindMemory(to: UInt8.self)
    defer {
        raw.initializeMemory(as: UInt8.self, repeating: 0)
        raw.deallocate()
    }
    let own = UInt(bitPattern: raw.baseAddress!)..<(UInt(bitPattern: raw.baseAddress!) + UInt(raw.count))
    let first = needle[0] ^ 0x5A
    var found = 0
    for line in memoryMap().split(separator: "\n") {
        let fields = line.split(separator: " ")
        let ends = fields[0].split(separator: "-").map { UInt($0, radix: 16)! }
        guard fields[1].hasPrefix("rw"), !(ends[0]..<ends[1]).contains(stack), ends[1] - ends[0] < 1 << 32 else {
            continue
        }
        var start = ends[0]
        while start < ends[1] {
            let wanted = min(Int(ends[1] - start), chunk + needle.count - 1)
            let got = pread(file, buffer.baseAddress!, wanted, off_t(start))
            guard got > 0 else { break }
            var place = 0
            while place + needle.count <= got,
                let hit = memchr(buffer.baseAddress! + place, Int32(first), got - place - needle.count + 1)
            {
                place = UnsafeRawPointer(hit) - UnsafeRawPointer(buffer.baseAddress!)
                var same = true
                for index in needle.indices where buffer[place + index] != needle[index] ^ 0x5A {
                    same = false
                    break
                }
                if same && !own.contains(start + UInt(place)) { found += 1 }
                place += 1
            }
            start += UInt(chunk)
        }
    }
    return found
}

/// The text of /proc/self/maps, which no single read returns whole.
private func memoryMap() -> String {
    let file = open("/proc/self/maps", O_RDONLY)
    precondition(file >= 0)
    defer { close(file) }
    var text: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while true {
        let got = read(file, &piece, piece.count)
        guard got > 0 else { return String(decoding: text, as: UTF8.self) }
        text += piece[..<got]
    }
}

/// A fresh random needle in memory of its own: `use` gets it, then it is wiped and searched for.
/// - Returns: how often the needle was found while `use` ran its `look`, and after everything ended.
public func residue(of count: Int = 32, seed: UInt64, after use: (UnsafeRawBufferPointer) throws -> Void) throws -> Int
{
    var random = SeededRandom(seed)
    let place = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
    defer { place.deallocate() }
    var masked = [UInt8](repeating: 0, count: count)
    for index in 0..<count {
        masked[index] = UInt8(truncatingIfNeeded: random.next())
        place[index] = masked[index] ^ 0x5A
    }
    try use(UnsafeRawBufferPointer(place))
    for index in 0..<count { place[index] = 0 }
    return occurrences(ofMasked: masked)
}
