internal import Foundation
internal import NIOCore
internal import ServiceLifecycle

/// A server whose end says which setting it listens by, and where.
struct ListeningService<Server: ServiceLifecycle.Service>: ServiceLifecycle.Service {
    private let server: Server
    private let setting: String
    private let address: Address

    init(_ server: Server, _ setting: String, _ address: Address) {
        self.server = server
        self.setting = setting
        self.address = address
    }

    func run() async throws {
        do {
            try await server.run()
        } catch is CancellationError {
            // The time for requests that were under way is over.
        } catch let error as IOError {
            let reason =
                error.errnoCode == EADDRINUSE
                ? "another process listens there; --\(setting) names another place"
                : "\(String(cString: strerror(error.errnoCode)))"
            throw Failure("\(setting): \(address): \(reason)")
        } catch let error as SocketAddressError {
            throw Failure("\(setting): \(address): it is no address of this machine (\(error))")
        }
    }
}
