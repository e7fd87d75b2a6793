// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// The library targets that a messenger embeds use these: they also build as Embedded Swift.
let library: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .strictMemorySafety(),
]
let program: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
]

let package = Package(
    name: "SealedMatch",
    products: [
        .library(name: "MatchClient", targets: ["MatchClient"]),
        .library(name: "SetBuilder", targets: ["SetBuilder"]),
        .library(name: "Collector", targets: ["Collector"]),
        .library(name: "Authority", targets: ["Authority"]),
        .executable(name: "sealedmatch", targets: ["sealedmatch"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(name: "CPlatform"),
        .target(name: "Primitives", dependencies: ["CSodium", "CPlatform"], swiftSettings: library),
        .target(name: "Fingerprint", swiftSettings: library),
        .target(name: "MatchProtocol", dependencies: ["Primitives", "Fingerprint"], swiftSettings: library),
        .target(name: "Storage", dependencies: ["Primitives", "MatchProtocol", "CPlatform"], swiftSettings: library),
        .target(
            name: "MatchClient", dependencies: ["Primitives", "Fingerprint", "MatchProtocol", "Storage"], swiftSettings: library),
        // The C ABI: the header is hand-written, and the compiler checks the Swift bodies against it. `make library` builds it as Embedded Swift.
        .target(name: "CSealedMatch"),
        .target(
            name: "SealedMatchABI",
            dependencies: ["CPlatform", "CSealedMatch", "Primitives", "Fingerprint", "MatchProtocol", "MatchClient"],
            exclude: ["sealedmatch.map", "sealedmatch.pc.in"], swiftSettings: library),
        .target(name: "Workers", dependencies: ["Primitives"], swiftSettings: library),
        .target(
            name: "SetBuilder", dependencies: ["Primitives", "Fingerprint", "MatchProtocol", "Storage", "Workers"],
            swiftSettings: library),
        .systemLibrary(name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "CWebP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"])]),
        .target(name: "CPNGReader", dependencies: ["CPNG"]),
        .target(name: "Pictures", dependencies: ["CTurboJPEG", "CPNGReader", "CWebP"], swiftSettings: library),
        // Frames of videos, by the `ffmpeg` program.
        .target(name: "CSpawn"),
        .target(name: "Videos", dependencies: ["CSpawn"], swiftSettings: library),
        .testTarget(
            name: "FingerprintTests", dependencies: ["Fingerprint", "Pictures", "TestSupport"], exclude: ["Scripts", "Data"], swiftSettings: program),
        .testTarget(name: "VideosTests", dependencies: ["Videos", "TestSupport"], swiftSettings: program),
        .testTarget(name: "PicturesTests", dependencies: ["Pictures", "TestSupport"], exclude: ["Scripts", "Data"], swiftSettings: program),
        .target(
            name: "Collector",
            dependencies: ["CPlatform", "Primitives", "MatchProtocol", .product(name: "GRDB", package: "GRDB.swift")], swiftSettings: library),
        .target(
            name: "Authority",
            dependencies: [
                "Primitives", "Fingerprint", "MatchProtocol", "Storage", "Collector", .product(name: "GRDB", package: "GRDB.swift"),
            ], swiftSettings: library),
        .target(name: "DecoyAnalysis", dependencies: ["Primitives", "MatchProtocol"], swiftSettings: program),
        .testTarget(
            name: "DecoyAnalysisTests", dependencies: ["Primitives", "MatchProtocol", "DecoyAnalysis"], swiftSettings: program),
        .target(
            name: "Benchmarks",
            dependencies: [
                "CSealedMatch", "Primitives", "Fingerprint", "MatchProtocol", "Storage", "MatchClient", "SetBuilder", "Workers", "Authority", "Pictures",
                "MessengerStandIn",
            ], swiftSettings: program),
        .testTarget(name: "BenchmarksTests", dependencies: ["Benchmarks"], swiftSettings: program),
        .target(name: "MessengerStandIn", dependencies: ["CSodium", "Primitives"], swiftSettings: program),
        .executableTarget(
            name: "sealedmatch",
            dependencies: [
                "Primitives", "Fingerprint", "MatchProtocol", "Storage", "Workers", "SetBuilder", "MatchClient", "Collector", "Authority", "Pictures", "Videos",
                "MessengerStandIn", "DecoyAnalysis", "Benchmarks", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: program),
        .target(
            name: "TestSupport", dependencies: ["Primitives", "MatchProtocol", "MatchClient", "SetBuilder", "Workers"],
            path: "Tests/TestSupport", swiftSettings: program),
        .testTarget(
            name: "PrimitivesTests", dependencies: ["Primitives", "MatchProtocol", "TestSupport"], swiftSettings: program),
        .testTarget(
            name: "MatchClientTests",
            dependencies: ["Primitives", "Fingerprint", "MatchProtocol", "MatchClient", "SetBuilder", "Storage", "Workers", "TestSupport"], swiftSettings: program),
        .testTarget(
            name: "ABITests", dependencies: ["Primitives", "MatchProtocol", "MatchClient", "SetBuilder", "TestSupport"],
            exclude: ["Programs", "Scripts"], swiftSettings: program),
        .testTarget(
            name: "ReadmeTests",
            dependencies: ["Primitives", "Fingerprint", "MatchProtocol", "MatchClient", "SetBuilder", "TestSupport"], swiftSettings: program),
        .testTarget(
            name: "ToolTests", dependencies: ["sealedmatch", "Pictures", "TestSupport"], exclude: ["Scripts"], swiftSettings: program),
        .executableTarget(
            name: "CollectorCrashFixture", dependencies: ["Primitives", "MatchProtocol", "Collector"],
            path: "Tests/CollectorTests/CrashFixture", swiftSettings: program),
        .testTarget(
            name: "CollectorTests",
            dependencies: [
                "Primitives", "MatchProtocol", "Collector", "CollectorCrashFixture", "TestSupport", .product(name: "GRDB", package: "GRDB.swift"),
            ], exclude: ["CrashFixture"], swiftSettings: program),
        .testTarget(
            name: "AuthorityTests",
            dependencies: [
                "Primitives", "Fingerprint", "MatchProtocol", "MatchClient", "Storage", "Collector", "Authority",
                "TestSupport", .product(name: "GRDB", package: "GRDB.swift"),
            ], swiftSettings: program),
        .testTarget(
            name: "VectorTests",
            dependencies: [
                "Primitives", "Fingerprint", "MatchProtocol", "MatchClient", "Storage", "Workers", "SetBuilder", "Collector", "Authority", "Pictures", "TestSupport",
            ], swiftSettings: program),
        .executableTarget(
            name: "BuildFixture", dependencies: ["Primitives", "Fingerprint", "MatchProtocol", "SetBuilder", "Workers"],
            path: "Tests/Fixtures/BuildFixture", swiftSettings: program),
        .testTarget(
            name: "MatchProtocolTests", dependencies: ["Primitives", "Fingerprint", "MatchProtocol", "TestSupport"], swiftSettings: program),
        .testTarget(
            name: "StorageTests", dependencies: ["Primitives", "MatchProtocol", "Storage", "SetBuilder", "TestSupport"], swiftSettings: program),
        .testTarget(
            name: "SetBuilderTests",
            dependencies: [
                "Primitives", "Fingerprint", "MatchProtocol", "MatchClient", "Storage", "SetBuilder", "Workers", "TestSupport", "BuildFixture",
            ], swiftSettings: program),
    ]
)

// The fuzzer, for `Tests/Fuzzing/README.md` alone: it needs flags that no dependent package may inherit.
if ProcessInfo.processInfo.environment["SEALEDMATCH_FUZZING"] != nil {
    package.targets.append(
        .executableTarget(
            name: "Fuzzing",
            dependencies: ["Primitives", "Fingerprint", "MatchProtocol", "MatchClient", "SetBuilder", "Storage", "Workers"],
            path: "Tests/Fuzzing", exclude: ["README.md", "ABI"], swiftSettings: [.swiftLanguageMode(.v6), .unsafeFlags(["-parse-as-library"])]))
}
