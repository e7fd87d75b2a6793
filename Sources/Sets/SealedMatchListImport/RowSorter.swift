internal import Glibc
internal import SealedMatchCrypto

/// Sorts any number of rows in bounded memory: sorted runs go to a file that has no name, and are merged.
///
/// The file lies beside the list that will be written, not in a folder that may be memory. It goes with the process.
final class RowSorter {
    private struct Run {
        var next: Int
        let end: Int
        var rows: ArraySlice<ImportRow> = []
    }

    private let path: String
    private let rowsInMemory: Int
    private var rows: [ImportRow] = []
    private var descriptor: Int32 = -1
    private var runs: [Run] = []
    private(set) var count = 0
    private static let rowsAhead = 256

    /// - Parameter path: of the list; the file is made in its folder.
    init(beside path: String, rowsInMemory: Int) {
        self.path = path
        self.rowsInMemory = rowsInMemory
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    private static func error(_ reason: StaticString) -> SealedMatchError {
        SealedMatchError(.fileFailed, reason, systemError: errno)
    }

    func append(_ row: ImportRow) throws(SealedMatchError) {
        if rows.count == rowsInMemory { try spill() }
        rows.append(row)
        count += 1
    }

    /// Writes what is in memory, sorted, behind the other runs.
    private func spill() throws(SealedMatchError) {
        if descriptor < 0 {
            let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
            var template = Array((folder + ".sealedmatch-import-XXXXXX").utf8CString)
            descriptor = mkstemp(&template)
            guard descriptor >= 0 else { throw Self.error("a temporary file cannot be created beside the list") }
            guard unlink(template) == 0 else { throw Self.error("a temporary file cannot be unlinked") }
        }
        rows.sort { $0 < $1 }
        let start = runs.last?.end ?? 0
        let failed = rows.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let wrote = write(descriptor, bytes.baseAddress! + done, bytes.count - done)
                if wrote < 0 && errno == EINTR { continue }
                if wrote <= 0 { return true }
                done += wrote
            }
            return false
        }
        if failed { throw Self.error("a temporary file cannot be written") }
        runs.append(Run(next: start, end: start + rows.count * MemoryLayout<ImportRow>.stride))
        rows.removeAll(keepingCapacity: true)
    }

    /// The next row of a run; nil behind its last.
    private func next(of run: Int) throws(SealedMatchError) -> ImportRow? {
        if runs[run].rows.isEmpty {
            let stride = MemoryLayout<ImportRow>.stride
            let bytes = min(Self.rowsAhead * stride, runs[run].end - runs[run].next)
            guard bytes > 0 else { return nil }
            var ahead = [ImportRow](repeating: Self.empty, count: bytes / stride)
            let start = runs[run].next
            let isWhole = ahead.withUnsafeMutableBytes { buffer in
                var done = 0
                while done < bytes {
                    let got = pread(descriptor, buffer.baseAddress! + done, bytes - done, off_t(start + done))
                    if got < 0 && errno == EINTR { continue }
                    if got <= 0 { return false }
                    done += got
                }
                return true
            }
            guard isWhole else { throw Self.error("a temporary file cannot be read") }
            runs[run].next += bytes
            runs[run].rows = ahead[...]
        }
        return runs[run].rows.popFirst()
    }

    private static var empty: ImportRow {
        ImportRow(key: .init(repeating: 0), about: 0, line: 0, hash: .init(repeating: 0))
    }

    /// Gives all rows, ascending; once.
    func merge(_ body: (ImportRow) throws(SealedMatchError) -> Void) throws(SealedMatchError) {
        if descriptor < 0 {
            rows.sort { $0 < $1 }
            for row in rows { try body(row) }
            rows = []
            return
        }
        if !rows.isEmpty { try spill() }
        rows = []
        // A heap with the least row of each run.
        var heap: [(row: ImportRow, run: Int)] = []
        func sink(_ start: Int) {
            var index = start
            while true {
                var least = index
                for child in [2 * index + 1, 2 * index + 2] where child < heap.count {
                    if heap[child].row < heap[least].row { least = child }
                }
                if least == index { return }
                heap.swapAt(index, least)
                index = least
            }
        }
        for run in runs.indices {
            if let row = try next(of: run) { heap.append((row, run)) }
        }
        for index in heap.indices.reversed() { sink(index) }
        while let least = heap.first {
            try body(least.row)
            if let row = try next(of: least.run) {
                heap[0].row = row
            } else {
                heap[0] = heap[heap.count - 1]
                heap.removeLast()
            }
            sink(0)
        }
    }
}
