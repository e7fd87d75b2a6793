/// The sliding mean of PDQ's blur along one line, described by its phases.
///
/// Output k of a line of n values is the mean of the values in a window of ⌈n / 128⌉ around k, cut off at both ends.
/// `pdqhash` keeps one running Float sum for the line, adds the value that enters, then subtracts the value that
/// leaves. Those roundings are part of the hash of flat pictures, so the order of operations is kept exactly; only
/// different lines run side by side.
struct BoxWindow {
    /// n, at least 1.
    let length: Int
    /// ⌈n / 128⌉, never more than n.
    let size: Int
    /// How many values are added before the first output.
    let lead: Int

    init(length: Int) {
        self.length = length
        size = (length + 127) / 128
        lead = (size + 2) / 2 - 1
    }

    /// What happens when value `index` enters.
    enum Entry {
        /// Added, no output yet.
        case fill
        /// Added, and output number `output` is the sum over `count` values.
        case grow(output: Int, count: Int)
        /// Added, value `leaving` subtracted, and output number `output` is the sum over a whole window.
        case slide(output: Int, leaving: Int)
    }

    func entry(_ index: Int) -> Entry {
        if index < lead { return .fill }
        if index < size { return .grow(output: index - lead, count: index + 1) }
        return .slide(output: index - lead, leaving: index - size)
    }

    /// Runs eight lines at once. `value(k)` gives their k-th values and is called once for each k, in order;
    /// `earlier(k)` gives them again; `emit(k, sum, count)` takes the sums under output k, in order.
    @inline(__always)
    func run(
        value: (Int) -> SIMD8<Float>,
        earlier: (Int) -> SIMD8<Float>,
        emit: (Int, SIMD8<Float>, Float) -> Void
    ) {
        var sum = SIMD8<Float>(repeating: 0)
        var count: Float = 0
        for index in 0..<lead {
            sum += value(index)
            count += 1
        }
        for index in lead..<size {
            sum += value(index)
            count += 1
            emit(index &- lead, sum, count)
        }
        for index in size..<length {
            sum += value(index)
            sum -= earlier(index &- size)
            emit(index &- lead, sum, count)
        }
        for index in length..<length + lead {
            sum -= earlier(index &- size)
            count -= 1
            emit(index &- lead, sum, count)
        }
    }
}
