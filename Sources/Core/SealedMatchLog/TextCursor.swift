internal import SealedMatchCrypto

/// Reads lines of a text, each ended by a line feed, and what stands in them, in time linear in the text.
///
/// It does not throw: what is not well-formed is noted, what is read from then on means nothing, and `check` says so at
/// the end. So every place that reads is small, and the library that messengers ship, too.
struct TextCursor {
    let bytes: [UInt8]
    private(set) var position: Int
    private(set) var isMalformed = false

    init(_ bytes: [UInt8], from position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    /// - Throws: `malformedLog` if something that was read is not well-formed.
    @inline(never)
    func check() throws(SealedMatchError) {
        guard !isMalformed else {
            throw SealedMatchError(.malformedLog, "a note, proof, policy or entry of a log is not well-formed")
        }
    }

    /// Notes that something is not well-formed, unless the condition holds.
    @inline(__always)
    mutating func require(_ condition: Bool) { if !condition { isMalformed = true } }

    /// A byte of the text, 0 where it has none. It is mutating, as `isEqual` is, because a cursor is one word in a call
    /// by reference, and three by value.
    @inline(never)
    mutating func byte(_ index: Int) -> UInt8 { bytes.indices.contains(index) ? bytes[index] : 0 }

    /// Nothing more is to be read: the text is at its end, or is not well-formed.
    var isDone: Bool { isMalformed || position == bytes.count }

    /// Where the next line is, without its line feed. None at the end of the text, nor without a line feed.
    @inline(never)
    mutating func line() -> Range<Int> {
        let start = position
        while position < bytes.count {
            position += 1
            if bytes[position - 1] == 0x0A { return start..<(position - 1) }
        }
        isMalformed = true
        return start..<start
    }

    /// Where the next word of a line is, and blanks before it are passed over: spaces and tabulators. Empty at the end
    /// of the line, at which the cursor stays.
    @inline(never)
    mutating func word(before end: Int) -> Range<Int> {
        while position < end, byte(position) == 0x20 || byte(position) == 0x09 { position &+= 1 }
        let start = position
        while position < end, byte(position) != 0x20, byte(position) != 0x09 { position &+= 1 }
        return start..<position
    }

    mutating func move(to position: Int) { self.position = position }

    /// The rest of the next line if that begins with `word` and a space, and has a rest; else an empty range, and the
    /// line is still to be read.
    @inline(never)
    mutating func field(_ word: StaticString) -> Range<Int> {
        let start = position
        let line = line()
        let value = line.lowerBound &+ word.utf8CodeUnitCount
        if value &+ 1 < line.upperBound, byte(value) == 0x20, isEqual(line.lowerBound..<value, to: word) {
            return (value &+ 1)..<line.upperBound
        }
        position = start
        return start..<start
    }

    /// Of a signature's line where the key's name is, and where base 64 is: em dash, space; name, space; base 64.
    @inline(never)
    mutating func signature() -> (name: Range<Int>, value: Range<Int>) {
        let line = line()
        let name = min(line.lowerBound &+ 4, line.upperBound)
        var space = name
        while space < line.upperBound, byte(space) != 0x20 { space &+= 1 }
        require(space < line.upperBound && isEqual(line.lowerBound..<name, to: "— "))
        return (name..<space, min(space &+ 1, line.upperBound)..<line.upperBound)
    }

    /// Whether the next line begins with `word` and a space.
    func isBefore(_ word: StaticString) -> Bool {
        var ahead = self
        return !ahead.field(word).isEmpty
    }

    /// Whether a part of the text is `word`.
    @inline(never)
    mutating func isEqual(_ part: Range<Int>, to word: StaticString) -> Bool {
        guard part.length == word.utf8CodeUnitCount else { return false }
        for index in 0..<part.length {
            let expected = unsafe word.utf8Start[index]
            guard byte(part.lowerBound &+ index) == expected else { return false }
        }
        return true
    }

    /// A whole number in ASCII digits without leading zeros, below 2^63.
    @inline(never)
    mutating func number(_ part: Range<Int>) -> UInt64 {
        var value: UInt64 = 0
        for index in part {
            let digit = byte(index) &- 0x30
            // Of 19 digits nothing overflows.
            require(digit <= 9)
            value = value &* 10 &+ UInt64(digit)
        }
        require(
            part.length >= 1 && part.length <= 19 && value < 1 << 63
                && (part.length == 1 || byte(part.lowerBound) != 0x30))
        return value
    }

    @inline(never)
    mutating func number(_ word: StaticString) -> UInt64 { number(field(word)) }

    /// `count` bytes in lowercase hexadecimal digits, at most 32; zeros follow.
    @inline(never)
    mutating func hexadecimal(_ part: Range<Int>, count: Int = 32) -> Bytes32 {
        var out = Bytes32()
        require(part.length == 2 &* count)
        for index in 0..<min(part.length, 64) {
            var digit = byte(part.lowerBound &+ index) &- 0x30
            if digit > 9 {
                digit = digit &- 0x31
                require(digit < 6)
                digit = digit &+ 10
            }
            out[index >> 1] = out[index >> 1] << 4 | digit & 15
        }
        return out
    }

    @inline(never)
    mutating func bytes32(_ word: StaticString) -> Bytes32 { hexadecimal(field(word)) }

    /// Lines of 32 bytes each, at most 16.
    @inline(never)
    mutating func keys(_ word: StaticString) -> [Bytes32] {
        var keys: [Bytes32] = []
        while true {
            let key = field(word)
            if key.isEmpty { return keys }
            require(keys.count < 16)
            if isMalformed { return keys }
            append(hexadecimal(key), to: &keys)
        }
    }

    /// Base 64 (RFC 4648, section 4): with padding, without line breaks, unused bits zero, so that bytes have one text.
    @inline(never)
    mutating func base64(_ part: Range<Int>) -> [UInt8] {
        var out: [UInt8] = []
        var (word, bits, padding) = (UInt32(0), UInt32(0), 0)
        for index in part {
            let character = byte(index)
            var value: UInt32 = 64
            switch character {
            case 0x61...0x7A: value = UInt32(character) - 0x61 + 26
            case 0x41...0x5A: value = UInt32(character) - 0x41
            case 0x30...0x39: value = UInt32(character) - 0x30 + 52
            case 0x2B: value = 62
            case 0x2F: value = 63
            case 0x3D:
                padding += 1
                continue
            default: break
            }
            require(value < 64 && padding == 0)
            word = word << 6 | value & 63
            bits += 6
            if bits >= 8 {
                bits -= 8
                append(byte: UInt8(truncatingIfNeeded: word >> bits), to: &out)
                word &= (1 << bits) - 1
            }
        }
        // Left are 0, 4 or 2 bits after 0, 2 or 3 characters, and as many padding characters as fill up to 4. One
        // character alone would leave 6.
        require(part.length & 3 == 0 && padding == Int(bits >> 1) && bits < 6 && word == 0)
        return out
    }

    /// A hash of 32 bytes in base 64.
    @inline(never)
    mutating func hash(_ part: Range<Int>) -> Bytes32 {
        let value = base64(part)
        require(value.count == 32)
        return Bytes32(bytes: value)
    }

    /// Whether a part of the text is UTF-8 (RFC 3629) without a control character below U+0020 but line feeds.
    @inline(never)
    mutating func requirePlain(_ part: Range<Int>) {
        var (more, least, greatest) = (0, UInt8(0x80), UInt8(0xBF))
        for index in part {
            let byte = byte(index)
            if more > 0 {
                require(byte >= least && byte <= greatest)
                (more, least, greatest) = (more - 1, 0x80, 0xBF)
                continue
            }
            switch byte {
            case 0x20...0x7F, 0x0A: break
            case 0xC2...0xDF: more = 1
            case 0xE0...0xEF:
                more = 2
                if byte == 0xE0 { least = 0xA0 }
                if byte == 0xED { greatest = 0x9F }
            case 0xF0...0xF4:
                more = 3
                if byte == 0xF0 { least = 0x90 }
                if byte == 0xF4 { greatest = 0x8F }
            default: isMalformed = true
            }
        }
        require(more == 0)
    }

    /// That a part of the text, which is UTF-8, is the name of a key: not empty, without Unicode's spaces and without a
    /// plus sign (c2sp.org/signed-note).
    @inline(never)
    mutating func requireName(_ part: Range<Int>) {
        require(!part.isEmpty)
        var last: UInt32 = 0
        for index in part {
            // The last three bytes, for characters of two and three.
            let byte = byte(index)
            last = (last << 8 | UInt32(byte)) & 0xFF_FFFF
            switch last {
            // U+2000…200A, U+2028, U+2029, U+202F, U+205F, U+1680, U+3000
            case 0xE2_8080...0xE2_808A, 0xE2_80A8, 0xE2_80A9, 0xE2_80AF, 0xE2_819F, 0xE1_9A80, 0xE3_8080:
                isMalformed = true
            default: break
            }
            // U+0085, U+00A0
            require(last & 0xFFFF != 0xC285 && last & 0xFFFF != 0xC2A0 && byte > 0x20 && byte != 0x2B)
        }
    }
}

// Appending stands in functions of its own, because growth takes much code.
@inline(never)
func append(_ place: Int, to places: inout [Int]) { places.append(place) }

@inline(never)
func append(_ hash: Bytes32, to hashes: inout [Bytes32]) { hashes.append(hash) }

@inline(never)
func append(byte: UInt8, to bytes: inout [UInt8]) { bytes.append(byte) }

extension Range<Int> {
    /// As `count`, of places in a text.
    var length: Int { upperBound &- lowerBound }
}

/// A part of a text.
@inline(never)
func copied(_ bytes: [UInt8], _ part: Range<Int>) -> [UInt8] { Array(bytes[part]) }

/// Bytes as a number, the highest first; at most eight.
@inline(never)
func number(_ bytes: [UInt8], _ part: Range<Int>) -> UInt64 {
    var value: UInt64 = 0
    for index in part where index < bytes.count { value = value << 8 | UInt64(bytes[index]) }
    return value
}

/// Whether a part of one text is a part of another.
@inline(never)
func areEqual(_ one: [UInt8], _ part: Range<Int>, _ other: [UInt8], _ otherPart: Range<Int>) -> Bool {
    guard part.length == otherPart.length else { return false }
    for index in 0..<part.length where one[part.lowerBound &+ index] != other[otherPart.lowerBound &+ index] {
        return false
    }
    return true
}

extension Bytes32 {
    /// The first 32 bytes of an array, zero where it has fewer: for what a cursor has checked.
    @inline(never)
    init(bytes: [UInt8]) {
        self.init()
        for index in 0..<min(32, bytes.count) { self[index] = bytes[index] }
    }
}
