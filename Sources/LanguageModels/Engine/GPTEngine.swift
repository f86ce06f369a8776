internal import Accounting
public import Kernels
internal import Synchronization

/// The fast forward and backward pass of a GPT for one batch size and context.
///
/// An engine holds all memory a pass needs and a team of threads; parameters and gradients are the
/// caller's. Results are the same to the bit for any number of threads on one kind of processor:
/// the batch is cut into pieces by its sizes alone, and sums run in a fixed order.
///
/// Calls from several threads queue up.
public final class GPTEngine: Sendable {
  /// What an engine is for.
  public enum Purpose: Sendable, Hashable {
    /// Gradients: everything the forward pass computes is kept for the backward pass.
    case training
    /// Losses and logits only: one block's memory serves all.
    case evaluation
  }

  /// The names, shapes and places of all parameters.
  public let layout: ParameterLayout
  /// B, the sequences in a batch.
  public let batch: Int
  /// T, the tokens in a sequence.
  public let context: Int
  /// What the engine is for.
  public let purpose: Purpose
  /// What matrix products multiply.
  public var precision: ProductPrecision { geometry.precision }
  /// The threads, for an optimizer's step between two passes.
  public let team: ThreadTeam
  /// The kernels of the processor's level.
  public let kernels: Kernels

  let geometry: EngineGeometry
  let workspace: EngineWorkspace
  private let turn = Mutex(())

  /// How many threads find work within a block.
  ///
  /// Whole sequences pass through it, as many together as make 128 tokens.
  ///
  /// - Parameters:
  ///   - batch: B, the sequences of one pass, at least 1.
  ///   - context: T, the tokens of each, at least 1.
  /// - Returns: At least 1.
  public static func threadsOfUse(batch: Int, context: Int) -> Int {
    let size = EngineGeometry.chunkSequences(batch: batch, context: context)
    return (batch + size - 1) / size
  }

  /// Allocates the memory and starts the threads.
  ///
  /// - Parameters:
  ///   - layout: The parameters' layout.
  ///   - batch: B, at least 1.
  ///   - context: T, at most the shape's context length.
  ///   - threads: At least 1; more than ``threadsOfUse(batch:context:)`` are of little use.
  ///   - purpose: Whether gradients will be asked for.
  ///   - precision: What the products with weights multiply. Parameters, gradients, norms, softmax
  ///     and all sums are of single precision always.
  /// - Throws: ``LanguageModelsError`` when the context does not fit the shape, `KernelsError` when
  ///   memory or threads do not suffice.
  public init(
    layout: ParameterLayout,
    batch: Int,
    context: Int,
    threads: Int,
    purpose: Purpose,
    precision: ProductPrecision = .f32
  ) throws {
    precondition(batch >= 1 && threads >= 1, "batch \(batch), threads \(threads)")
    guard context >= 1, context <= layout.shape.contextLength else {
      throw LanguageModelsError.sequenceLength(
        length: context,
        contextLength: layout.shape.contextLength
      )
    }
    self.layout = layout
    self.batch = batch
    self.context = context
    self.purpose = purpose
    geometry = EngineGeometry(
      shape: layout.shape,
      batch: batch,
      context: context,
      precision: precision
    )
    kernels = try Kernels(for: precision)
    workspace = try EngineWorkspace(
      layout: layout,
      geometry: geometry,
      kernels: kernels,
      threads: threads,
      forTraining: purpose == .training
    )
    team = try ThreadTeam(count: threads)
  }

  /// Computes the mean loss and its gradient.
  ///
  /// - Parameters:
  ///   - parameters: In the order of the layout.
  ///   - inputs: (B, T), row by row.
  ///   - targets: (B, T): the token that should follow each; negative where nothing is asked.
  ///   - dropout: What is dropped follows from it and the shape; nothing is dropped where nil.
  ///   - gradients: In the order of the layout, overwritten; the gaps between tensors are left alone.
  /// - Returns: The mean negative log-likelihood in nats over the targets; 0 without targets.
  /// - Throws: ``LanguageModelsError/tokenOutOfRange(id:vocabularySize:)``.
  /// - Precondition: The engine is for training, and the counts are those of layout and batch.
  public func gradient(
    parameters: FloatBuffer,
    inputs: [Int32],
    targets: [Int32],
    dropout: DropoutDraw? = nil,
    into gradients: FloatBuffer
  ) throws -> Double {
    guard let memory = workspace.backward else {
      preconditionFailure("gradients asked of an engine for evaluation")
    }
    check(parameters)
    check(gradients)
    try check(inputs, targets)
    let count = targets.count { $0 >= 0 }
    let scale = count == 0 ? 0 : 1 / Float(count)
    let masks = DropoutMasks(dropout, layout.shape)
    return turn.withLock { _ in
      workspace.inputs.replace(with: inputs)
      workspace.targets.replace(with: targets)
      let pass = Pass(
        engine: self,
        parameters: ParameterViews(buffer: parameters),
        masks: masks
      )
      let gradient = GradientPass(
        pass: pass,
        gradients: ParameterViews(buffer: gradients),
        memory: memory,
        scale: scale
      )
      team.run { thread in gradient.run(thread) }
      return count == 0 ? 0 : totalLoss() / Double(count)
    }
  }

  /// Computes the loss at every position.
  ///
  /// - Parameters:
  ///   - parameters: In the order of the layout.
  ///   - inputs: (B, T), row by row; rows shorter than T are filled up with any token.
  ///   - targets: (B, T): negative where nothing is asked.
  /// - Returns: (B, T), in nats; 0 where nothing is asked.
  /// - Throws: ``LanguageModelsError/tokenOutOfRange(id:vocabularySize:)``.
  public func losses(
    parameters: FloatBuffer,
    inputs: [Int32],
    targets: [Int32]
  ) throws -> [Float] {
    check(parameters)
    try check(inputs, targets)
    return turn.withLock { _ in
      workspace.inputs.replace(with: inputs)
      workspace.targets.replace(with: targets)
      let pass = Pass(engine: self, parameters: ParameterViews(buffer: parameters))
      team.run { thread in
        pass.forward(thread)
        pass.losses(thread)
      }
      let losses = workspace.losses
      return (0..<losses.count).map { losses[$0] }
    }
  }

  /// Computes the logits at every position.
  ///
  /// - Parameters:
  ///   - parameters: In the order of the layout.
  ///   - inputs: (B, T), row by row.
  /// - Returns: (B, T, V), row by row.
  /// - Throws: ``LanguageModelsError/tokenOutOfRange(id:vocabularySize:)``.
  public func logits(parameters: FloatBuffer, inputs: [Int32]) throws -> [Float] {
    check(parameters)
    try check(inputs, [Int32](repeating: -1, count: inputs.count))
    let vocabularySize = layout.shape.vocabularySize
    let result = try FloatBuffer(count: geometry.rows * vocabularySize)
    turn.withLock { _ in
      workspace.inputs.replace(with: inputs)
      let pass = Pass(engine: self, parameters: ParameterViews(buffer: parameters))
      team.run { thread in
        pass.forward(thread)
        pass.logits(thread, into: result)
      }
    }
    return result[0..<result.count]
  }

  /// Computes how widely each head looks: the entropy of a query's weights, mean over all queries.
  ///
  /// - Parameters:
  ///   - parameters: In the order of the layout.
  ///   - inputs: (B, T), row by row.
  /// - Returns: Bits, by block, then by head; at most log₂ T.
  /// - Throws: ``LanguageModelsError/tokenOutOfRange(id:vocabularySize:)``.
  public func attentionEntropies(
    parameters: FloatBuffer,
    inputs: [Int32]
  ) throws -> [[Double]] {
    check(parameters)
    try check(inputs, [Int32](repeating: -1, count: inputs.count))
    let (layers, heads) = (layout.shape.layerCount, layout.shape.headCount)
    let memory = try FloatBuffer(count: layers * heads * geometry.rows)
    turn.withLock { _ in
      workspace.inputs.replace(with: inputs)
      var pass = Pass(engine: self, parameters: ParameterViews(buffer: parameters))
      pass.entropies = unsafe memory.matrix(
        at: 0,
        rows: layers * heads,
        columns: geometry.rows
      )
      team.run { [pass] thread in pass.forward(thread) }
    }
    return (0..<layers).map { layer in
      (0..<heads).map { head in
        let start = (layer * heads + head) * geometry.rows
        let nats = memory[start..<start + geometry.rows].reduce(0.0) { $0 + Double($1) }
        return nats / Double(geometry.rows) * 1.442_695_040_888_963_4
      }
    }
  }

  /// The sum of the losses, from the first row to the last.
  private func totalLoss() -> Double {
    let losses = workspace.losses
    var total = 0.0
    for row in 0..<losses.count { total += Double(losses[row]) }
    return total
  }

  private func check(_ buffer: FloatBuffer) {
    precondition(
      buffer.count == layout.storageCount,
      "\(buffer.count) numbers for a layout of \(layout.storageCount)"
    )
  }

  private func check(_ inputs: [Int32], _ targets: [Int32]) throws(LanguageModelsError) {
    precondition(
      inputs.count == geometry.rows && targets.count == geometry.rows,
      "\(inputs.count) inputs and \(targets.count) targets for \(batch) × \(context)"
    )
    let size = layout.shape.vocabularySize
    for id in inputs where id < 0 || Int(id) >= size {
      throw .tokenOutOfRange(id: Int(id), vocabularySize: size)
    }
    for id in targets where Int(id) >= size {
      throw .tokenOutOfRange(id: Int(id), vocabularySize: size)
    }
  }
}
