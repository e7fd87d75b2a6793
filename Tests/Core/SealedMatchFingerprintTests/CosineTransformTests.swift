import SealedMatchFingerprint
import Foundation
import Testing

@Suite struct CosineTransformTests {
    /// The module computes its own cosines; they are libm's to the last bit of a Float.
    @Test func matrixEqualsThatOfLibm() {
        let scale = Double(Float((2.0 / 64.0).squareRoot()))
        for k in 0..<64 {
            for i in 0..<16 {
                let angle = Double.pi / 2 / 64 * Double(i + 1) * Double(2 * k + 1)
                #expect(CosineTransform.matrix[k][i] == Float(scale * cos(angle)))
            }
        }
    }
}
