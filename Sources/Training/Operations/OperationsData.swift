public import Randomness

/// The examples of the operations task, drawn from a seed, training and validation apart.
///
/// Every example, an operation with its digits, occurs once at most, in one of the two sets.
public struct OperationsData: Sendable {
  /// One example.
  public struct Example: Sendable, Hashable {
    /// What is asked.
    public let operation: SequenceOperation
    /// The digits it is asked of.
    public let digits: [Int]

    /// The ids read: the operation, then the digits.
    public var inputs: [Int32] { [operation.token] + digits.map(Int32.init) }
    /// The ids to say: nothing at the operation, then the answer.
    public var targets: [Int32] { [-1] + operation.answer(digits).map(Int32.init) }
  }

  /// n, the digits in a row.
  public static let digitCount = 7
  /// The length of a sequence: the operation and its digits.
  public static var length: Int { 1 + digitCount }

  /// What is trained on, the operations in turn.
  public let training: [Example]
  /// What is measured on, the operations in turn.
  public let validation: [Example]

  /// Draws examples.
  ///
  /// - Parameters:
  ///   - trainingCount: At least 1.
  ///   - validationCount: At least one for each operation.
  ///   - seed: The seed; the same one gives the same examples.
  /// - Throws: ``TrainingError/invalidPlan(reason:)`` for counts that there are no examples for.
  public init(
    trainingCount: Int,
    validationCount: Int,
    seed: Seed
  ) throws(TrainingError) {
    let operations = SequenceOperation.allCases
    // With a tenth of all rows at most, a new one is soon found.
    guard trainingCount >= 1, validationCount >= operations.count,
      trainingCount <= 5_000_000, validationCount <= 5_000_000
    else {
      throw .invalidPlan(
        reason: "\(trainingCount) and \(validationCount) examples of the operations; at least 1 "
          + "and \(operations.count), at most 5,000,000 of both"
      )
    }
    var generator = seed.stream("operations")
    var seen: Set<Int> = []
    func draw(_ count: Int) -> [Example] {
      var examples: [Example] = []
      examples.reserveCapacity(count)
      while examples.count < count {
        let index = examples.count % operations.count
        var digits: [Int] = []
        var code = index
        for _ in 0..<Self.digitCount {
          digits.append(generator.below(10))
          code = 10 * code + digits[digits.count - 1]
        }
        if seen.insert(code).inserted {
          examples.append(Example(operation: operations[index], digits: digits))
        }
      }
      return examples
    }
    validation = draw(validationCount)
    training = draw(trainingCount)
  }
}

/// Batches of the operations task: each epoch reads every example once, in an order of its own.
///
/// What does not fill a batch at an epoch's end is left out of that epoch.
public struct OperationsBatches: BatchSource {
  /// The length of a row.
  public let context = OperationsData.length
  /// B.
  public let batch: Int
  /// The steps in an epoch.
  public let stepsPerEpoch: Int

  private let examples: [OperationsData.Example]
  private let seed: Seed
  private var order: (epoch: Int, indices: [Int])?

  /// Prepares to cut batches.
  ///
  /// - Throws: ``TrainingError/invalidPlan(reason:)`` for fewer examples than a batch has.
  public init(
    _ examples: [OperationsData.Example],
    batch: Int,
    seed: Seed
  ) throws(TrainingError) {
    guard batch >= 1, batch <= examples.count else {
      throw .invalidPlan(reason: "a batch of \(batch) out of \(examples.count) examples")
    }
    self.examples = examples
    self.batch = batch
    self.seed = seed
    stepsPerEpoch = examples.count / batch
  }

  /// Cuts some rows of the batch of a step, counted from 0.
  public mutating func batch(step: Int, rows: Range<Int>) -> TokenBatch {
    let epoch = step / stepsPerEpoch
    var indices = order?.epoch == epoch ? order?.indices : nil
    if indices == nil {
      var generator = seed.stream("operations, epoch \(epoch)")
      indices = generator.permutation(of: examples.count)
      order = indices.map { (epoch, $0) }
    }
    let first = step % stepsPerEpoch * batch
    var result = TokenBatch(inputs: [], targets: [])
    for row in rows {
      guard let index = indices?[first + row] else { continue }
      result.inputs += examples[index].inputs
      result.targets += examples[index].targets
    }
    return result
  }
}
