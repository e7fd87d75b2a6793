/// What a text file may be besides its text.
package enum TextForm {
    /// Bytes of a UTF-8 byte order mark at the start: 3, or 0 if there is none.
    package static func byteOrderMark(_ text: UnsafeRawBufferPointer) -> Int {
        unsafe text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// Space, tabulator, line feed, carriage return.
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    private static let compressed: [(first: [UInt8], name: StaticString)] = [
        ([0x1F, 0x8B], "it is compressed by gzip; unpack it first"),
        (Array("PK".utf8) + [3, 4], "it is a ZIP file (or a spreadsheet); unpack or export it first"),
        ([0xFD] + Array("7zXZ".utf8) + [0], "it is compressed by xz; unpack it first"),
        ([0x28, 0xB5, 0x2F, 0xFD], "it is compressed by zstd; unpack it first"),
        (Array("BZh".utf8), "it is compressed by bzip2; unpack it first"),
    ]

    /// What a file is that is no UTF-8 text, if its first bytes tell: UTF-16, or a compressed file.
    package static func notText(_ content: UnsafeRawBufferPointer) -> StaticString? {
        let marks = unsafe content.starts(with: [0xFF, 0xFE]) || content.starts(with: [0xFE, 0xFF])
        let zero = unsafe content.prefix(2).contains(0)
        if marks || zero { return "it is UTF-16, or no text at all; save it as UTF-8" }
        for kind in compressed where unsafe content.starts(with: kind.first) { return kind.name }
        return nil
    }
}
