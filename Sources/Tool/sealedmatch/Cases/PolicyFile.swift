internal import SealedMatchCases
internal import SealedMatchCrypto
internal import SealedMatchFiles

/// A policy's file, on the command line: each thing that is wrong has a line.
enum PolicyFile {
    static func read(_ file: FileName) throws -> CasePolicy {
        let bytes = try about(file.description) {
            try DurableFile.read(file.text, limit: CasePolicy.maximumCount)
        }
        do throws(CasePolicyFaults) {
            return try CasePolicy(bytes)
        } catch {
            for fault in error.faults {
                Terminal.note("\(file): \(fault.path.isEmpty ? "" : fault.path + ": ")\(fault.what)")
            }
            throw Failure("\(file): \(count(error.faults.count, "fault")); this is no policy")
        }
    }
}
