/// Which frames of a video are taken and how they are reduced.
public struct VideoSampling: Hashable, Sendable {
    /// Frames a second of the video's own clock.
    public var rate: Int
    /// Longest side of a frame in pixels; a smaller frame keeps its size.
    public var longestSide: Int

    /// Eight frames a second, at most 512 pixels on a side.
    public static let standard = VideoSampling(rate: 8, longestSide: 512)

    /// - Parameters:
    ///   - rate: 1...60 frames a second.
    ///   - longestSide: 16...4,096 pixels.
    public init(rate: Int, longestSide: Int) {
        self.rate = rate
        self.longestSide = longestSide
    }

    func check() throws(VideoError) {
        guard (1...60).contains(rate), (16...4_096).contains(longestSide) else {
            throw VideoError(.badArgument, "sampling")
        }
    }

    /// The time of frame `index` in milliseconds, rounded down.
    func milliseconds(ofFrame index: Int) -> Int { index * 1_000 / rate }

    /// The decoder's filters. Sampling comes first, so that only what is taken is reduced. `round=up` takes the picture
    /// that is shown at a sample's time; the filter's own choice is the nearest one, which may not have come yet. Each
    /// pixel is the mean of the area it covers, grey over the full range. `accurate_rnd` and `bitexact` keep the result
    /// the same on every processor.
    var filters: String {
        let side = longestSide
        let width = "if(gte(iw,ih),min(iw,\(side)),max(1,round(iw*min(ih,\(side))/ih)))"
        let height = "if(gte(iw,ih),max(1,round(ih*min(iw,\(side))/iw)),min(ih,\(side)))"
        return
            "fps=\(rate):round=up,scale=w='\(width)':h='\(height)':flags=area+accurate_rnd+bitexact:out_range=pc,format=gray"
    }
}
