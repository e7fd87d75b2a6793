internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchFingerprint

/// Makes a list of files as a source holds them. Source: `Docs/Lists.md`.
///
/// Files are read once, from the first byte to the last, in memory that does not grow with them: what is sorted lies in
/// a nameless file beside the list. The list appears whole, or not at all; who was interrupted or killed begins anew.
package enum ListImport {
    /// How each list begins that an import made; only such a one is replaced.
    package static let beginning: StaticString = "# sealedmatch list import"

    /// - Parameters:
    ///   - files: their paths.
    ///   - list: the path of the new list.
    ///   - replacing: replace a list there that an import made.
    ///   - rowsInMemory: hashes that are sorted in memory, 96 bytes each and as much again.
    /// - Throws: `ImportFailure`; then nothing is written.
    package static func run(
        _ format: ImportFormat, files: [String], list: String, options: ImportOptions, replacing: Bool = false,
        rowsInMemory: Int = 100_000, watch: ImportWatch
    ) throws(ImportFailure) -> ImportReport {
        let collector = ImportCollector(options, files: files, list: list, rowsInMemory: rowsInMemory)
        var isLastPageThere = false
        for (index, path) in files.enumerated() {
            collector.begin(file: index)
            let source = try ByteSource(path: path, watch: watch)
            switch format {
            case .ncmec:
                if try HashSharingReader.read(source, into: collector) { isLastPageThere = true }
            case .stopncii:
                if try StopNCIIReader.read(source, into: collector) { isLastPageThere = true }
            case .csv, .icse: try TableReader.read(source, into: collector, format, options)
            case .threatexchange: try SignalLineReader.read(source, into: collector, options)
            case .vpdq: try FrameReader.read(source, into: collector, options)
            }
        }
        if format == .ncmec || format == .stopncii, !isLastPageThere {
            collector.report.warn("each of these pages names a next one: the last page is not among them")
        }
        if collector.report.hasFaults && !options.skippingBadEntries {
            throw .faults(collector.report)
        }
        var failure: ImportFailure?
        do throws(SealedMatchError) {
            try DurableFile.create(at: list, isSecret: false, kind: beginning, replacing: replacing) {
                (writer) throws(SealedMatchError) in
                try writer.write("\(beginning): \(format.rawValue)\n".utf8)
                do throws(ImportFailure) {
                    try collector.lines { (line) throws(SealedMatchError) in
                        try writer.write(line.utf8)
                        try writer.write([0x0A])
                    }
                    if collector.report.takenCount == 0 { throw .nothing(collector.report) }
                } catch {
                    failure = error
                    throw SealedMatchError(.fileFailed, "the list is not written")
                }
            }
        } catch {
            throw failure ?? .file(list, error)
        }
        return collector.report
    }
}
