/// A parameter of a statement, in PostgreSQL's binary form.
enum Value {
    case bytes([UInt8]?)
    case number(Int64)
    case bytesArray([[UInt8]?])
    case integers([Int64])
    case flags([Bool])

    static func integer(_ value: some FixedWidthInteger) -> Value { .number(Int64(value)) }

    /// PostgreSQL's numbers of the types of elements.
    private enum Element: Int32 {
        case flag = 16
        case bytes = 17
        case integer = 20
    }

    /// The bytes, at the end of `out`; nil, and nothing there, for NULL.
    func append(to out: inout [UInt8]) -> Int? {
        let start = out.count
        switch self {
        case .bytes(let bytes):
            guard let bytes else { return nil }
            out += bytes
        case .number(let value): out.append(bigEndian: value)
        case .bytesArray(let elements):
            Self.beginArray(of: .bytes, elements.count, &out)
            for element in elements {
                out.append(bigEndian: Int32(element?.count ?? -1))
                out += element ?? []
            }
        case .integers(let elements):
            Self.beginArray(of: .integer, elements.count, &out)
            for element in elements {
                out.append(bigEndian: Int32(8))
                out.append(bigEndian: element)
            }
        case .flags(let elements):
            Self.beginArray(of: .flag, elements.count, &out)
            for element in elements {
                out.append(bigEndian: Int32(1))
                out.append(element ? 1 : 0)
            }
        }
        return out.count - start
    }

    private static func beginArray(of element: Element, _ count: Int, _ out: inout [UInt8]) {
        // Dimensions, whether there may be a NULL, and of the one dimension its size and first index.
        out.append(bigEndian: Int32(count == 0 ? 0 : 1))
        out.append(bigEndian: Int32(1))
        out.append(bigEndian: element.rawValue)
        guard count > 0 else { return }
        out.append(bigEndian: Int32(count))
        out.append(bigEndian: Int32(1))
    }
}

extension Array where Element == UInt8 {
    fileprivate mutating func append<Number: FixedWidthInteger>(bigEndian value: Number) {
        for shift in stride(from: Number.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: value >> Number(shift)))
        }
    }
}
