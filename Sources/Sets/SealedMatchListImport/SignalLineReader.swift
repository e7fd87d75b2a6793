/// Lines of python-threatexchange, `TYPE HASH`; or the CSV of its `dataset` command, which begins with `collab,`.
enum SignalLineReader {
    static func read(
        _ source: ByteSource, into collector: ImportCollector, _ options: ImportOptions
    ) throws(ImportFailure) {
        if try source.ahead().starts(with: "collab,".utf8) {
            return try TableReader.read(source, into: collector, .threatexchange, options)
        }
        guard try source.peek() != nil else { throw source.broken("the file is empty") }
        while let (line, text) = try source.nextLine(limit: 1 << 16) {
            guard let text else {
                collector.leave(.malformed, line: line)
                continue
            }
            let fields = text.split(maxSplits: 2) { $0 == " " || $0 == "\t" }
            if fields.isEmpty { continue }
            guard fields.count > 1 else {
                collector.leave(.malformed, line: line)
                continue
            }
            // What follows the hash is what the program knows of it, for people.
            var entry = ImportedEntry(line: line)
            entry.hashes = [ImportedHash(name: String(fields[0]), digits: Array(fields[1].utf8))]
            try collector.add(entry)
        }
    }
}
