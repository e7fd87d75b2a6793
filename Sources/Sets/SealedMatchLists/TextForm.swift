/// What a text file may be besides its text.
enum TextForm {
    /// Bytes of a UTF-8 byte order mark at the start: 3, or 0 if there is none.
    static func byteOrderMark(_ text: UnsafeRawBufferPointer) -> Int {
        unsafe text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// Space, tabulator, line feed, carriage return.
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
}
