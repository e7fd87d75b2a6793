/// One comparison of the simulator with the protocol.
package struct CheckResult: Equatable, Sendable {
    package let name: String
    package let passed: Bool
    /// What was compared, and how it came out.
    package let detail: String

    package init(_ name: String, passed: Bool, _ detail: String) {
        self.name = name
        self.passed = passed
        self.detail = detail
    }
}
