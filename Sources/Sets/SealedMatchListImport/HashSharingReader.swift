internal import Foundation
internal import FoundationXML

/// A page of NCMEC's hash sharing: XML of version 2.
///
/// libxml2 reads it piece by piece. Before it sees a byte, the file's beginning is looked at: a document type, and so
/// every entity but XML's own five, is refused, and every encoding but UTF-8.
final class HashSharingReader: NSObject, XMLParserDelegate {
    private let source: ByteSource
    private let collector: ImportCollector
    private var failure: ImportFailure?

    /// The elements that are open, outermost first.
    private var path: [String] = []
    private var entry: ImportedEntry?
    private var member = ""
    private var identity = ""
    private var hasTime = false
    private var text: [UInt8] = []
    private var isCollecting = false
    private var isTooLong = false
    private var hasNext = false

    private static let maximumDepth = 16
    private static let maximumText = 4096

    private init(_ source: ByteSource, _ collector: ImportCollector) {
        self.source = source
        self.collector = collector
    }

    /// - Returns: whether no next page is named.
    static func read(_ source: ByteSource, into collector: ImportCollector) throws(ImportFailure) -> Bool {
        if let reason = XMLBeginning.refused(try source.ahead()) { throw .broken(source.name, line: 1, reason) }
        let reader = HashSharingReader(source, collector)
        let stream = SourceStream(source)
        let parser = XMLParser(stream: stream)
        parser.delegate = reader
        parser.shouldProcessNamespaces = true
        parser.shouldResolveExternalEntities = false
        let isWhole = parser.parse()
        if let failure = stream.failure ?? reader.failure { throw failure }
        guard isWhole, reader.path.isEmpty, reader.hasRoot, parser.parserError == nil else {
            throw .broken(source.name, line: max(1, parser.lineNumber), "the XML is broken, or ends too early")
        }
        return !reader.hasNext
    }

    private var hasRoot = false

    private func stop(_ parser: XMLParser, _ reason: String) {
        if failure == nil { failure = .broken(source.name, line: max(1, parser.lineNumber), reason) }
        parser.abortParsing()
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        guard failure == nil else { return }
        guard path.count < Self.maximumDepth else {
            return stop(parser, "more than \(Self.maximumDepth) elements in each other")
        }
        let depth = path.count
        path.append(name)
        (isCollecting, isTooLong) = (false, false)
        text.removeAll(keepingCapacity: true)
        if depth == 0 {
            hasRoot = true
            guard name == "queryResult", namespaceURI?.hasSuffix("/hashsharing/v2") == true else {
                return stop(parser, "not a queryResult of NCMEC's hash sharing, version 2")
            }
        } else if depth == 1 {
            if !["images", "videos", "paging"].contains(name) {
                collector.report.warn("an element \(Quotation.short(name)) of a page is not known, and not read")
            }
        } else if path[1] == "paging" {
            isCollecting = depth == 2 && name == "next"
        } else if path[1] == "images" || path[1] == "videos" {
            if depth == 2 {
                begin(name, line: max(1, parser.lineNumber))
            } else if depth == 3 {
                isCollecting = ["timestamp", "id", "classification"].contains(name)
                if name == "member" {
                    if !member.isEmpty { entry?.isMalformed = true }
                    member = attributes["id"] ?? ""
                }
            } else if depth == 4 && path[3] == "fingerprints" {
                isCollecting = true
            }
        }
    }

    private func begin(_ name: String, line: Int) {
        let isDeletion = ["deletedImage", "deletedVideo"].contains(name)
        entry = ImportedEntry(isDeleted: isDeletion, line: line)
        entry?.isMalformed = !isDeletion && !["image", "video"].contains(name)
        (member, identity, hasTime) = ("", "", false)
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        guard isCollecting, failure == nil else { return }
        if text.count + string.utf8.count <= Self.maximumText { text += string.utf8 } else { isTooLong = true }
    }

    func parser(_ parser: XMLParser, foundCDATA block: Data) {
        self.parser(parser, foundCharacters: String(decoding: block, as: UTF8.self))
    }

    func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
        guard failure == nil else { return }
        defer {
            path.removeLast()
            isCollecting = false
        }
        let depth = path.count - 1
        guard depth >= 2 else { return }
        let bytes = text.drop { Self.isBlank($0) }
        let trimmed = Array(
            bytes.prefix((bytes.lastIndex { !Self.isBlank($0) }.map { $0 - bytes.startIndex + 1 }) ?? 0))
        if path[1] == "paging" {
            if isCollecting, !trimmed.isEmpty { hasNext = true }
            return
        }
        guard entry != nil else { return }
        if depth == 2 {
            end()
        } else if depth == 3, isCollecting {
            set(name, trimmed)
        } else if depth == 4, path[3] == "fingerprints" {
            var hash = ImportedHash(name: name, digits: trimmed)
            // A PDQ hash is of a picture; what one of a video would be, the documentation does not say.
            if hash.kind == .pdq, path[2] != "image" { hash.kind = nil }
            if isTooLong, hash.kind != nil { entry?.isMalformed = true }
            // A few more than may be, so that the collector sees that there are too many.
            if entry!.hashes.count <= ImportCollector.maximumHashes { entry?.hashes.append(hash) }
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// A part of an entry; twice is one too many.
    private func set(_ name: String, _ bytes: [UInt8]) {
        let value = String(decoding: bytes, as: UTF8.self)
        if isTooLong { entry?.isMalformed = true }
        switch name {
        case "id":
            if !identity.isEmpty { entry?.isMalformed = true }
            identity = value
        case "timestamp":
            if hasTime { entry?.isMalformed = true }
            hasTime = true
            if let time = Self.time(bytes) { entry?.time = time } else { entry?.isMalformed = true }
        default:
            if entry?.className.isEmpty == false { entry?.isMalformed = true }
            entry?.className = value
        }
    }

    private func end() {
        guard var entry else { return }
        if member.isEmpty || identity.isEmpty || !hasTime { entry.isMalformed = true }
        entry.name = Array(member.utf8) + [0] + Array(identity.utf8)
        self.entry = nil
        do throws(ImportFailure) { try collector.add(entry) } catch { failure = error }
    }

    /// `2017-10-24T15:00:00Z`, also with a fraction of up to nine digits: nanoseconds since 1970. nil for what is no
    /// day, or no time of one, before 1970 or after 2500.
    static func time(_ bytes: [UInt8]) -> UInt64? {
        let shape = Array("0000-00-00T00:00:00".utf8)
        guard bytes.count > shape.count, bytes.last == UInt8(ascii: "Z") else { return nil }
        var parts: [UInt64] = [0]
        for (byte, expected) in zip(bytes, shape) {
            guard expected == UInt8(ascii: "0") else {
                guard byte == expected else { return nil }
                parts.append(0)
                continue
            }
            guard (0x30...0x39).contains(byte) else { return nil }
            parts[parts.count - 1] = 10 * parts[parts.count - 1] + UInt64(byte - 0x30)
        }
        let (year, month, day) = (parts[0], parts[1], parts[2])
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let months: [UInt64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1970...2500).contains(year), (1...12).contains(month), (1...months[Int(month) - 1]).contains(day),
            parts[3] < 24, parts[4] < 60, parts[5] < 60
        else { return nil }
        let fraction = bytes[shape.count..<(bytes.count - 1)]
        guard fraction.isEmpty || fraction.first == UInt8(ascii: "."), fraction.count != 1, fraction.count <= 10,
            fraction.dropFirst().allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        // Leap days before this year, from 1 on.
        let leapDays = (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400 - 477
        let days = 365 * (year - 1970) + leapDays + months.prefix(Int(month) - 1).reduce(0, +) + day - 1
        var number = ((days * 24 + parts[3]) * 60 + parts[4]) * 60 + parts[5]
        for place in 1...9 {
            let digit = fraction.count > place ? fraction[fraction.startIndex + place] - 0x30 : 0
            number = 10 * number + UInt64(digit)
        }
        return number
    }
}
