/// The version of this release. `Tests/House/version.py` compares it with the Python package's and the changelog's.
enum Version {
    static let text = "0.2.0"
}
