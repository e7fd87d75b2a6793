// swift-tools-version: 6.2
import Foundation
import PackageDescription

// Seven rooms under Sources, arrows downwards: Tool and Lab, Server, Testing, Client, Sets, Core.
// CONTRIBUTING.md says what lives where. Every target has the prefix SealedMatch (C modules: CSealedMatch),
// so that no name can clash with a target of the package that depends on this one.

/// Swift settings of every target: Swift 6, imports internal unless they say otherwise, `any` written out.
let program: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
]
/// `make test` and `make check` set this variable: in their debug build the libraries are optimised as in a release,
/// and the tests, which take longest to compile, are not. No dependent package inherits such flags.
let isOptimised = ProcessInfo.processInfo.environment["SEALEDMATCH_OPTIMISED"] != nil
let optimised: [SwiftSetting] =
    isOptimised
    ? [.unsafeFlags(["-O", "-whole-module-optimization", "-num-threads", "2", "-disable-batch-mode"])] : []
let optimisedC: [CSetting] = isOptimised ? [.unsafeFlags(["-O2"])] : []
/// Settings of what products hold: unsafe operations are marked, too. Core and Client also build as Embedded Swift.
let library = program + [.strictMemorySafety()] + optimised

/// Third-party packages are for the trait `Server` alone: with `traits: []` a dependent package checks out none.
let grdb = Target.Dependency.product(
    name: "GRDB", package: "GRDB.swift", condition: .when(traits: ["Server"]))
let sqlite = Target.Dependency.product(
    name: "GRDBSQLite", package: "GRDB.swift", condition: .when(traits: ["Server"]))
let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser", condition: .when(traits: ["Server"]))
/// What only `sealedmatchd` is built with.
let hummingbird = Target.Dependency.product(
    name: "Hummingbird", package: "hummingbird", condition: .when(traits: ["Server"]))
let logging = Target.Dependency.product(name: "Logging", package: "swift-log", condition: .when(traits: ["Server"]))
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics", condition: .when(traits: ["Server"]))
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle", condition: .when(traits: ["Server"]))

func room(
    _ room: String, _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [],
    settings: [SwiftSetting] = library
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Sources/\(room)/\(name)", exclude: exclude,
        cSettings: optimisedC, swiftSettings: settings)
}

func system(_ room: String, _ name: String, pkgConfig: String? = nil, apt: String? = nil) -> Target {
    .systemLibrary(
        name: name, path: "Sources/\(room)/\(name)", pkgConfig: pkgConfig, providers: apt.map { [.apt([$0])] })
}

func tests(
    _ room: String, _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [],
    settings: [SwiftSetting] = program
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["SealedMatchTestSupport"], path: "Tests/\(room)/\(name)",
        exclude: exclude, swiftSettings: settings)
}

let core: [Target] = [
    system("Core", "CSealedMatchSodium", pkgConfig: "libsodium", apt: "libsodium-dev"),
    system("Core", "CSealedMatchPlatform"),
    // ristretto255 on many elements at once, in C: code for several kinds of processor, chosen when the program runs.
    room("Core", "CSealedMatchGroup"),
    room("Core", "SealedMatchCrypto", ["CSealedMatchSodium", "CSealedMatchPlatform", "CSealedMatchGroup"]),
    room("Core", "SealedMatchFingerprint"),
    room("Core", "SealedMatchProtocol", ["SealedMatchCrypto", "SealedMatchFingerprint"]),
    // The witnessed log: notes, checkpoints, proofs, policies, entries.
    room("Core", "SealedMatchLog", ["SealedMatchProtocol"]),
    room("Core", "SealedMatchFiles", ["SealedMatchProtocol", "CSealedMatchPlatform"]),
    // Starts other programs: in `Tool` and `Server`.
    room("Core", "CSealedMatchSpawn"),
]

let client: [Target] = [
    room("Client", "SealedMatchClient", ["SealedMatchProtocol", "SealedMatchFiles", "SealedMatchLog"]),
    // The C ABI: the header is hand-written, and the compiler checks the Swift bodies against it.
    // `make library` builds it as Embedded Swift.
    room("Client", "CSealedMatch"),
    room(
        "Client", "SealedMatchABI", ["CSealedMatchPlatform", "CSealedMatch", "SealedMatchClient"],
        exclude: ["sealedmatch.map", "sealedmatch.pc.in"]),
]

let sets: [Target] = [
    room("Sets", "SealedMatchWorkers", ["SealedMatchCrypto"]),
    // Sources' hash lists and key files.
    room("Sets", "SealedMatchLists", ["SealedMatchProtocol", "SealedMatchFiles"]),
    // Lists as sources hold them, to our lines. Foundation has the XML parser.
    room(
        "Sets", "SealedMatchListImport",
        ["SealedMatchProtocol", "SealedMatchFingerprint", "SealedMatchFiles", "SealedMatchLists", "SealedMatchJSON"],
        settings: program + optimised),
    // The log on its publisher's disk, what witnesses are asked, and the monitor.
    room("Sets", "SealedMatchPublishing", ["SealedMatchProtocol", "SealedMatchFiles", "SealedMatchLog"]),
    room(
        "Sets", "SealedMatchSets",
        ["SealedMatchProtocol", "SealedMatchFiles", "SealedMatchLists", "SealedMatchWorkers"]),
]

// Only the authority's target knows α; only SQLite's knows a database.
let server: [Target] = [
    // What a collector keeps, and how it is read: the seams `Intake` and `VoucherSource`.
    room("Server", "SealedMatchCollector", ["SealedMatchProtocol"]),
    // What an authority keeps, and the decision on it: the seam `OpeningStore`, and reveal.
    room(
        "Server", "SealedMatchOpenings",
        ["SealedMatchProtocol", "SealedMatchCollector", "CSealedMatchElimination"]),
    // The decoder's inner loops, for AVX2 and for every processor.
    room("Server", "CSealedMatchElimination"),
    // Opening: the seam `Evaluator`, which holds α.
    room(
        "Server", "SealedMatchAuthority",
        ["SealedMatchProtocol", "SealedMatchCollector", "SealedMatchOpenings"]),
    // α divided among custodians: key generation, and an `Evaluator` that asks them.
    room(
        "Server", "SealedMatchCustodians",
        [
            "SealedMatchProtocol", "SealedMatchFiles", "SealedMatchLists", "SealedMatchSets", "SealedMatchAuthority",
            "SealedMatchJSON",
        ]),
    // What a person reads.
    room(
        "Server", "SealedMatchCases",
        ["SealedMatchProtocol", "SealedMatchFiles", "SealedMatchLists", "SealedMatchOpenings", "SealedMatchJSON"]),
    // What follows from a confirmed case: reports, and requests to the messenger.
    room(
        "Server", "SealedMatchReports",
        ["SealedMatchProtocol", "SealedMatchFiles", "SealedMatchLists", "SealedMatchCases", "SealedMatchJSON"]),
    // The stores in SQLite files.
    room(
        "Server", "SealedMatchSQLite",
        [
            "SealedMatchProtocol", "SealedMatchFiles", "SealedMatchLists", "SealedMatchCollector",
            "SealedMatchOpenings", "SealedMatchCases", grdb, sqlite,
        ]),
    system("Server", "CSealedMatchNATS", pkgConfig: "libnats", apt: "libnats-dev"),
    // The intake in NATS JetStream, a work queue.
    room("Server", "SealedMatchJetStream", ["SealedMatchProtocol", "SealedMatchCollector", "CSealedMatchNATS"]),
    // The store of openings in a PostgreSQL server. No pkg-config: SwiftPM would warn wherever libpq is not installed.
    system("Server", "CSealedMatchPQ", apt: "libpq-dev"),
    room(
        "Server", "SealedMatchPostgreSQL",
        ["SealedMatchProtocol", "SealedMatchCollector", "SealedMatchOpenings", "CSealedMatchPQ"]),
    // From SQLite files to JetStream and PostgreSQL.
    room(
        "Server", "SealedMatchMigration",
        [
            "SealedMatchProtocol", "SealedMatchCollector", "SealedMatchOpenings", "SealedMatchSQLite",
            "SealedMatchJetStream", "SealedMatchPostgreSQL",
        ]),
    // The collector's HTTP calls, before any intake.
    room(
        "Server", "SealedMatchFront",
        [
            "SealedMatchProtocol", "SealedMatchFiles", "SealedMatchCollector", "SealedMatchJSON", hummingbird, logging,
            metrics,
        ], settings: program + optimised),
    // The page on which people review cases.
    room(
        "Server", "SealedMatchReview",
        [
            "SealedMatchProtocol", "SealedMatchFiles", "SealedMatchLists", "SealedMatchCases", "SealedMatchSQLite",
            "SealedMatchFront", "SealedMatchJSON", "CSealedMatchSpawn", hummingbird, logging, metrics,
        ], settings: program + optimised),
    // The service: every role in one program.
    .executableTarget(
        name: "sealedmatchd",
        dependencies: [
            "SealedMatchFront", "SealedMatchReview", "SealedMatchCollector", "SealedMatchAuthority",
            "SealedMatchCustodians", "SealedMatchOpenings", "SealedMatchCases", "SealedMatchSQLite", "SealedMatchLists",
            "SealedMatchSets", "SealedMatchFiles", "SealedMatchReports",
            "SealedMatchJSON", "SealedMatchJetStream", "SealedMatchPostgreSQL", "SealedMatchMigration",
            argumentParser, hummingbird, logging, metrics, lifecycle,
        ], path: "Sources/Server/sealedmatchd", swiftSettings: program + optimised),
]

let tool: [Target] = [
    system("Tool", "CSealedMatchTurboJPEG", pkgConfig: "libturbojpeg", apt: "libturbojpeg0-dev"),
    system("Tool", "CSealedMatchPNG", pkgConfig: "libpng", apt: "libpng-dev"),
    system("Tool", "CSealedMatchWebP", pkgConfig: "libwebp", apt: "libwebp-dev"),
    // Its pkg-config file names a flag that SwiftPM warns of, and nothing that is needed.
    system("Tool", "CSealedMatchAVIF", apt: "libavif-dev"),
    system("Tool", "CSealedMatchHEIF", pkgConfig: "libheif", apt: "libheif-dev"),
    system("Tool", "CSealedMatchTIFF", pkgConfig: "libtiff-4", apt: "libtiff-dev"),
    room("Tool", "CSealedMatchPNGReader", ["CSealedMatchPNG"]),
    room("Tool", "CSealedMatchTIFFReader", ["CSealedMatchTIFF"]),
    room(
        "Tool", "SealedMatchPictures",
        [
            "CSealedMatchTurboJPEG", "CSealedMatchPNGReader", "CSealedMatchWebP", "CSealedMatchAVIF",
            "CSealedMatchHEIF", "CSealedMatchTIFFReader",
        ]),
    // Frames of videos, by the `ffmpeg` program.
    room("Tool", "SealedMatchVideos", ["CSealedMatchSpawn"]),
    .executableTarget(
        name: "sealedmatch",
        dependencies: [
            "SealedMatchClient", "SealedMatchLists", "SealedMatchListImport", "SealedMatchSets", "SealedMatchWorkers",
            "SealedMatchCollector",
            "SealedMatchAuthority", "SealedMatchCustodians", "SealedMatchOpenings", "SealedMatchCases",
            "SealedMatchReports", "SealedMatchSQLite", "SealedMatchPictures", "SealedMatchVideos",
            "SealedMatchMessengerStandIn",
            "SealedMatchDecoyAnalysis",
            "SealedMatchBenchmarks", "SealedMatchLog", "SealedMatchPublishing", "SealedMatchKit", "SealedMatchJSON",
            "SealedMatchVectors", "CSealedMatchSpawn",
            argumentParser,
            "SealedMatchSimulation",
        ], path: "Sources/Tool/sealedmatch", swiftSettings: program),
]

let lab: [Target] = [
    room("Lab", "SealedMatchDecoyAnalysis", ["SealedMatchProtocol"], settings: program + optimised),
    room(
        "Lab", "SealedMatchSimulation",
        [
            "SealedMatchClient", "SealedMatchSets", "SealedMatchWorkers", "SealedMatchAuthority",
            "SealedMatchDecoyAnalysis", "SealedMatchJSON",
        ],
        settings: program + optimised),
    // What a service bears: starts one, and sends.
    .executableTarget(
        name: "sealedmatch-load",
        dependencies: [
            "SealedMatchClient", "SealedMatchSets", "SealedMatchWorkers", "SealedMatchCollector", "SealedMatchSQLite",
        ], path: "Sources/Lab/ServiceLoad", swiftSettings: program),
    room("Lab", "SealedMatchMessengerStandIn", ["CSealedMatchSodium", "SealedMatchCrypto"], settings: program),
    room(
        "Lab", "SealedMatchBenchmarks",
        [
            "CSealedMatch", "CSealedMatchGroup", "SealedMatchClient", "SealedMatchLog", "SealedMatchSets",
            "SealedMatchWorkers", "SealedMatchAuthority", "SealedMatchCustodians",
            "SealedMatchOpenings", "SealedMatchCases", "SealedMatchSQLite", "SealedMatchPictures",
            "SealedMatchMessengerStandIn", "SealedMatchTesting",
        ], settings: program),
]

let testing: [Target] = [
    // For the tests of others: a whole deployment in memory, and what each seam promises, as checks.
    room(
        "Testing", "SealedMatchTesting",
        [
            "SealedMatchProtocol", "SealedMatchClient", "SealedMatchLists", "SealedMatchSets", "SealedMatchWorkers",
            "SealedMatchCollector", "SealedMatchOpenings", "SealedMatchAuthority",
        ]),
    // The same for other languages, over lines of JSON.
    room("Testing", "SealedMatchKit", ["SealedMatchTesting", "SealedMatchJSON"], exclude: ["kit.schema.json"]),
    .target(
        name: "SealedMatchTestSupport", dependencies: ["SealedMatchClient", "SealedMatchSets", "SealedMatchWorkers"],
        path: "Tests/TestSupport", swiftSettings: program + optimised),
    // Servers of JetStream and PostgreSQL that tests start.
    .target(
        name: "SealedMatchServerTestSupport",
        dependencies: ["SealedMatchTestSupport", "SealedMatchJetStream", "CSealedMatchNATS"],
        path: "Tests/Server/ServerTestSupport", swiftSettings: program),
    .executableTarget(
        name: "SealedMatchCollectorCrashFixture", dependencies: ["SealedMatchCollector", "SealedMatchSQLite"],
        path: "Tests/Server/CollectorCrashFixture", swiftSettings: program),
    .executableTarget(
        name: "SealedMatchPostgreSQLFixture",
        dependencies: ["SealedMatchPostgreSQL", "SealedMatchSQLite", "SealedMatchTesting"],
        path: "Tests/Server/PostgreSQLFixture", swiftSettings: program),
    .executableTarget(
        name: "SealedMatchQueueFixture",
        dependencies: ["SealedMatchAuthority", "SealedMatchJetStream", "SealedMatchSQLite", "SealedMatchTesting"],
        path: "Tests/Server/QueueFixture", swiftSettings: program),
    .executableTarget(
        name: "SealedMatchBuildFixture", dependencies: ["SealedMatchSets", "SealedMatchWorkers"],
        path: "Tests/Sets/BuildFixture", swiftSettings: program),
    // Files of test vectors, and their run through another implementation.
    // JSON, strictly read.
    room("Testing", "SealedMatchJSON"),
    room("Testing", "SealedMatchVectors", ["SealedMatchJSON"]),
    tests("Core", "SealedMatchCryptoTests", ["SealedMatchProtocol", "SealedMatchWorkers"]),
    tests(
        "Core", "SealedMatchFingerprintTests", ["SealedMatchFingerprint", "SealedMatchPictures"],
        exclude: ["Scripts", "Data"],
        // What these two compute for comparison takes longer than compiling them well.
        settings: program + optimised),
    tests("Core", "SealedMatchProtocolTests", ["SealedMatchProtocol"]),
    tests("Core", "SealedMatchLogTests", ["SealedMatchLog", "SealedMatchJSON"]),
    tests("Core", "SealedMatchFilesTests", ["SealedMatchFiles", "SealedMatchSets"]),
    tests(
        "Client", "SealedMatchClientTests",
        [
            "SealedMatchClient", "SealedMatchSets", "SealedMatchWorkers", "SealedMatchCollector",
            "SealedMatchAuthority", "SealedMatchOpenings", "SealedMatchSQLite",
        ]),
    tests("Client", "ABITests", ["SealedMatchClient", "SealedMatchSets"], exclude: ["Programs", "Scripts"]),
    tests("Sets", "SealedMatchListsTests", ["SealedMatchLists", "SealedMatchListImport"]),
    tests("Sets", "SealedMatchPublishingTests", ["SealedMatchPublishing"]),
    tests(
        "Sets", "SealedMatchSetsTests",
        ["SealedMatchClient", "SealedMatchSets", "SealedMatchWorkers", "SealedMatchBuildFixture"],
        settings: program + optimised),
    tests(
        "Server", "SealedMatchCollectorTests",
        [
            "SealedMatchCollector", "SealedMatchSQLite", "SealedMatchTesting", "SealedMatchCollectorCrashFixture", grdb,
        ]),
    tests(
        "Server", "SealedMatchAuthorityTests",
        [
            "SealedMatchClient", "SealedMatchCollector", "SealedMatchAuthority", "SealedMatchOpenings",
            "SealedMatchCases", "SealedMatchSQLite", "SealedMatchTesting", "CSealedMatchElimination", grdb,
        ]),
    tests(
        "Server", "SealedMatchCasesTests",
        ["SealedMatchCases", "SealedMatchCollector", "SealedMatchSQLite", grdb]),
    tests("Server", "SealedMatchReportsTests", ["SealedMatchReports", "SealedMatchCases", "SealedMatchSQLite"]),
    tests("Server", "SealedMatchCustodiansTests", ["SealedMatchCustodians", "SealedMatchTesting"]),
    tests(
        "Server", "SealedMatchJetStreamTests",
        [
            "SealedMatchAuthority", "SealedMatchClient", "SealedMatchJetStream", "SealedMatchSQLite",
            "SealedMatchTesting", "SealedMatchQueueFixture", "SealedMatchServerTestSupport",
        ]),
    tests(
        "Server", "SealedMatchPostgreSQLTests",
        [
            "SealedMatchPostgreSQL", "SealedMatchSQLite", "SealedMatchAuthority", "SealedMatchTesting",
            "SealedMatchPostgreSQLFixture", "SealedMatchServerTestSupport",
        ]),
    tests(
        "Server", "SealedMatchMigrationTests",
        [
            "SealedMatchMigration", "SealedMatchSQLite", "SealedMatchJetStream", "SealedMatchPostgreSQL",
            "SealedMatchAuthority", "SealedMatchOpenings", "SealedMatchCollector", "SealedMatchTesting",
            "SealedMatchServerTestSupport", "sealedmatchd", grdb,
        ]),
    tests(
        "Server", "SealedMatchFrontTests",
        ["SealedMatchFront", "SealedMatchCollector", "SealedMatchSQLite", "SealedMatchTesting"]),
    tests(
        "Server", "SealedMatchReviewTests", ["SealedMatchReview", "SealedMatchCases", "SealedMatchSQLite"]),
    tests("Testing", "SealedMatchTestingTests", ["SealedMatchTesting", "SealedMatchKit"]),
    tests("Tool", "SealedMatchVideosTests", ["SealedMatchVideos"]),
    tests("Tool", "SealedMatchPicturesTests", ["SealedMatchPictures"], exclude: ["Scripts", "Data"]),
    tests(
        "Tool", "ToolTests",
        ["sealedmatch", "SealedMatchPictures", "SealedMatchLists", "SealedMatchCollector", "SealedMatchSQLite"],
        exclude: ["Scripts"]),
    tests(
        "Tool", "ReadmeTests",
        [
            "SealedMatchClient", "SealedMatchLists", "SealedMatchSets", "SealedMatchWorkers", "SealedMatchCollector",
            "SealedMatchOpenings", "SealedMatchAuthority", "SealedMatchCases", "SealedMatchSQLite",
            "SealedMatchJetStream", "SealedMatchPostgreSQL", "SealedMatchFront", "SealedMatchTesting", hummingbird,
        ]),
    tests("Lab", "SealedMatchDecoyAnalysisTests", ["SealedMatchDecoyAnalysis"]),
    tests("Lab", "SealedMatchBenchmarksTests", ["SealedMatchBenchmarks"]),
    tests("Lab", "SealedMatchSimulationTests", ["SealedMatchSimulation", "SealedMatchSQLite"]),
    .testTarget(
        name: "VectorTests",
        dependencies: [
            "SealedMatchClient", "SealedMatchWorkers", "SealedMatchSets", "SealedMatchCollector",
            "SealedMatchAuthority", "SealedMatchOpenings", "SealedMatchCases", "SealedMatchSQLite",
            "SealedMatchCustodians", "SealedMatchPublishing",
            "SealedMatchTesting", "SealedMatchJSON", "SealedMatchVectors", "SealedMatchPictures",
            "SealedMatchTestSupport",
        ], path: "Tests/VectorTests", swiftSettings: program),
]

let package = Package(
    name: "SealedMatch",
    products: [
        .library(name: "SealedMatchClient", targets: ["SealedMatchClient"]),
        .library(name: "SealedMatchLists", targets: ["SealedMatchLists"]),
        .library(name: "SealedMatchSets", targets: ["SealedMatchSets"]),
        .library(name: "SealedMatchCollector", targets: ["SealedMatchCollector"]),
        .library(name: "SealedMatchAuthority", targets: ["SealedMatchAuthority", "SealedMatchOpenings"]),
        .library(name: "SealedMatchCases", targets: ["SealedMatchCases", "SealedMatchOpenings"]),
        .library(name: "SealedMatchSQLite", targets: ["SealedMatchSQLite"]),
        .library(name: "SealedMatchJetStream", targets: ["SealedMatchJetStream"]),
        .library(name: "SealedMatchPostgreSQL", targets: ["SealedMatchPostgreSQL"]),
        .library(name: "SealedMatchFront", targets: ["SealedMatchFront"]),
        .library(name: "SealedMatchTesting", targets: ["SealedMatchTesting"]),
        .executable(name: "sealedmatch", targets: ["sealedmatch"]),
        .executable(name: "sealedmatchd", targets: ["sealedmatchd"]),
    ],
    traits: [
        .trait(name: "Server", description: "The collector, the authority and the program, with what they depend on."),
        .default(enabledTraits: ["Server"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: core + client + sets + server + tool + lab + testing
)

// The fuzzer, for `Tests/Fuzzing/README.md` alone: it needs flags that no dependent package may inherit.
if ProcessInfo.processInfo.environment["SEALEDMATCH_FUZZING"] != nil {
    package.targets.append(
        .executableTarget(
            name: "Fuzzing",
            dependencies: [
                "SealedMatchClient", "SealedMatchSets", "SealedMatchWorkers", "SealedMatchPictures",
                "SealedMatchCustodians", "SealedMatchPublishing",
            ],
            path: "Tests/Fuzzing", exclude: ["README.md", "ABI"],
            swiftSettings: [.swiftLanguageMode(.v6), .unsafeFlags(["-parse-as-library"])]))
}

// A struct is laid out in every module above its own, not only in those that name it. A target therefore depends on
// all that is below it: after a change nothing is linked that was compiled for an older layout.
let named = Dictionary(uniqueKeysWithValues: package.targets.map { ($0.name, $0) })
@MainActor func addBelow(_ target: Target, to found: inout Set<String>) {
    for case .byNameItem(let name, _) in target.dependencies where found.insert(name).inserted {
        if let next = named[name], next.type == .regular { addBelow(next, to: &found) }
    }
}
for target in package.targets where target.type != .system {
    var found: Set<String> = []
    addBelow(target, to: &found)
    for case .byNameItem(let name, _) in target.dependencies { found.remove(name) }
    target.dependencies += found.sorted().filter { named[$0] != nil }.map { .byName(name: $0) }
}
