internal import Foundation

/// What the kernel says about this process's memory. Linux only.
enum ProcessMemory {
    /// Gives freed heap pages back to the kernel, so that what is allocated next is counted and not served from
    /// leftovers.
    static func trim() {
        // glibc's malloc_trim; its header is in no Swift module. Elsewhere nothing is given back, and figures may come
        // out too low.
        guard let symbol = dlsym(nil, "malloc_trim") else { return }
        let malloc_trim = unsafeBitCast(symbol, to: (@convention(c) (Int) -> Int32).self)
        _ = malloc_trim(0)
    }

    /// How far resident memory has risen above what it was.
    struct PeakGrowth {
        private let before: Int

        /// From now on.
        init() throws {
            trim()
            try resetPeak()
            before = try status("VmRSS:")
        }

        /// Bytes. The kernel counts pages in batches, so that a peak can be told below what was there before: that is
        /// no growth.
        func bytes() throws -> Int { max(0, try status("VmHWM:") - before) }
    }

    /// Makes the peak start anew from what is resident now.
    private static func resetPeak() throws {
        guard let file = fopen("/proc/self/clear_refs", "w") else {
            throw BenchmarkFailure(
                description: "cannot reset the peak of resident memory: /proc/self/clear_refs cannot be written")
        }
        fputs("5", file)
        guard fclose(file) == 0 else {
            throw BenchmarkFailure(
                description: "cannot reset the peak of resident memory: /proc/self/clear_refs cannot be written")
        }
    }

    /// Bytes that belong to this process alone: private pages, without clean ones of mapped files, which the kernel can
    /// drop and read again.
    static func privateBytes() throws -> Int {
        var total = 0
        var isFile = false
        for line in try lines("/proc/self/smaps") {
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            guard let first = words.first else { continue }
            if !first.hasSuffix(":") {
                // Range, permissions, offset, device, inode, path: inode 0 is anonymous memory.
                isFile = words.count > 4 && words[4] != "0"
            } else if first == "Private_Dirty:" || (first == "Private_Clean:" && !isFile) {
                total += 1024 * (Int(words[1]) ?? 0)
            }
        }
        return total
    }

    private static func status(_ name: String) throws -> Int {
        for line in try lines("/proc/self/status") where line.hasPrefix(name) {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            if words.count > 1, let kilobytes = Int(words[1]) { return 1024 * kilobytes }
        }
        throw BenchmarkFailure(description: "the kernel does not say how much memory is resident")
    }

    private static func lines(_ path: String) throws -> [Substring] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    }
}
