public import CSealedMatch
internal import SealedMatchFingerprint
internal import SealedMatchClient
internal import SealedMatchCrypto

let videos = HandleTable<Guarded<VideoSampler>>(kind: 6)

/// The video's item, of the samples that were given so far.
func item(of video: sealedmatch_video) throws(SealedMatchError) -> MediaItem {
    let sampler = try videos[video.id].use { (sampler) throws(SealedMatchError) in sampler }
    return .video(sampler.finish())
}

@c @implementation
public func sealedmatch_video_open(_ video: UnsafeMutablePointer<sealedmatch_video>!) -> Int32 {
    unsafe video?.pointee = sealedmatch_video()
    return code { () throws(SealedMatchError) in
        guard let video = unsafe video else { throw badArgument("a null pointer") }
        unsafe video.pointee.id = try videos.open(Guarded(VideoSampler()))
    }
}

@c @implementation
public func sealedmatch_video_sample(
    _ video: sealedmatch_video, _ pixels: UnsafeRawPointer!, _ count: Int, _ width: UInt32, _ height: UInt32,
    _ bytes_per_row: Int, _ format: UInt32
) -> Int32 {
    code { () throws(SealedMatchError) in
        let sample = try unsafe Pixels(pixels, count, width, height, format)
        try videos[video.id].use { (sampler) throws(SealedMatchError) in
            try fingerprinting { () throws(FingerprintError) in
                try sampler.append(
                    pixels: unsafe sample.bytes.bytes, width: sample.width, height: sample.height,
                    bytesPerRow: bytes_per_row, format: sample.format)
            }
        }
    }
}

@c @implementation
public func sealedmatch_video_close(_ video: sealedmatch_video) -> Int32 {
    code { () throws(SealedMatchError) in try videos.close(video.id).close() }
}
