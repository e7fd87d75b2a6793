internal import Glibc
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchSimulation

/// The files of `simulate --plots`: all of them or none, and no other file in their place.
enum SimulationPlots {
    private static let names = ["reveal.svg", "innocents.svg", "openings.svg"]

    /// Refuses before any work what could not be written after it, and makes the folder.
    /// - Returns: whether the folder is new.
    static func makeRoom(_ folder: String, replacing: Bool) throws -> Bool {
        for name in names where !replacing && DurableFile.exists("\(folder)/\(name)") {
            throw Failure(
                "\(folder)/\(name): it is there already, and is not replaced; give another folder, or --force",
                code: Failure.badFile)
        }
        let isNew = !DurableFile.exists(folder)
        try about(folder) { try LockedDirectory.make(folder) }
        guard isDirectory(folder) else {
            throw Failure("\(folder): it is no folder; give another name", code: Failure.badFile)
        }
        return isNew
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Takes an empty folder away again.
    static func remove(_ folder: String) { rmdir(folder) }

    static func write(_ plots: [(name: String, text: String)], to folder: String, replacing: Bool) throws {
        let texts = plots.map { Array($0.text.utf8) }
        // One buffer for all: the parts must live until all files are there.
        let joined = texts.flatMap { $0 }
        try about(folder) {
            try joined.span.withUnsafeBytes { (bytes) throws(SealedMatchError) in
                var files: [NewFile] = []
                var first = 0
                for (plot, text) in zip(plots, texts) {
                    let part = UnsafeRawBufferPointer(rebasing: bytes[first..<(first + text.count)])
                    first += text.count
                    files.append(
                        NewFile(
                            path: "\(folder)/\(plot.name)", parts: [part], isSecret: false,
                            kind: SimulationReport.plotBeginning))
                }
                try DurableFile.create(files, replacing: replacing)
            }
        }
    }
}
