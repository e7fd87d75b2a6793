internal import SealedMatchCrypto
internal import SealedMatchProtocol

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

    /// Where what stands before the next byte of a kind is; the cursor goes behind that byte.
    @inline(never)
    mutating func part(to end: UInt8) -> Range<Int> {
        let start = position
        while position < bytes.count {
            position += 1
            if bytes[position - 1] == end { return start..<(position - 1) }
        }
        isMalformed = true
        return start..<start
    }

    /// Where the next line is, without its line feed. None at the end of the text, nor without a line feed.
    @inline(never)
    mutating func line() -> Range<Int> { part(to: 0x0A) }

    /// Where the next word of a line is, and blanks before it are passed over: spaces and tabulators. Empty at the end
    /// of the line, at which the cursor stays.
    @inline(never)
    mutating func word() -> Range<Int> {
        while byte(position) == 0x20 || byte(position) == 0x09 { position &+= 1 }
        let start = position
        while byte(position) > 0x20, byte(position) != 0x7F { position &+= 1 }
        return start..<position
    }

    mutating func move(to position: Int) { self.position = position }

    /// The rest of the next line if that begins with `word` and a space; it has a rest. Else an empty range, and the
    /// line is still to be read.
    @inline(never)
    mutating func field(_ word: StaticString) -> Range<Int> {
        let end = position &+ word.utf8CodeUnitCount
        guard isEqual(position..<end, to: word), byte(end) == 0x20 else { return 0..<0 }
        position = end &+ 1
        let value = line()
        require(!value.isEmpty)
        return value
    }

    /// Of a signature's line where the key's name is, and where base 64 is: em dash, space; name, space; base 64.
    @inline(never)
    mutating func signature() -> (name: Range<Int>, value: Range<Int>) {
        let start = position &+ 4
        require(isEqual(position..<start, to: "— "))
        position = start
        return (part(to: 0x20), line())
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

    /// Bytes in lowercase hexadecimal digits, of which there is a multiple of 4.
    mutating func hexadecimal(_ part: Range<Int>) -> [UInt8] { digits(part, isHexadecimal: true) }

    @inline(never)
    mutating func bytes32(_ word: StaticString) -> Bytes32 { bytes32(field(word)) }

    @inline(never)
    private mutating func bytes32(_ part: Range<Int>) -> Bytes32 { bytes32(hexadecimal(part)) }

    /// Lines of 32 bytes each, at most 16.
    @inline(never)
    mutating func keys(_ word: StaticString) -> [Bytes32] {
        var keys: [Bytes32] = []
        while true {
            let key = field(word)
            if key.isEmpty { return keys }
            require(keys.count < 16)
            if isMalformed { return keys }
            append(bytes32(key), to: &keys)
        }
    }

    /// Base 64 (RFC 4648, section 4): with padding, without line breaks, unused bits zero, so that bytes have one text.
    mutating func base64(_ part: Range<Int>) -> [UInt8] { digits(part, isHexadecimal: false) }

    /// Digits of 4 or of 6 bits. Only those of 6 can have padding, as with it there is a multiple of 4.
    @inline(never)
    private mutating func digits(_ part: Range<Int>, isHexadecimal: Bool) -> [UInt8] {
        var out: [UInt8] = []
        var end = part.upperBound
        while end > part.lowerBound, byte(end &- 1) == 0x3D { end &-= 1 }
        var (word, bits) = (UInt32(0), UInt32(0))
        for index in part.lowerBound..<end {
            let character = byte(index)
            var value: UInt8 = 64
            switch character {
            case 0x30...0x39: value = character &- 0x30 &+ (isHexadecimal ? 0 : 52)
            case 0x61...0x7A: value = character &- 0x61 &+ (isHexadecimal ? 10 : 26)
            case _ where isHexadecimal: break
            case 0x41...0x5A: value = character &- 0x41
            case 0x2B: value = 62
            case 0x2F: value = 63
            default: break
            }
            require(value < (isHexadecimal ? 16 : 64))
            word = word << (isHexadecimal ? 4 : 6) | UInt32(value)
            bits &+= isHexadecimal ? 4 : 6
            if bits >= 8 {
                bits &-= 8
                append(byte: UInt8(truncatingIfNeeded: word >> bits), to: &out)
                word &= (1 << bits) &- 1
            }
        }
        // Left are 0, 4 or 2 bits after 0, 2 or 3 characters, and as many padding characters as fill up to 4. One
        // character alone would leave 6.
        require(part.length & 3 == 0 && part.upperBound &- end == Int(bits >> 1) && bits < 6 && word == 0)
        return out
    }

    /// A hash of 32 bytes in base 64.
    @inline(never)
    mutating func hash(_ part: Range<Int>) -> Bytes32 { bytes32(base64(part)) }

    /// Bytes that must be 32.
    @inline(never)
    mutating func bytes32(_ bytes: [UInt8]) -> Bytes32 {
        do throws(SealedMatchError) { return try Bytes32(exactly: bytes) } catch { isMalformed = true }
        return Bytes32()
    }

    /// That a part of the text is UTF-8 (RFC 3629) without a control character below U+0020 but line feeds; as the name
    /// of a key it is not empty, and has neither Unicode's spaces nor a plus sign (c2sp.org/signed-note).
    @inline(never)
    mutating func requireText(_ part: Range<Int>, isName: Bool) {
        require(!isName || !part.isEmpty)
        var (character, more, least) = (UInt32(0), UInt32(0), UInt32(0))
        for index in part {
            let byte = UInt32(byte(index))
            if more > 0 {
                require(byte >> 6 == 2)
                character = character << 6 | byte & 0x3F
                more &-= 1
            } else if byte < 0x80 {
                (character, least) = (byte, 0)
            } else {
                // As many ones as there are bytes, 2…4; then a zero, and bits.
                more = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3
                require(byte >= 0xC0 && byte < 0xF8)
                // From U+0080, U+0800, U+10000.
                least = more == 1 ? 0x80 : 1 << (5 &* more &+ 1)
                character = byte & (0x3F >> more)
            }
            guard more == 0 else { continue }
            require(character >= least && character >> 11 != 0x1B && character < 0x11_0000)
            require(isName ? !Self.endsName(character) : character >= 0x20 || character == 0x0A)
        }
        require(more == 0)
    }

    /// Whether a character is a plus sign, a space of Unicode's or a control character below those.
    @inline(never)
    private static func endsName(_ character: UInt32) -> Bool {
        switch character {
        case 0...0x20, 0x2B, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
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

/// Bytes as a number, the highest first; at most eight.
@inline(never)
func number(_ bytes: [UInt8], _ part: Range<Int>) -> UInt64 {
    var value: UInt64 = 0
    for index in part where index < bytes.count { value = value << 8 | UInt64(bytes[index]) }
    return value
}

/// Whether a part of a text is another text.
@inline(never)
func isEqual(_ bytes: [UInt8], _ part: Range<Int>, to other: [UInt8]) -> Bool { copied(bytes, part) == other }

/// The word that begins at a position.
@inline(never)
func word(_ bytes: [UInt8], at position: Int) -> [UInt8] {
    var cursor = TextCursor(bytes, from: position)
    return copied(bytes, cursor.word())
}

/// `Bytes32.bytes`, of which every use would be a copy.
@inline(never)
func bytes(of value: Bytes32) -> [UInt8] { value.bytes }
