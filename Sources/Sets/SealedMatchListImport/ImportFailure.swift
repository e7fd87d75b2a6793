package import SealedMatchCrypto

/// Why no list was written.
package enum ImportFailure: Error {
    /// A file could not be read or written; or `interrupted`.
    case file(String, SealedMatchError)
    /// A file is not of its format from this line on. The reason may quote the file.
    case broken(String, line: Int, String)
    /// Hashes that are none, and were not to be skipped.
    case faults(ImportReport)
    /// No hash was taken.
    case nothing(ImportReport)
}
