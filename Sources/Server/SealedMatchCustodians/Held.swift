/// A secret that several steps of one algorithm hold. It is wiped when the last of them lets it go.
final class Held<Secret: ~Copyable & Sendable>: Sendable {
    let secret: Secret

    init(_ secret: consuming Secret) { self.secret = secret }
}
