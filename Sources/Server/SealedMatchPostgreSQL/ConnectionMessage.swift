internal import Foundation

/// What libpq says of a connection that could not be made, for a log: one line, without what the connection's text
/// keeps secret.
enum ConnectionMessage {
    private static let maximumCount = 400

    /// - Parameters:
    ///   - message: libpq's.
    ///   - connection: the connection string or URI, which a message may quote in part.
    static func line(_ message: String, of connection: String) -> String {
        var line = message
        // The longest first: a part of a secret that is left would still tell of it.
        for secret in secrets(of: connection).sorted(by: { $0.utf8.count > $1.utf8.count }) {
            line = line.replacingOccurrences(of: secret, with: "…")
        }
        return visible(line)
    }

    /// A text of others on one line that is not too long.
    static func visible(_ text: String) -> String {
        let visible = text.unicodeScalars.map { scalar in
            scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
                ? " " : Character(scalar)
        }
        return String(String(visible).split(separator: " ").joined(separator: " ").prefix(maximumCount))
    }

    /// The text as a whole, and each password in it, as it stands there and as it is meant.
    private static func secrets(of connection: String) -> [String] {
        var found = [connection]
        if let start = connection.range(of: "://") {
            let rest = connection[start.upperBound...]
            if let end = rest.lastIndex(of: "@") {
                let user = rest[..<end]
                if let colon = user.firstIndex(of: ":") {
                    found.append(String(user))
                    found.append(String(user[user.index(after: colon)...]))
                }
            }
        }
        // `password=` and `sslpassword=`, in a URI behind ? or &, or between blanks, perhaps in quotes.
        var rest = connection[...]
        while let place = rest.range(of: "password", options: .caseInsensitive) {
            rest = rest[place.upperBound...]
            let value = rest.drop { $0 == " " }
            guard value.first == "=" else { continue }
            let text = value.dropFirst().drop { $0 == " " }
            if text.first == "'" {
                found.append(String(text.dropFirst().prefix { $0 != "'" }))
            } else {
                found.append(String(text.prefix { $0 != "&" && $0 != " " }))
                found.append(String(text.prefix { $0 != " " }))
            }
        }
        return (found + found.compactMap(\.removingPercentEncoding)).filter { !$0.isEmpty }
    }
}
