internal import Foundation

/// The bytes of a file for Foundation's XML parser: so that reading shows progress and can be interrupted.
final class SourceStream: InputStream {
    private let source: ByteSource
    /// Why it ended before the file did.
    private(set) var failure: ImportFailure?
    private var isAtEnd = false
    private var check = CharacterCheck()

    init(_ source: ByteSource) {
        self.source = source
        super.init(data: Data())
    }

    override func open() {}
    override func close() {}
    override var streamStatus: Stream.Status { failure != nil ? .error : isAtEnd ? .atEnd : .open }
    override var streamError: (any Error)? { nil }
    override var hasBytesAvailable: Bool { failure == nil && !isAtEnd }

    override func read(_ buffer: UnsafeMutablePointer<UInt8>, maxLength: Int) -> Int {
        guard failure == nil else { return -1 }
        do throws(ImportFailure) {
            let bytes = try source.take(maxLength)
            if bytes.isEmpty { isAtEnd = true }
            guard check.accepts(bytes) else {
                throw .broken(source.name, line: check.line, "a byte that is no UTF-8, or a control character")
            }
            let place = UnsafeMutableBufferPointer(start: buffer, count: bytes.count)
            _ = place.update(fromContentsOf: bytes)
            return bytes.count
        } catch {
            failure = error
            return -1
        }
    }
}
