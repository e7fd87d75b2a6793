package import SealedMatchCrypto
package import SealedMatchJetStream
package import SealedMatchPostgreSQL

/// From where a deployment is moved, and to where.
package struct MigrationPlaces: Sendable {
    /// The collector's SQLite file.
    package var collector: String
    /// The authority's SQLite file.
    package var authority: String
    /// The servers that get registrations and vouchers.
    package var jetStream: JetStreamOptions
    /// The server that gets the openings: libpq's connection string or URI.
    package var postgreSQL: String
    /// The deployment's 32 bytes in that server.
    package var deployment: Bytes32
    /// What secret cells are encrypted under there.
    package var keys: DataKeys
    /// For tests: a server that may lose what it acknowledged.
    package var allowsVolatileServer = false

    package init(
        collector: String, authority: String, jetStream: JetStreamOptions, postgreSQL: String, deployment: Bytes32,
        keys: DataKeys
    ) {
        self.collector = collector
        self.authority = authority
        self.jetStream = jetStream
        self.postgreSQL = postgreSQL
        self.deployment = deployment
        self.keys = keys
    }
}
