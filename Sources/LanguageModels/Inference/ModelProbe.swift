import Accounting
import Kernels

/// What a model computed while it read one sequence.
public struct ActivationTrace: Sendable {
  /// The ids read.
  public let tokens: [Int]
  /// The residual stream: hook point, then layer, then token, then d numbers.
  public internal(set) var residual: [HookPoint: [[[Float]]]]
  /// How much each token looks at each other: layer, head, token, then as many shares as it sees.
  ///
  /// A token of a causal model sees itself and those before it. The shares of a token sum to 1.
  public internal(set) var attention: [[[[Float]]]]
  /// The logits after each token: V numbers each.
  public internal(set) var logits: [[Float]]
}

/// Reads sequences and shows what happens inside.
///
/// The weights are held a second time; those that training changes afterwards are not seen. A probe
/// is used by one thread at a time.
public final class ModelProbe {
  /// The model looked into.
  public let model: GPT

  private let pass: ForwardPass

  /// Prepares the looking.
  ///
  /// - Throws: `KernelsError` when the memory does not suffice.
  public init(_ model: GPT) throws {
    self.model = model
    let context = model.shape.contextLength
    pass = try ForwardPass(
      try PackedModel(model),
      sequences: 1,
      capacity: context,
      rowLimit: context,
      threads: 1
    )
  }

  /// Reads a sequence and keeps its residual stream, attention and logits.
  ///
  /// - Throws: ``LanguageModelsError`` naming the id or the length that does not fit.
  /// - Complexity: The attention of T tokens takes 4 T² · heads · layers bytes.
  public func trace(_ tokens: [Int]) throws(LanguageModelsError) -> ActivationTrace {
    try model.validate(tokens)
    let shape = model.shape
    var trace = ActivationTrace(tokens: tokens, residual: [:], attention: [], logits: [])
    let head = [[Float]](repeating: [], count: tokens.count)
    let layer = [[[Float]]](repeating: head, count: shape.headCount)
    trace.attention = [[[[Float]]]](repeating: layer, count: shape.layerCount)
    let segment = ForwardPass.Segment(sequence: 0, start: 0, rows: 0..<tokens.count)
    let observer = ForwardPass.Observer(
      residual: { point, _, stream in
        trace.residual[point, default: []].append(
          (0..<stream.rows).map { array(stream.row($0)) }
        )
      },
      attention: { layer, head, row, shares in
        trace.attention[layer][head][row] = array(shares)
      }
    )
    let logits = pass.read(tokens.map(Int32.init), [segment], allLogits: true, observer: observer)
    trace.logits = (0..<logits.rows).map { array(logits.row($0)) }
    return trace
  }

  /// The logits that rows of the residual stream would give if the model ended there.
  ///
  /// The final normalization, where there is one, is applied first.
  ///
  /// - Precondition: Each row has d numbers; there are at most as many as the context is long.
  public func unembed(_ stream: [[Float]]) -> [[Float]] {
    for row in stream {
      precondition(row.count == model.shape.width, "\(row.count) numbers of \(model.shape.width)")
    }
    let logits = pass.unembed(stream)
    return (0..<logits.rows).map { array(logits.row($0)) }
  }
}
