import Accounting
import Kernels

/// A linear map whose weights are packed for products with few rows.
struct PackedLinear: Sendable {
  let inputs: Int
  let outputs: Int
  let precision: ProductPrecision
  let bias: ParameterTensor?
  private let packed: FloatBuffer
  /// The columns of one panel, the unit by which threads share a product.
  let panelWidth: Int

  /// Packs Wᵀ of a map whose weights are (outputs, inputs).
  init(
    _ weight: ParameterTensor,
    bias: ParameterTensor?,
    of model: GPT,
    _ precision: ProductPrecision,
    _ kernels: Kernels
  ) throws(KernelsError) {
    self.precision = precision
    outputs = weight.shape[0]
    inputs = weight.shape[1]
    self.bias = bias
    panelWidth = kernels.packedCount(rows: 1, columns: 1)
    packed = try FloatBuffer(
      count: kernels.packedCount(rows: inputs, columns: outputs, precision: precision)
    )
    unsafe kernels.pack(
      model.weights.matrix(at: weight.offset, rows: outputs, columns: inputs),
      transposed: true,
      precision: precision,
      panels: 0..<kernels.panelCount(columns: outputs),
      into: packed.vector(0..<packed.count)
    )
  }

  /// The factor for some of the outputs, which start at a panel's first column.
  func factor(_ columns: Range<Int>, _ kernels: Kernels) -> RightFactor {
    unsafe kernels.packedFactor(
      packed.vector(columns.lowerBound * precision.words(inputs)..<packed.count),
      rows: inputs,
      columns: columns.count,
      precision: precision
    )
  }
}

/// A model made ready for reading one or a few tokens at a time.
///
/// The weights of all products are held a second time, packed in some precision; changes to the
/// model's own weights are not seen afterwards.
final class PackedModel: Sendable {
  struct Block: Sendable {
    let layout: BlockLayout
    let queryKeyValue: PackedLinear
    let attentionOutput: PackedLinear
    let feedForwardIn: PackedLinear
    let feedForwardOut: PackedLinear
  }

  let model: GPT
  let precision: ProductPrecision
  let kernels: Kernels
  let blocks: [Block]
  let head: PackedLinear
  /// (T, d), where positions are added to embeddings.
  private let positions: FloatBuffer?
  /// Cosines, then sines, each (T, w/2), where positions are rotary.
  private let angles: FloatBuffer?

  var shape: ModelShape { model.shape }

  init(_ model: GPT, precision: ProductPrecision = .f32) throws(KernelsError) {
    let layout = model.layout
    let kernels = try Kernels(for: precision)
    var blocks: [Block] = []
    func packed(_ linear: LinearLayout) throws(KernelsError) -> PackedLinear {
      try PackedLinear(linear.weight, bias: linear.bias, of: model, precision, kernels)
    }
    for block in layout.blocks {
      blocks.append(
        Block(
          layout: block,
          queryKeyValue: try packed(block.queryKeyValue),
          attentionOutput: try packed(block.attentionOutput),
          feedForwardIn: try packed(block.feedForwardIn),
          feedForwardOut: try packed(block.feedForwardOut)
        )
      )
    }
    self.model = model
    self.precision = precision
    self.kernels = kernels
    self.blocks = blocks
    head = try PackedLinear(
      layout.head ?? layout.tokenEmbedding,
      bias: nil,
      of: model,
      precision,
      kernels
    )
    let shape = layout.shape
    switch shape.positions {
    case .learned:
      positions = nil
      angles = nil
    case .sinusoidal:
      let table = try FloatBuffer(count: shape.contextLength * shape.width)
      for index in 0..<table.count {
        table[index] = Float(
          PositionTables.sinusoid(index / shape.width, index % shape.width, width: shape.width)
        )
      }
      positions = table
      angles = nil
    case .rotary(let base):
      let half = shape.headWidth / 2
      let table = try FloatBuffer(count: 2 * shape.contextLength * half)
      for index in 0..<table.count / 2 {
        let angle = PositionTables.angle(
          index / half,
          index % half,
          headWidth: shape.headWidth,
          base: base
        )
        table[index] = Float(angle.cosine)
        table[table.count / 2 + index] = Float(angle.sine)
      }
      positions = nil
      angles = table
    }
  }

  /// A tensor of the model as a vector.
  func vector(_ tensor: ParameterTensor) -> VectorView {
    unsafe model.weights.vector(tensor.range)
  }

  /// The token embeddings: (V, d).
  var embedding: MatrixView {
    vector(model.layout.tokenEmbedding).matrix(rows: shape.vocabularySize, columns: shape.width)
  }

  /// What is added to the embeddings of some positions: (count, d).
  func positions(_ range: Range<Int>) -> MatrixView? {
    if let tensor = model.layout.positionEmbedding {
      return vector(tensor).matrix(rows: shape.contextLength, columns: shape.width).rows(range)
    }
    guard let positions else { return nil }
    return unsafe positions.matrix(at: 0, rows: shape.contextLength, columns: shape.width)
      .rows(range)
  }

  /// The cosines and sines of some positions: (count, w/2) each.
  func angles(_ range: Range<Int>) -> (cosines: MatrixView, sines: MatrixView)? {
    guard let angles else { return nil }
    let (rows, half) = (shape.contextLength, shape.headWidth / 2)
    let cosines = unsafe angles.matrix(at: 0, rows: rows, columns: half)
    let sines = unsafe angles.matrix(at: rows * half, rows: rows, columns: half)
    return (cosines.rows(range), sines.rows(range))
  }

  /// Normalizes some rows.
  func normalize(
    _ input: MatrixView,
    _ layer: NormalizationLayout,
    into output: MatrixView,
    statistics: VectorView
  ) {
    kernels.normalize(
      input,
      weight: vector(layer.weight),
      bias: layer.bias.map(vector),
      centered: shape.normalization == .layerNorm,
      epsilon: Float(shape.normalizationEpsilon),
      into: output,
      statistics: statistics
    )
  }
}

extension ModelShape.Activation {
  /// The kernel of the function.
  var kernel: ActivationFunction {
    switch self {
    case .relu: .relu
    case .gelu: .gelu
    case .geluTanh: .geluTanh
    case .swiGLU: .swiGLU
    }
  }
}
