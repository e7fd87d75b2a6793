/// What stands before the first element of an XML file.
enum XMLBeginning {
    /// Why a file that begins so is refused; nil if it may be parsed: it is UTF-8 and has no document type.
    static func refused(_ bytes: ArraySlice<UInt8>) -> String? {
        var rest = bytes
        func starts(_ text: StaticString) -> Bool { rest.starts(with: "\(text)".utf8) }
        /// Passes over what ends so; false if it does not end in what is known.
        func pass(_ end: StaticString) -> Bool {
            let end = Array("\(end)".utf8)
            var at = rest.startIndex
            while at + end.count <= rest.endIndex {
                if rest[at..<(at + end.count)].elementsEqual(end) {
                    rest = rest[(at + end.count)...]
                    return true
                }
                at += 1
            }
            return false
        }
        if starts("<?xml") {
            let before = rest
            guard pass("?>") else { return "the XML declaration does not end" }
            let declaration = String(decoding: before[..<rest.startIndex], as: UTF8.self).lowercased()
            if declaration.contains("encoding"),
                !["\"utf-8\"", "'utf-8'", "\"us-ascii\"", "'us-ascii'"].contains(where: declaration.contains)
            {
                return "the XML is in another encoding than UTF-8"
            }
        }
        while let first = rest.first {
            if first == 0x20 || (0x09...0x0D).contains(first) {
                rest = rest.dropFirst()
            } else if starts("<!--") {
                guard pass("-->") else { break }
            } else if starts("<?") {
                guard pass("?>") else { break }
            } else if starts("<!") {
                return "a document type, and what it could define, is refused"
            } else if first == UInt8(ascii: "<") {
                return nil
            } else {
                return "no XML"
            }
        }
        return bytes.isEmpty ? "the file is empty" : "no element stands near the beginning"
    }
}
