internal import HTTPTypes
internal import Hummingbird

/// What a browser says of why it asks. A program that says nothing of it has been told by a person what to ask for.
enum Browsing {
    /// Whether it asks before a person does: to have a page ready, or for a small picture of it.
    static func isAhead(_ request: Request) -> Bool {
        [HTTPField.Name.secPurpose, .purpose, .xPurpose, .xMoz].contains { name in
            request.headers[values: name].contains { value in
                let words = value.lowercased()
                return ["prefetch", "prerender", "preview"].contains { words.contains($0) }
            }
        }
    }

    /// Whether it asks for a page, or for a part of one, because of a page of this origin.
    /// - Parameter destination: `document`, or `image`.
    static func isAsked(_ request: Request, for destination: String) -> Bool {
        ["same-origin", nil].contains(request.headers[.fetchSite])
            && [destination, nil].contains(request.headers[.fetchDestination])
    }
}
