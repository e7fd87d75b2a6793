/// What the work costs on one core: measured, or given in a plan.
package struct ProcessorCosts: Equatable, Sendable {
    /// Of sealing a voucher, beside the fingerprint; for each slot.
    package var sealSlotMicroseconds: Double
    /// Of opening a voucher, for each slot.
    package var openSlotMicroseconds: Double
    /// Of dense elimination among C openings, divided by C³.
    package var denseNanoseconds: Double
    /// Of the decoder's own steps beyond 4,096 openings, divided by k·C².
    package var stepsNanoseconds: Double

    package init(
        sealSlotMicroseconds: Double, openSlotMicroseconds: Double, denseNanoseconds: Double, stepsNanoseconds: Double
    ) {
        self.sealSlotMicroseconds = sealSlotMicroseconds
        self.openSlotMicroseconds = openSlotMicroseconds
        self.denseNanoseconds = denseNanoseconds
        self.stepsNanoseconds = stepsNanoseconds
    }

    init(_ value: JSONValue, at path: String) throws(PlanError) {
        var reader = try PlanReader(value, at: path)
        var numbers: [Double] = []
        for field in ["sealSlotMicroseconds", "openSlotMicroseconds", "denseNanoseconds", "stepsNanoseconds"] {
            guard let number = try reader.number(field, 0...1e9) else {
                throw PlanError("\(path).\(field) is missing: costs are given whole, or measured")
            }
            numbers.append(number)
        }
        try reader.finish()
        self.init(
            sealSlotMicroseconds: numbers[0], openSlotMicroseconds: numbers[1], denseNanoseconds: numbers[2],
            stepsNanoseconds: numbers[3])
    }
}
