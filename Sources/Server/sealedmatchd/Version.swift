/// The version of this release. `Tests/House/version.py` compares it with the others.
enum Version {
    static let text = "0.2.0"
}
