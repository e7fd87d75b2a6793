internal import ArgumentParser
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import SealedMatchCrypto
internal import SealedMatchCustodians
internal import SealedMatchFront
internal import ServiceLifecycle

struct CustodianCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "custodian",
        abstract: "Evaluates with its share of divided keys, for coordinators that its operator has allowed.")
    @OptionGroup var common: CommonSettings
    @OptionGroup(title: "The custodian") var custodian: CustodianSettings

    func run() async throws {
        try await reportingFailures {
            let file = try common.file()
            let process = try RunningProcess(common, file)
            let server = try custodianServer(custodian, file, process)
            try await process.run([server], AdminActions(now: CollectorRole.now))
        }
    }
}

/// What takes calls. The folder is this process's as long as it lives.
private func custodianServer(
    _ settings: CustodianSettings, _ file: SettingsFile, _ process: RunningProcess
) throws -> ListeningService<Application<RouterResponder<FrontContext>>> {
    guard let path = try file.text("folder", settings.folder) else {
        throw Failure("folder: the custodian's folder is needed; `sealedmatch authority init` makes one")
    }
    let listen = try Address(file.text("listen", settings.listen) ?? "127.0.0.1:8080", "listen")
    var limits = FrontLimits()
    limits.connections = try file.number("connections", settings.connections, limits.connections, 1...1 << 20)
    limits.headerSeconds = try file.number("header-seconds", settings.headerSeconds, limits.headerSeconds, 1...86_400)
    limits.bodySeconds = try file.number("body-seconds", settings.bodySeconds, limits.bodySeconds, 1...86_400)
    let folder = try about(path) { try CustodianFolder(path: path) }
    let service = try about(path) { try CustodianService(folder, now: CollectorRole.now) }
    if let last = folder.journal.lastAsked, case let now = CollectorRole.now(), last > now {
        process.logger.warning(
            "the clock is \(last - now) s behind the journal's last call: until then no call is taken")
    }
    // Calls of the last one's second are refused after a start: it is over before anybody is let in.
    while let last = folder.journal.lastAsked, last == CollectorRole.now() { Thread.sleep(forTimeInterval: 0.05) }
    var calls = CustodianCall.allCases.map { call in
        CallFront.Call(String(CustodianLine.path(of: call).dropFirst()), maximumBody: call.maximumCount) {
            (body) throws(SealedMatchError) in try service.answer(call, body)
        }
    }
    calls.append(
        CallFront.Call(
            String(CustodianLine.runPath.dropFirst()), maximumBody: RunMessages.maximumCount,
            naming: { (body) throws(CallFailure) in
                do throws(CustodianError) {
                    return try service.run(body)
                } catch {
                    throw CallFailure(error.error, party: error.party?.number)
                }
            }))
    let front = CallFront(calls, limits: limits) { custodianStatus($0) }
    process.readiness.set("custodian", nil)
    var configuration = ApplicationConfiguration(address: try listen.bound(), backlog: 1_024)
    configuration.availableConnectionsDelegate = limits.available()
    let server = Application(
        router: front.router(), server: front.server(), configuration: configuration, logger: process.logger)
    return ListeningService(server, "listen", listen)
}

/// Statuses of a custodian's refusals.
private func custodianStatus(_ code: SealedMatchError.Code) -> HTTPResponse.Status? {
    switch code {
    case .invalidPoint, .identityPoint, .invalidScalar, .nonCanonical, .transcriptMismatch, .shareRejected,
        .proofRejected:
        .badRequest
    case .setExpired, .keyErased: .gone
    case .sessionConflict: .conflict
    case .rateExceeded: .tooManyRequests
    default: nil
    }
}
