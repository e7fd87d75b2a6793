internal import Foundation

/// Learns which pseudonym of an epoch belongs to which account: a multinomial logistic model. Its score of a pair is a
/// weighted sum, over the features, of the squared distance between the pseudonym's and the account's, in units of what
/// an account's own epochs differ by; of the neighbours at the change of epochs the number is weighed. The weights are
/// what it learns, none below zero.
struct LinkLearner {
    /// Of the training pairs: a task has a pseudonym's distances to all accounts, and which account is the right one.
    struct Task: Sendable {
        /// [candidate · features + feature]; the last feature is the edge's, negative.
        let distances: [Float]
        let right: Int
    }

    private(set) var weights: [Float]
    private let used: [Bool]

    /// - Parameter evidence: what the linker may look at.
    init(_ evidence: Set<LinkWorld.Evidence>) {
        used = LinkWorld.evidence.map { evidence.contains($0) } + [evidence.contains(.edge)]
        let count = Float(used.count { $0 })
        weights = used.map { $0 ? 0.5 / count.squareRoot() : 0 }
    }

    /// Gradient steps of the mean log-likelihood, each on one batch of tasks (Adam).
    mutating func train(_ batches: [[Task]], steps: Int) {
        var first = [Float](repeating: 0, count: weights.count), second = first
        for step in 1...steps {
            let batch = batches[step % batches.count]
            var gradient = [Float](repeating: 0, count: weights.count)
            for task in batch {
                let likely = probabilities(task)
                for candidate in likely.indices {
                    let pull = likely[candidate] - (candidate == task.right ? 1 : 0)
                    if abs(pull) < 1e-4 { continue }
                    let row = candidate * weights.count
                    for f in weights.indices { gradient[f] -= pull * task.distances[row + f] }
                }
            }
            for f in weights.indices where used[f] {
                // A little pull towards zero.
                let slope = gradient[f] / Float(batch.count) + 1e-3 * weights[f]
                first[f] = 0.9 * first[f] + 0.1 * slope
                second[f] = 0.99 * second[f] + 0.01 * slope * slope
                let mean = first[f] / (1 - pow(0.9, Float(step))), square = second[f] / (1 - pow(0.99, Float(step)))
                weights[f] = max(0, weights[f] - 0.03 * mean / (square.squareRoot() + 1e-6))
            }
        }
    }

    private func scores(_ task: Task) -> [Float] {
        (0..<(task.distances.count / weights.count)).map { candidate in
            let row = candidate * weights.count
            var sum: Float = 0
            for f in weights.indices { sum -= weights[f] * task.distances[row + f] }
            return sum
        }
    }

    private func probabilities(_ task: Task) -> [Float] {
        let scores = scores(task)
        let top = scores.max() ?? 0
        let raised = scores.map { exp($0 - top) }
        let sum = raised.reduce(0, +)
        return raised.map { $0 / sum }
    }

    /// Whether the right account has the best score of all.
    func finds(_ task: Task) -> Bool {
        let scores = scores(task)
        return scores.indices.allSatisfy { $0 == task.right || scores[$0] < scores[task.right] }
    }
}
