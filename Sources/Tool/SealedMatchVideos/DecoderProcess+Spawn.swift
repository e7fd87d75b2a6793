internal import CSealedMatchSpawn
internal import Glibc

extension DecoderProcess {
    /// Starts a program with nothing but three descriptors.
    ///
    /// - Throws: `notStarted`.
    static func spawn(_ arguments: [String], input: Int32, output: Int32, errors: Int32) throws(VideoError) -> pid_t {
        // ffmpeg would take options, directories and the name of a log file from other variables.
        let environment = ["PATH=\(FFmpeg.environmentPath)", "LC_ALL=C"]
        var process: pid_t = 0
        let status = unsafe withCStrings(arguments) { argumentPointers in
            unsafe withCStrings(environment) { environmentPointers in
                unsafe cspawn_start(argumentPointers, environmentPointers, input, output, errors, &process)
            }
        }
        guard status == 0 else { throw VideoError(.notStarted, systemReason(status)) }
        return process
    }

    /// Calls `body` with copies of the texts as C has them, ended by a null pointer.
    private static func withCStrings(_ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Int32) -> Int32 {
        let copies = unsafe texts.map { unsafe strdup($0) }
        defer { for index in unsafe copies.indices { unsafe free(copies[index]) } }
        guard unsafe copies.allSatisfy({ unsafe $0 != nil }) else { return ENOMEM }
        return unsafe body(copies + [nil])
    }

    /// A pipe from the program to us.
    struct Channel: ~Copyable {
        private var reading: Int32
        let writing: Int32

        /// - Throws: `notStarted`, when there are no descriptors left.
        init() throws(VideoError) {
            var ends: [Int32] = [-1, -1]
            let status = unsafe cspawn_pipe(&ends)
            guard status == 0 else { throw VideoError(.notStarted, systemReason(status)) }
            reading = ends[0]
            writing = ends[1]
        }

        deinit {
            if reading >= 0 { _ = close(reading) }
            _ = close(writing)
        }

        /// The reading end, which the caller closes; the writing end is closed here.
        consuming func takeReading() -> Int32 {
            let taken = reading
            reading = -1
            return taken
        }
    }
}
