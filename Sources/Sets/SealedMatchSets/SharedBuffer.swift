/// A buffer whose disjoint parts several threads write. The owner keeps it alive until they are done; no two threads
/// touch one element.
@safe
final class SharedBuffer<Element>: @unchecked Sendable {
    // Safe to share: callers hand disjoint ranges or indices to different threads (see Workers.forEachChunk).
    let elements: UnsafeMutableBufferPointer<Element>

    init(repeating value: Element, count: Int) {
        unsafe elements = UnsafeMutableBufferPointer<Element>.allocate(capacity: count)
        unsafe elements.initialize(repeating: value)
    }

    deinit {
        unsafe elements.deinitialize()
        unsafe elements.deallocate()
    }

    var count: Int { unsafe elements.count }

    subscript(index: Int) -> Element {
        get {
            precondition(index >= 0 && index < count)
            return unsafe elements[index]
        }
        set {
            precondition(index >= 0 && index < count)
            unsafe elements[index] = newValue
        }
    }
}
