public import ArgumentParser
public import SealedMatchFingerprint
internal import SealedMatchLists

struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Works on a source's hash list.",
        subcommands: [ListImportCommand.self, ListVariantsCommand.self])
}

extension PictureVariant: ExpressibleByArgument {}

struct ListVariantsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "variants", abstract: "Prints the lines that find mirrored or turned copies of what a list holds.",
        discussion: """
            PDQ finds no mirrored copy, but its hash follows from the listed one. Append these lines to the list, or \
            print them to a file that you append; each variant is one more entry for each hash, and counts like \
            another picture. Lines that end in "without-marks" (`fingerprint --profile 3`) have variants, too. A \
            source that wants to share support with others (`set build --min-sources`) should agree with them on the \
            variants.
            """)

    @Argument(help: "A hash list.")
    var list: String

    @Option(
        help:
            "mirrored, upside-down, turned-180, turned-left, turned-right, transposed or antitransposed; may be repeated. Without it: mirrored."
    )
    var variant: [PictureVariant] = []

    @Flag(help: "Leave out lines that are no hash, instead of stopping there.")
    var skipBadLines = false

    func run() throws {
        try reportingFailures {
            let hashes = try HashList.reading(list, profile: .standard, skipBadLines: skipBadLines)
            var without = 0
            for variant in variant.isEmpty ? [.mirrored] : variant {
                Terminal.print("# \(variant.rawValue): \(list)")
                without = 0
                for hash in hashes.hashes {
                    switch hash {
                    case .pdq(let hash): Terminal.print("pdq \(hash.variant(variant).hexadecimal)")
                    case .video(let key, let companions):
                        Terminal.print(
                            "video "
                                + ([key] + companions).map { $0.variant(variant).hexadecimal }.joined(separator: " "))
                    case .sha256, .md5: without += 1
                    }
                }
            }
            Terminal.note(
                "\(list): \(count(hashes.hashes.count - without, "hash", "hashes")) with variants, "
                    + "\(without) of bytes without, \(hashes.poorLines.count) of too low quality, "
                    + "\(count(hashes.badLines.count, "bad line")) skipped"
            )
        }
    }
}
