internal import ArgumentParser
internal import SealedMatchFingerprint
internal import SealedMatchListImport

extension ImportFormat: ExpressibleByArgument {}

struct ListImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Makes a list of files as a source holds them.",
        discussion: """
            Formats: ncmec (pages of NCMEC's hash sharing, XML of version 2, with deletions), stopncii (pages of \
            StopNCII's FetchHashes, JSON), csv (a table with a header), threatexchange (lines of python-threatexchange, \
            or its CSV), vpdq (the frames of one video in each file), icse (a table with a column for each kind of \
            hash). Docs/Lists.md says what is known of each, and what is taken.

            Says how many hashes were taken, how many were not and why, and where the first of these stand. Hashes \
            that are none (malformed, or of a wrong length) are an error unless --skip-bad-lines leaves them out: exit \
            code 65, and no list is written. Of an entry that comes in several versions the newest counts, also if it \
            is a deletion; so give all pages in one command, in any order. The list holds each hash once, sorted: the \
            same files give the same list.

            Of pictures that were hashed with a logo or a caption on them a list for profile 3 should hold a second \
            hash, an entry more, which needs the picture (`fingerprint --profile 3`). Such pictures are often not \
            found by the hash alone.

            Memory does not grow with the files, which may be pipes. What is sorted lies in a nameless file beside \
            LIST, at most twice as large as all hashes take. LIST appears when it is complete: after an interrupt \
            or a kill, give the command again. A LIST that is there already is not replaced unless --force says so, \
            and then only one that an import made.
            """)

    @Option(
        name: .customLong("from"),
        help: "What the files are: \(ImportFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format: ImportFormat

    @Argument(help: "Files of the source.")
    var files: [String]

    @Option(name: [.short, .customLong("output")], help: "The list to write.")
    var output: String

    @Option(
        name: .customLong("class"),
        help: "Take hashes of this class only, for example A1: NCMEC's classification, or a column. May be repeated.")
    var classes: [String] = []

    @Option(help: "csv: the column of hashes. Without it: hash, or one of pdq, md5, sha256.")
    var hashColumn: String?

    @Option(help: "csv: the column that says what kind each hash is. Without it: kind, type or the like.")
    var kindColumn: String?

    @Option(help: "csv, icse: the column of PDQ qualities. Without it: quality.")
    var qualityColumn: String?

    @Option(help: "csv, icse: the column of classes. Without it: class, classification or category.")
    var classColumn: String?

    @Option(help: "csv: pdq, md5 or sha256: what the column of hashes holds if no other says it. Without it: pdq.")
    var kind: String?

    @Flag(help: "Leave out what is no hash, and count it, instead of writing no list.")
    var skipBadLines = false

    @Flag(help: "Replace LIST, if an import made it.")
    var force = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if format != .csv, hashColumn ?? kindColumn ?? kind != nil {
            throw ValidationError("--hash-column, --kind-column and --kind are for --from csv.")
        }
        if format != .csv, format != .icse, qualityColumn ?? classColumn != nil {
            throw ValidationError("--quality-column and --class-column are for --from csv and icse.")
        }
        if let kind, ImportedHash.Kind(name: kind) == nil {
            throw ValidationError("--kind is pdq, md5 or sha256.")
        }
        if format == .vpdq, !classes.isEmpty { throw ValidationError("A file of vPDQ has no class.") }
    }

    func run() throws {
        try reportingFailures {
            var options = ImportOptions(minimumQuality: FingerprintProfile.standard.minimumQuality)
            options.classes = classes
            options.hashColumn = hashColumn
            options.kindColumn = kindColumn
            options.qualityColumn = qualityColumn
            options.classColumn = classColumn
            options.kind = kind.flatMap { ImportedHash.Kind(name: $0) }
            options.skippingBadEntries = skipBadLines
            let result = Interruption.watching { interruption in
                Result { () throws(ImportFailure) in
                    try ListImport.run(
                        format, files: files, list: output, options: options, replacing: force,
                        watch: ImportWatch(isInterrupted: { interruption.isRequested }) { name, done, size in
                            if let size {
                                Terminal.progress("reading \(escaped(name))", min(done, size), size)
                            } else {
                                Terminal.progress("reading \(name): \(done >> 20) MiB")
                            }
                        })
                }
            }
            Terminal.endProgress()
            switch result {
            case .success(let report): try self.report(report, isWritten: true)
            case .failure(let error):
                switch error {
                case .file(let name, let error): throw Failure(error, name)
                case .broken(let name, let line, let reason):
                    throw Failure("\(name):\(line): not \(format.rawValue): \(reason). No list is written")
                case .faults(let report):
                    try self.report(report, isWritten: false)
                    throw Failure(
                        "\(output): not written: some hashes are none. Ask the source, or leave them out with "
                            + "--skip-bad-lines")
                case .nothing(let report):
                    try self.report(report, isWritten: false)
                    throw Failure("\(output): not written: there is no hash to take")
                }
            }
        }
    }

    /// What was taken, what not, and why: on standard output.
    private func report(_ report: ImportReport, isWritten: Bool) throws {
        for warning in report.warnings { Terminal.note("warning: \(warning)") }
        if json {
            return try Terminal.printJSON(ImportSummary(report, format: format, list: isWritten ? output : nil))
        }
        let kinds = ["pdq", "md5", "sha256", "video"].filter { report.taken[$0] != nil }
        if isWritten {
            Terminal.print(
                "\(output): \(count(report.takenCount, "hash", "hashes")), "
                    + kinds.map { "\(report.taken[$0]!) \($0)" }.joined(separator: ", "))
        }
        Terminal.print(
            "read: \(count(report.read, "hash", "hashes")) and \(count(report.deletions, "deletion")) in "
                + count(files.count, "file"))
        for reason in ImportReport.Reason.allCases {
            guard let left = report.left[reason], left.count > 0 else { continue }
            let places = left.first.map { "\($0.file):\($0.line)" }.joined(separator: ", ")
            Terminal.print(
                "not taken: \(left.count) \(reason.text): \(places)\(left.count > left.first.count ? ", …" : "")")
        }
        for (name, number) in report.unsupported.sorted(by: { $0.key < $1.key }) {
            Terminal.print("  \(number) \(name)")
        }
    }
}

/// What `--json` prints of an import.
struct ImportSummary: Encodable {
    struct Left: Encodable {
        let reason: String
        let count: Int
        let first: [Place]
    }
    struct Place: Encodable {
        let file: String
        let line: Int
    }

    let format: String
    /// Null if no list was written.
    let list: String?
    let read: Int
    let deletions: Int
    let taken: [String: Int]
    let notTaken: [Left]
    let unsupported: [String: Int]
    let warnings: [String]

    init(_ report: ImportReport, format: ImportFormat, list: String?) {
        self.format = format.rawValue
        self.list = list
        read = report.read
        deletions = report.deletions
        taken = report.taken
        notTaken = ImportReport.Reason.allCases.compactMap { reason in
            report.left[reason].map { left in
                Left(
                    reason: reason.rawValue, count: left.count,
                    first: left.first.map { Place(file: $0.file, line: $0.line) })
            }
        }
        unsupported = report.unsupported
        warnings = report.warnings
    }
}
