/// Everything of a test world says that it is for tests, as its sets do. (Docs/Protocol.md, 4.1)
public protocol TestModeObject {}

extension TestModeObject {
    /// True: nothing of a test world is production's.
    public var isTest: Bool { true }
}

extension TestWorld: TestModeObject {}
extension TestSet: TestModeObject {}
extension TestItem: TestModeObject {}
extension TestAccount: TestModeObject {}
extension TestDevice: TestModeObject {}
extension TestCollector: TestModeObject {}
extension AccountReport: TestModeObject {}
extension RevealedItem: TestModeObject {}
extension CollectorKnowledge: TestModeObject {}
