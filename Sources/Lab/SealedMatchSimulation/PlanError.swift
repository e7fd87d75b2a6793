/// What is wrong with a plan, for the person who wrote it: which field, what it is, and what is allowed.
package struct PlanError: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
