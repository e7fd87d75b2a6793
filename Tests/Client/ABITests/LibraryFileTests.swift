import Foundation
import SealedMatchTestSupport
import Testing

/// The file that is shipped: what it exports, needs and holds; and that the check of it finds what it should.
@Suite(.enabled(if: CLibrary.isBuilt)) struct LibraryFileTests {
    private let library: CLibrary
    private let directory = TemporaryDirectory()

    init() throws { library = try #require(CLibrary.built) }

    private func check(_ arguments: String...) throws -> Run {
        try Run(
            [
                "python3", CLibrary.root.appendingPathComponent("Tests/Client/ABITests/Scripts/check_abi.py").path,
                "--library", library.file.path,
            ] + arguments)
    }

    @Test func headerAndLibraryAgree() throws { try check().expectSuccess() }

    @Test func divergenceIsFound() throws {
        let header = try String(contentsOf: CLibrary.header, encoding: .utf8)
        let changes: [(String, String, String)] = [
            (
                "int32_t sealedmatch_set_close(sealedmatch_set set);", "",
                "sealedmatch_set_close is exported but not declared"
            ),
            (
                "int32_t sealedmatch_set_close(", "int32_t sealedmatch_more(void); int32_t sealedmatch_set_close(",
                "sealedmatch_more is declared but not exported"
            ),
            ("SEALEDMATCH_STORE_FULL = 405", "SEALEDMATCH_STORE_FULL = 415", "code 415: its text is"),
            ("    SEALEDMATCH_BAD_HANDLE = 802,", "", "code 802: its text is"),
            ("SEALEDMATCH_ABI_MAJOR 4", "SEALEDMATCH_ABI_MAJOR 5", "the SONAME is"),
            ("SEALEDMATCH_ABI_MINOR 0", "SEALEDMATCH_ABI_MINOR 1", "the library's version is"),
        ]
        for (old, new, finding) in changes {
            let changed = header.replacingOccurrences(of: old, with: new)
            try #require(changed != header, "\(old) is not in the header")
            let path = directory.file("sealedmatch.h")
            try changed.write(toFile: path, atomically: true, encoding: .utf8)
            let run = try check("--header", path)
            #expect(run.status == 1 && run.output.contains(finding), "\(old): \(run.output)")
        }
    }

    @Test func anotherProcessorIsFound() throws {
        #if arch(arm64)
            let run = try check("--machine", "x86_64")
        #else
            let run = try check("--machine", "aarch64")
        #endif
        #expect(run.status == 1 && run.output.contains("it is for "), "\(run.output)")
    }

    /// The registry's check, which compares codes and constants of all places, finds what each place says otherwise.
    @Test(arguments: [
        (
            "Sources/Client/CSealedMatch/include/sealedmatch.h", "STORE_FULL = 405", "STORE_FULL = 415",
            "STORE_FULL is 415"
        ),
        ("Sources/Client/CSealedMatch/include/sealedmatch.h", "SECRET_BYTES 40", "SECRET_BYTES 41", "bytes is 41"),
        ("Docs/Protocol.md", "| 403, 404, 405 |", "| 403, 404, 411 |", "storeFull is 411"),
        ("Docs/Protocol.md", "minimum quality 50, probe", "minimum quality 51, probe", "minimumQuality is 51"),
        ("Vectors/generate/reference/profile.py", "probes=32", "probes=33", "probes is 33"),
        ("Vectors/schemas/client.schema.json", "\"epochTooFar\"", "\"epochTooFarr\"", "epochTooFarr is no error"),
    ]) func divergenceFromTheRegistryIsFound(path: String, old: String, new: String, finding: String) throws {
        let text = try String(contentsOf: CLibrary.root.appendingPathComponent(path), encoding: .utf8)
        let changed = text.replacingOccurrences(of: old, with: new)
        try #require(changed != text)
        try changed.write(toFile: directory.file("changed"), atomically: true, encoding: .utf8)
        let registry = CLibrary.root.appendingPathComponent("Tests/House/registry.py").path
        let run = try Run(["python3", registry, "--with", path, directory.file("changed")])
        #expect(run.status == 1 && run.output.contains(finding), "\(run.output)")
    }

    /// A body that does not fit the header does not compile.
    @Test func theCompilerChecksTheBodies() throws {
        let sources = CLibrary.root.appendingPathComponent("Sources")
        func compile(_ header: String) throws -> Run {
            try header.write(toFile: directory.file("sealedmatch.h"), atomically: true, encoding: .utf8)
            try #"module CSealedMatch { header "sealedmatch.h" export * }"#.write(
                toFile: directory.file("module.modulemap"), atomically: true, encoding: .utf8)
            let files = try FileManager.default.contentsOfDirectory(atPath: sources.path + "/Client/SealedMatchABI")
                .filter {
                    $0.hasSuffix(".swift")
                }
            return try Run(
                // Of its own cache of modules: clang tells headers of one length apart by whole seconds.
                [
                    "swiftc", "-typecheck", "-module-cache-path", directory.file("modules-" + UUID().uuidString),
                    "-swift-version", "6", "-enable-experimental-feature", "Embedded", "-wmo", "-package-name",
                    "sealedmatch", "-parse-as-library",
                ]
                    + [
                        "-I", library.directory.path, "-I", directory.path, "-I",
                        sources.path + "/Core/CSealedMatchSodium",
                        "-I", sources.path + "/Core/CSealedMatchPlatform",
                        "-I", sources.path + "/Core/CSealedMatchGroup/include",
                    ]
                    + ["-enable-upcoming-feature", "InternalImportsByDefault", "-module-name", "SealedMatchABI"]
                    + files.map { sources.path + "/Client/SealedMatchABI/" + $0 })
        }
        let header = try String(contentsOf: CLibrary.header, encoding: .utf8)
        try compile(header).expectSuccess()
        let changed = header.replacingOccurrences(
            of: "sealedmatch_secret_ratchet(sealedmatch_secret secret, uint64_t now)",
            with: "sealedmatch_secret_ratchet(sealedmatch_secret secret, uint32_t now)")
        try #require(changed != header)
        let run = try compile(changed)
        #expect(run.status != 0 && run.output.contains("sealedmatch_secret_ratchet"), "\(run.output)")
    }

    @Test(arguments: [
        ["gcc", "-std=c99"], ["gcc", "-std=c11"], ["clang", "-std=c99"], ["clang", "-std=c17"],
        ["g++", "-x", "c++", "-std=c++11"], ["clang++", "-x", "c++", "-std=c++20"],
    ]) func headerCompiles(_ compiler: [String]) throws {
        let path = directory.file("include.c")
        try
            "#include <sealedmatch.h>\nint main(void) { return sealedmatch_abi_version() == SEALEDMATCH_ABI_VERSION ? 0 : 1; }\n"
            .write(toFile: path, atomically: true, encoding: .utf8)
        try Run(
            compiler + [
                "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I", CLibrary.header.deletingLastPathComponent().path,
                "-c", path, "-o", directory.file("include.o"),
            ]
        ).expectSuccess()
    }
}
