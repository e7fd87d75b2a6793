import GRDB

/// The app's own module of this name: it must not clash with anything of ours.
public enum Storage {
    public static let majorVersion = GRDB.majorVersion
}
