/// A form as HTTP carries it: `application/x-www-form-urlencoded` with plain values, or `multipart/form-data`.
struct MultipartForm {
    private(set) var fields: [String: String] = [:]
    private(set) var file: (name: String, bytes: [UInt8])?

    /// - Returns: nil for a body of another type or form.
    init?(_ body: [UInt8], type: String) {
        if type.lowercased().hasPrefix("application/x-www-form-urlencoded") {
            guard let text = String(validating: body, as: UTF8.self) else { return nil }
            for pair in text.split(separator: "&") {
                let parts = pair.split(separator: "=", maxSplits: 1)
                guard parts.count == 2 else { return nil }
                fields[String(parts[0])] = String(parts[1])
            }
            return
        }
        guard type.lowercased().hasPrefix("multipart/form-data"), let mark = type.firstRange(of: "boundary=") else {
            return nil
        }
        let boundary = type[mark.upperBound...].split(separator: ";")[0].filter { $0 != "\"" }
        guard !boundary.isEmpty else { return nil }
        // With a line's end before each: the first boundary is at the begin.
        let all = Array("\r\n".utf8) + body
        let separator = Array("\r\n--\(boundary)".utf8)
        let places = all.ranges(of: separator)
        guard places.count >= 2 else { return nil }
        for (one, next) in zip(places, places.dropFirst()) {
            let part = all[one.upperBound..<next.lowerBound]
            guard let end = part.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
            let head = String(decoding: part[..<end.lowerBound], as: UTF8.self)
            func value(_ name: String) -> String? {
                guard let start = head.firstRange(of: " \(name)=\"") else { return nil }
                return String(head[start.upperBound...].prefix { $0 != "\"" })
            }
            guard let name = value("name") else { return nil }
            let bytes = Array(part[end.upperBound...])
            if let fileName = value("filename") {
                file = (fileName, bytes)
            } else {
                fields[name] = String(decoding: bytes, as: UTF8.self)
            }
        }
    }
}
