package import SealedMatchJSON

/// A document that is handed over: the same fields as JSON and as a page. What is not known is null there, and is said
/// to be unknown here.
package struct ReportDocument: Sendable {
    /// A field.
    package struct Field: Sendable {
        /// Its name in JSON.
        package let name: String
        /// What a person reads.
        package let title: String
        /// Its value; null: not known.
        package let value: JSON
        /// Who says it: a fact of the library, the provider, the client software, …
        package let source: String

        init(_ name: String, _ title: String, _ value: JSON?, by source: String) {
            self.name = name
            self.title = title
            self.value = value ?? .null
            self.source = source
        }
    }

    package let kind: String
    package let title: String
    package let fields: [Field]

    /// What `format` says.
    package static let format = "SealedMatch report"

    /// As JSON: the fields, `format`, `version`, `kind`, and `unknown`: the names of what is not known.
    package var json: JSON {
        var members: [String: JSON] = [
            "format": .text(Self.format), "version": .integer(1), "kind": .text(kind),
            "unknown": .list(fields.filter { $0.value == .null }.map { .text($0.name) }),
        ]
        for field in fields { members[field.name] = field.value }
        return .object(members)
    }

    /// As a page: one file, without scripts, that loads nothing. Texts of others stay texts.
    package var page: [UInt8] {
        var out = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>\(Self.escaped(title))</title>
            <style>
            body { font: 16px/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #111; }
            table { border-collapse: collapse; width: 100%; }
            th, td { border: 1px solid #767676; padding: .4rem .6rem; text-align: left; vertical-align: top; }
            td { overflow-wrap: anywhere; white-space: pre-wrap; }
            .unknown { font-style: italic; }
            </style></head><body>
            <h1>\(Self.escaped(title))</h1>
            <table><thead><tr><th scope="col">What</th><th scope="col">Value</th><th scope="col">Who says it</th></tr>
            </thead><tbody>

            """
        for field in fields {
            out += "<tr><th scope=\"row\">\(Self.escaped(field.title))</th><td>\(Self.html(field.value))</td>"
            out += "<td>\(Self.escaped(field.source))</td></tr>\n"
        }
        return Array((out + "</tbody></table></body></html>\n").utf8)
    }

    private static func html(_ value: JSON) -> String {
        switch value {
        case .null: "<span class=\"unknown\">not known</span>"
        case .boolean(let truth): truth ? "yes" : "no"
        case .integer(let number): "\(number)"
        case .otherNumber(let text), .text(let text): escaped(text)
        case .list(let values):
            values.isEmpty ? "none" : "<ul>" + values.map { "<li>\(html($0))</li>" }.joined() + "</ul>"
        case .object(let members):
            "<table>"
                + members.keys.sorted().map { name in
                    "<tr><th scope=\"row\">\(escaped(name))</th><td>\(html(members[name] ?? .null))</td></tr>"
                }.joined() + "</table>"
        }
    }

    /// A text between tags or quotes.
    static func escaped(_ text: String) -> String { XMLElement.escaped(VisibleText.of(text, limit: 20_000)) }
}
