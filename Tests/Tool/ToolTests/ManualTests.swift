import Foundation
import Testing

/// The manual pages that `make install-tool` installs.
@Suite struct ManualTests {
    private struct Help: Decodable {
        struct Command: Decodable {
            let commandName: String
            let subcommands: [Command]?
            let arguments: [Argument]?
        }
        struct Argument: Decodable {
            struct Name: Decodable {
                let kind: String
                let name: String
            }
            let names: [Name]?
            let shouldDisplay: Bool
        }
        let command: Command
    }

    private func check(_ command: Help.Command, _ name: String, in folder: String) throws -> Set<String> {
        let page = try String(contentsOfFile: "\(folder)/\(name).1", encoding: .utf8)
        for section in [".TH ", ".SH NAME", ".SH SYNOPSIS"] { #expect(page.contains(section), "\(name)") }
        // No line of a page is a request that is none of man(7)'s.
        let known = [".TH", ".SH", ".PP", ".TP", ".B", ".I", ".BR", ".nf", ".fi", ".RS", ".RE"]
        for line in page.split(separator: "\n") where line.first == "." || line.first == "'" {
            #expect(known.contains(String(line.prefix { $0 != " " })), "\(name): \(line)")
        }
        for argument in command.arguments ?? [] where argument.shouldDisplay {
            for option in argument.names ?? [] where option.kind == "long" {
                let shown = "\\-\\-" + option.name.replacingOccurrences(of: "-", with: "\\-")
                #expect(page.contains(shown), "\(name): --\(option.name)")
            }
        }
        var pages: Set<String> = ["\(name).1"]
        for sub in command.subcommands ?? [] where sub.commandName != "help" {
            pages.formUnion(try check(sub, "\(name)-\(sub.commandName)", in: folder))
        }
        return pages
    }

    @Test func eachCommandHasAPage() throws {
        let tool = try Tool()
        defer { tool.remove() }
        let help = try tool.run("--experimental-dump-help").output
        try tool.write(help, to: "help.json")
        let script =
            URL(fileURLWithPath: #filePath).pathComponents.dropLast(4).joined(separator: "/")
            .dropFirst() + "/Sources/Tool/manual.py"
        let process = try tool.start([])
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-B", String(script), tool.file("man")]
        process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: tool.file("help.json")))
        #expect(try tool.finish(process).status == 0)
        let command = try JSONDecoder().decode(Help.self, from: Data(help.utf8)).command
        let pages = try check(command, "sealedmatch", in: tool.file("man"))
        #expect(pages.count > 15)
        #expect(try Set(FileManager.default.contentsOfDirectory(atPath: tool.file("man"))) == pages)
    }
}
