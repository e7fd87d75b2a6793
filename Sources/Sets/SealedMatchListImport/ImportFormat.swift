/// How a source holds its list. What is known of each is in Docs/Lists.md.
package enum ImportFormat: String, CaseIterable, Sendable {
    /// Pages of NCMEC's hash sharing, XML of version 2.
    case ncmec
    /// Pages of StopNCII's FetchHashes, JSON.
    case stopncii
    /// A table with a header.
    case csv
    /// Lines of python-threatexchange: a type and a hash; or its CSV.
    case threatexchange
    /// Frames of one video in each file, as vPDQ writes them.
    case vpdq
    /// A table with a header and a column for each kind of hash.
    case icse
}

/// What an import takes, and from which columns.
package struct ImportOptions: Sendable {
    /// PDQ hashes of a lesser quality are left out.
    package var minimumQuality: Int
    /// Take these classes only; all if empty.
    package var classes: [String] = []
    /// Names of columns, where they are none of those that are recognised.
    package var hashColumn: String?
    package var kindColumn: String?
    package var qualityColumn: String?
    package var classColumn: String?
    /// What a column `hash` holds, if no column says so: a PDQ hash otherwise.
    package var kind: ImportedHash.Kind?
    /// Leave out what is no hash, instead of writing no list.
    package var skippingBadEntries = false

    package init(minimumQuality: Int) { self.minimumQuality = minimumQuality }
}
