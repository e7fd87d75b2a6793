internal import ArgumentParser
internal import SealedMatchFingerprint
internal import SealedMatchLists

/// `KEYFILE=LISTFILE` on the command line: a source and its list.
struct SourceList: ExpressibleByArgument {
    let keyFile: String
    let listFile: String

    init?(argument: String) {
        guard let split = argument.firstIndex(of: "=") else { return nil }
        keyFile = String(argument[..<split])
        listFile = String(argument[argument.index(after: split)...])
        guard !keyFile.isEmpty && !listFile.isEmpty else { return nil }
    }
}

extension SourceLists {
    /// The lists that the command line names. Warnings about them go to standard error.
    /// - Throws: `Failure`, which names file and line, and says what to do.
    init(_ arguments: [SourceList], profile: FingerprintProfile, skipBadLines: Bool) throws {
        do throws(SourceLists.Failure) {
            try self.init(
                arguments.map { Files(key: $0.keyFile, list: $0.listFile) }, profile: profile,
                skippingBadLines: skipBadLines)
        } catch {
            switch error {
            case .key(let path, let error): throw sealedmatch.Failure(error, path)
            case .list(let path, let error): throw sealedmatch.Failure(error, path)
            case .empty(let path): throw sealedmatch.Failure("\(path): the list holds no hash")
            case .givenTwice(let path): throw sealedmatch.Failure("\(path): this source is given twice")
            }
        }
        for (path, list) in zip(paths, lists) { list.warn(about: path) }
    }
}

extension HashList {
    /// Reads one list. Warnings about it go to standard error.
    /// - Throws: `Failure`, which names file and line, and says what to do.
    static func reading(_ path: String, profile: FingerprintProfile, skipBadLines: Bool) throws -> HashList {
        let list: HashList
        do throws(HashList.Failure) {
            list = try HashList.read(path: path, profile: profile, skippingBadLines: skipBadLines)
        } catch {
            throw sealedmatch.Failure(error, path)
        }
        list.warn(about: path)
        return list
    }

    /// Says on standard error what is likely a mistake.
    func warn(about path: String) {
        for warning in warnings { Terminal.note("\(path):\(warning.line): warning: \(warning.text)") }
        if let first = badLines.first {
            Terminal.note("\(path):\(first): warning: \(count(badLines.count, "bad line")) skipped, this is the first")
        }
    }
}

extension Failure {
    init(_ error: HashList.Failure, _ path: String) {
        switch error {
        case .badLine(let bad):
            self.init(
                "\(path):\(bad.line): \(bad.reason). Mend the line, or leave such lines out with --skip-bad-lines")
        case .notText(let what): self.init("\(path): not a list: \(what)")
        case .file(let error): self.init(error, path)
        }
    }
}
