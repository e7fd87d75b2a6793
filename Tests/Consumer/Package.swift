// swift-tools-version: 6.2
import Foundation
import PackageDescription

// A package as integrators have it: a target of a name that is not ours to take (`Storage`), GRDB of an older major
// version than the one that our server rooms use, and of us the client, without traits, and the test kit for its tests.
// `Tests/Consumer/run` builds and runs it, and looks at what was checked out.
let environment = ProcessInfo.processInfo.environment
let package = Package(
    name: "Consumer",
    dependencies: [
        .package(url: environment["CONSUMER_GRDB"] ?? "https://github.com/groue/GRDB.swift", "6.0.0"..<"7.0.0"),
        environment["CONSUMER_TRAITS"] == "default"
            ? .package(name: "SealedMatch", path: "../..") : .package(name: "SealedMatch", path: "../..", traits: []),
    ],
    targets: [
        .target(name: "Storage", dependencies: [.product(name: "GRDB", package: "GRDB.swift")]),
        .executableTarget(
            name: "consumer",
            dependencies: ["Storage", .product(name: "SealedMatchClient", package: "SealedMatch")]),
        .testTarget(
            name: "ConsumerTests", dependencies: [.product(name: "SealedMatchTesting", package: "SealedMatch")]),
    ]
)
