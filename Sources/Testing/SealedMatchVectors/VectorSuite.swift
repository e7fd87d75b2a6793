internal import SealedMatchJSON
internal import Foundation

/// All files of vectors in a folder: each `NAME/NAME.json` there.
package struct VectorSuite: Sendable {
    package struct Topic: Sendable {
        /// Below the suite's folder: `table/table.json`.
        package let path: String
        /// Where this file is, an absolute path: names of files in its cases are relative to it.
        package let folder: String
        package let file: VectorFile
    }

    package let topics: [Topic]

    /// Reads all files and checks their form.
    ///
    /// - Parameter folder: an absolute path; the folder also holds `registry.json` and `schemas/`.
    /// - Throws: `VectorError`: something cannot be read, a file has another form, or the file that a schema is for is
    ///   missing.
    package init(folder: String) throws(VectorError) {
        let errors = try VectorSuite.errorNames(folder)
        var topics: [Topic] = []
        for name in try VectorSuite.names(in: folder) {
            let path = "\(name)/\(name).json"
            guard FileManager.default.fileExists(atPath: "\(folder)/\(path)") else { continue }
            let contents = try VectorSuite.contents("\(folder)/\(path)")
            let file: VectorFile
            do {
                file = try VectorFile(contents, topic: name, errors: errors)
            } catch {
                throw VectorError("\(folder)/\(path): \(error)")
            }
            topics.append(Topic(path: path, folder: "\(folder)/\(name)", file: file))
        }
        // Half of a copy must not pass for the whole.
        for name in try VectorSuite.names(in: "\(folder)/schemas") where name.hasSuffix(".schema.json") {
            let topic = String(name.dropLast(".schema.json".count))
            guard
                VectorSuite.sharedSchemas.contains(topic) || topics.contains(where: { $0.path.hasPrefix("\(topic)/") })
            else { throw VectorError("\(folder): \(topic)/\(topic).json is missing, for which there is a schema") }
        }
        guard !topics.isEmpty else { throw VectorError("\(folder): no vectors are here") }
        self.topics = topics
    }

    /// Schemas that are no file's.
    private static let sharedSchemas: Set = ["common", "messages"]

    private static func names(in folder: String) throws(VectorError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        } catch {
            throw VectorError("\(folder): no such folder, or it cannot be read")
        }
    }

    private static func contents(_ path: String) throws(VectorError) -> [UInt8] {
        guard let contents = FileManager.default.contents(atPath: path) else {
            throw VectorError("\(path): cannot be read")
        }
        return [UInt8](contents)
    }

    /// The names of section 6 of the specification.
    private static func errorNames(_ folder: String) throws(VectorError) -> Set<String> {
        let path = "\(folder)/registry.json"
        let contents = try contents(path)
        do {
            let registry = try Fields(JSON(vectors: contents), at: "registry.json")
            var names = Set<String>()
            for error in try registry.objects("errors") { names.insert(try error.text("name")) }
            return names
        } catch {
            throw VectorError("\(path): \(error)")
        }
    }
}
