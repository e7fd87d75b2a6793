internal import NIOCore

/// Asks a connection what becomes of the next reply: an event that `ConnectionDeadlines` takes.
struct ReplyWatch: Sendable {
    /// Told once: whether all of the reply was taken by the connection, before its other end had closed.
    let tell: @Sendable (Bool) -> Void
}
