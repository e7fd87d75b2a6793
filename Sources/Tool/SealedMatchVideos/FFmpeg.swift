internal import Glibc

/// The programs that decode a video, and how they are called.
///
/// `prlimit` of util-linux sets the limits and then becomes the decoder: between `fork` and `exec` of a process with
/// threads, Swift code may not run at all, and limits that a parent sets on a running child come too late.
public struct FFmpeg: Hashable, Sendable {
    let limiter: String
    let decoder: String

    /// Finds both programs.
    ///
    /// - Parameter searchPath: directories, separated by colons; PATH unless given. Relative ones are passed over.
    /// - Throws: `VideoError`, `programMissing`; its text says what to install.
    public init(searchPath: String? = nil) throws(VideoError) {
        let path = searchPath ?? FFmpeg.environmentPath
        func find(_ name: String, _ package: String) throws(VideoError) -> String {
            for directory in path.split(separator: ":") where directory.hasPrefix("/") {
                let candidate = "\(directory)/\(name)"
                var status = stat()
                if unsafe stat(candidate, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
                    unsafe access(candidate, X_OK) == 0
                {
                    return candidate
                }
            }
            throw VideoError(.programMissing, "\(name) is not in PATH; on Debian: apt-get install \(package)")
        }
        decoder = try find("ffmpeg", "ffmpeg")
        limiter = try find("prlimit", "util-linux")
    }

    /// PATH, or where Debian has both programs.
    static var environmentPath: String {
        guard let path = unsafe getenv("PATH") else { return "/usr/bin:/bin" }
        return unsafe String(cString: path)
    }

    /// `wanted`, or less if this process itself may not have as much: nobody can raise a hard limit.
    private static func allowed(_ wanted: Int, _ resource: __rlimit_resource) -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 else { return wanted }
        return Int(min(UInt(wanted), limit.rlim_max))
    }

    /// Video decoders that may run: those of phones, messengers, the web and older films. The many others of ffmpeg are
    /// for archives.
    private static let decoders =
        "h264,hevc,vp8,vp9,libdav1d,mpeg4,mpeg1video,mpeg2video,h263,theora,mjpeg,prores,msmpeg4,msmpeg4v2,wmv1,wmv2,wmv3,flv,vp6,vp6f"

    /// The command line that writes the sampled frames of standard input, a regular file, as yuv4mpeg to standard
    /// output.
    func arguments(format: VideoFormat, sampling: VideoSampling, limits: VideoLimits) -> [String] {
        return [
            limiter, "--as=\(FFmpeg.allowed(limits.addressSpace, RLIMIT_AS))",
            "--cpu=\(FFmpeg.allowed(limits.processorSeconds, RLIMIT_CPU))",
            "--nofile=\(FFmpeg.allowed(64, RLIMIT_NOFILE))", "--core=0", "--fsize=0", "--", decoder,
            "-nostdin", "-hide_banner", "-loglevel", "error",
            // The input: this one file as this one format, decoded by one thread. By way of /dev/fd its name never
            // reaches the command line.
            "-protocol_whitelist", "file", "-format_whitelist", format.demuxer, "-codec_whitelist", FFmpeg.decoders,
            "-max_pixels", "\(limits.pixels)", "-threads", "1", "-autorotate", "1", "-f", format.demuxer, "-i",
            "file:/dev/fd/0",
            // The output: the first video stream that is no cover picture, and no other stream. Frames of another size
            // later on are brought to the first one's.
            "-map", "0:V:0", "-an", "-sn", "-dn", "-map_metadata", "-1", "-autoscale", "1", "-filter_threads", "1",
            "-vf", sampling.filters,
            "-fps_mode", "passthrough", "-threads", "1", "-f", "yuv4mpegpipe", "pipe:1",
        ]
    }
}
