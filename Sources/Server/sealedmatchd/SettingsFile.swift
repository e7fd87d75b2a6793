internal import Foundation
internal import SealedMatchCrypto
internal import SealedMatchFiles
internal import SealedMatchJSON

/// Where the value of a setting comes from, the first that has it: a flag, the environment, the settings file.
struct SettingsFile {
    private let file: [String: JSON]
    private let path: String
    private let environment: [String: String]

    private static let prefix = "SEALEDMATCHD_"

    /// - Parameter known: the names of all settings; any other in the file or the environment is an error, since it is
    ///   most likely mistyped.
    init(_ path: String?, known: Set<String>, environment: [String: String]) throws {
        self.environment = environment.filter { $0.key.hasPrefix(Self.prefix) }
        let variables = Set(known.map(Self.variable))
        for name in self.environment.keys.sorted() where !variables.contains(name) {
            throw Failure("\(name): there is no such setting; `sealedmatchd help` lists them")
        }
        let path = path ?? self.environment[Self.variable("settings")] ?? ""
        self.path = path
        guard !path.isEmpty else {
            file = [:]
            return
        }
        try checkTrusted(path)
        let bytes = try about(path) { try DurableFile.read(path, limit: 1 << 20) }
        let value: JSON
        do {
            value = try JSON(parsing: bytes)
        } catch {
            throw Failure("\(path): \(error)")
        }
        guard case .object(let members) = value else { throw Failure("\(path): a JSON object is expected") }
        for name in members.keys.sorted() where !known.contains(name) {
            throw Failure("\(path): “\(name)”: there is no such setting; `sealedmatchd help` lists them")
        }
        file = members
    }

    private static func variable(_ name: String) -> String {
        prefix + name.uppercased().replacingOccurrences(of: "-", with: "_")
    }

    /// A text or a number; nil where nobody set it.
    func text(_ name: String, _ flag: String?) throws -> String? {
        if let flag { return flag }
        if let value = environment[Self.variable(name)] { return value }
        switch file[name] {
        case nil: return nil
        case .text(let text)?: return text
        case .integer(let number)?: return "\(number)"
        case .otherNumber(let written)?: return written
        case .boolean(let truth)?: return truth ? "true" : "false"
        default: throw Failure("\(path): “\(name)” has to be a text or a number")
        }
    }

    /// A list: repeated flags; in the environment one text with `:` between; in the file a list of texts.
    func list(_ name: String, _ flags: [String]) throws -> [String] {
        if !flags.isEmpty { return flags }
        if let value = environment[Self.variable(name)] { return value.split(separator: ":").map(String.init) }
        switch file[name] {
        case nil: return []
        case .text(let text)?: return [text]
        case .list(let values)?:
            return try values.map { value in
                guard case .text(let text) = value else {
                    throw Failure("\(path): “\(name)” has to be a list of texts")
                }
                return text
            }
        default: throw Failure("\(path): “\(name)” has to be a list of texts")
        }
    }

    /// A number in a range.
    func number(_ name: String, _ flag: String?, _ standard: Int, _ range: ClosedRange<Int>) throws -> Int {
        guard let text = try text(name, flag) else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw Failure("\(name): “\(text)” is no number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// `true` or `false`.
    func truth(_ name: String, _ flag: Bool) throws -> Bool {
        if flag { return true }
        switch try text(name, nil) {
        case nil, "false"?: return false
        case "true"?: return true
        case let other?: throw Failure("\(name): “\(other)” is neither true nor false")
        }
    }

    /// Refuses settings that what was chosen by another one does not keep: nobody should believe in them.
    func refuse(_ names: [(name: String, flag: String?)], _ reason: String) throws {
        for (name, flag) in names where try text(name, flag) != nil { throw Failure("\(name): \(reason)") }
    }

    /// A file with a secret; nil where nobody named one.
    func secretFile(_ name: String, _ flag: String?) throws -> SecretFile? {
        try text(name, flag).map { SecretFile($0) }
    }

    /// A secret in a file of its own, which others must not read: the first line, without its end.
    func secret(_ name: String, _ flag: String?) throws -> [UInt8]? {
        guard let file = try secretFile(name, flag) else { return nil }
        let bytes = try about("\(name): \(file.path)") {
            guard let bytes = try DurableFile.readIfPresent(file.path, limit: 4_096, access: file.access) else {
                throw Failure("\(name): \(file.path): there is no such file")
            }
            return bytes
        }
        let line = Array(bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") })
        guard line.count >= 16 else { throw Failure("\(name): \(file.path): a secret has 16 bytes at least") }
        return line
    }
}
