internal import SealedMatchCrypto

/// Gives out numbers for objects, so that a stale or invented handle is found out and never followed.
///
/// A handle is kind (8 bits) ‖ generation (32) ‖ place (24). A place's generation grows when its handle is closed, so
/// no number is given out twice. The lock is held for a few instructions only: a caller gets a reference of its own,
/// and works without it.
final class HandleTable<Object: AnyObject & Sendable>: @unchecked Sendable {
    // `places` and `free` are touched under the lock only.
    private let lock = Lock()
    private let kind: UInt64
    private var places: [Place] = []
    private var free: [Int] = []

    private struct Place {
        var generation: UInt32 = 1
        var object: Object?
    }

    /// Far more than a messenger has accounts, and few enough that guarded memory for so many secrets can be had.
    static var maximumCount: Int { 4_096 }

    init(kind: UInt8) { self.kind = UInt64(kind) }

    func open(_ object: Object) throws(SealedMatchError) -> UInt64 {
        try lock.hold { () throws(SealedMatchError) in
            let index: Int
            if let place = free.popLast() {
                index = place
            } else {
                guard places.count < Self.maximumCount else {
                    throw SealedMatchError(.tooManyHandles, "too many handles of one kind are open")
                }
                index = places.count
                places.append(Place())
            }
            places[index].object = object
            return kind << 56 | UInt64(places[index].generation) << 24 | UInt64(index)
        }
    }

    subscript(id: UInt64) -> Object {
        get throws(SealedMatchError) {
            try lock.hold { () throws(SealedMatchError) in
                guard let index = index(of: id), let object = places[index].object else {
                    throw SealedMatchError(.badHandle, "no open handle")
                }
                return object
            }
        }
    }

    /// Ends the handle. The object lives on while a call uses it.
    func close(_ id: UInt64) throws(SealedMatchError) -> Object {
        try lock.hold { () throws(SealedMatchError) in
            guard let index = index(of: id), let object = places[index].object.take() else {
                throw SealedMatchError(.badHandle, "no open handle")
            }
            // A place whose numbers have run out is not used again.
            if places[index].generation < .max {
                places[index].generation += 1
                free.append(index)
            }
            return object
        }
    }

    private func index(of id: UInt64) -> Int? {
        let index = Int(id & 0xFF_FFFF)
        guard id >> 56 == kind, index < places.count, UInt64(places[index].generation) == id >> 24 & 0xFFFF_FFFF else {
            return nil
        }
        return index
    }
}
