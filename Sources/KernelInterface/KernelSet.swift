/// The function between the two products of a feed-forward part.
public enum ActivationFunction: Sendable, Hashable, CaseIterable {
  /// max(0, x).
  case relu
  /// x · Φ(x).
  case gelu
  /// The tanh approximation of x · Φ(x).
  case geluTanh
  /// silu(gate) · up: the rows hold all gates, then all ups.
  case swiGLU
}

/// One head of attention on one sequence: its matrices are (time, head width).
public struct AttentionHead: Sendable {
  /// Queries.
  public var query: MatrixView
  /// Keys.
  public var key: MatrixView
  /// Values.
  public var value: MatrixView
  /// Weighted values, written by the forward pass.
  public var output: MatrixView
  /// The logarithm of each row's sum of exponentials, written by the forward pass.
  public var logSumExp: VectorView
  /// What products of queries and keys are multiplied by.
  public var scale: Float
  /// Whether a query sees only the keys up to its own place.
  public var causal: Bool
  /// Which of the weights are dropped, (time, time); nil for none.
  public var dropout: DropoutMask?

  /// Gathers the parts.
  @inlinable
  public init(
    query: MatrixView,
    key: MatrixView,
    value: MatrixView,
    output: MatrixView,
    logSumExp: VectorView,
    scale: Float,
    causal: Bool,
    dropout: DropoutMask? = nil
  ) {
    self.query = query
    self.key = key
    self.value = value
    self.output = output
    self.logSumExp = logSumExp
    self.scale = scale
    self.causal = causal
    self.dropout = dropout
  }
}

/// Gradients of one head; shapes as in ``AttentionHead``.
public struct AttentionGradients: Sendable {
  /// Of the output, read.
  public var output: MatrixView
  /// Of the queries, overwritten.
  public var query: MatrixView
  /// Of the keys, overwritten or added to.
  public var key: MatrixView
  /// Of the values, overwritten or added to.
  public var value: MatrixView
  /// Whether keys and values hold gradients already: those of another head of their group.
  public var addsToKeyAndValue: Bool

  /// Gathers the parts.
  @inlinable
  public init(
    output: MatrixView,
    query: MatrixView,
    key: MatrixView,
    value: MatrixView,
    addsToKeyAndValue: Bool
  ) {
    self.output = output
    self.query = query
    self.key = key
    self.value = value
    self.addsToKeyAndValue = addsToKeyAndValue
  }
}

/// The numbers one AdamW step needs, the same for every parameter.
public struct AdamWFactors: Sendable, Hashable {
  /// 1 − β₁.
  public var firstMomentWeight: Float
  /// 1 − β₂.
  public var secondMomentWeight: Float
  /// η / (1 − β₁ᵗ).
  public var stepSize: Float
  /// 1 / √(1 − β₂ᵗ).
  public var rootCorrection: Float
  /// ε.
  public var epsilon: Float
  /// 1 − η λ, or 1 where no weight decays.
  public var retained: Float
  /// What gradients are multiplied by before all else: the clipping factor.
  public var gradientScale: Float

  /// Gathers the numbers.
  @inlinable
  public init(
    firstMomentWeight: Float,
    secondMomentWeight: Float,
    stepSize: Float,
    rootCorrection: Float,
    epsilon: Float,
    retained: Float,
    gradientScale: Float
  ) {
    self.firstMomentWeight = firstMomentWeight
    self.secondMomentWeight = secondMomentWeight
    self.stepSize = stepSize
    self.rootCorrection = rootCorrection
    self.epsilon = epsilon
    self.retained = retained
    self.gradientScale = gradientScale
  }
}

/// The functions that are built once for each processor level.
///
/// The callers have checked every shape: nothing is checked here. No function allocates or keeps
/// memory. `Kernels` in the module of that name is the checked face and says what each one computes.
public protocol KernelSet: SendableMetatype {
  /// The numbers in one vector.
  static var laneCount: Int { get }
  /// The columns in one panel of a right factor.
  static var panelWidth: Int { get }
  /// The queries that attention handles at a time.
  static var queryBlock: Int { get }

  // MARK: MatrixView products

  /// Writes the panels of B = source, or of B = sourceᵀ.
  static func pack(
    _ source: MatrixView,
    transposed: Bool,
    precision: ProductPrecision,
    panels: Range<Int>,
    into target: VectorView
  )

  /// Rounds numbers to bfloat16 and pairs them along the rows, along the columns, or both.
  static func pair(_ x: MatrixView, inRows: MatrixView?, inColumns: MatrixView?)

  /// C = [addend +] [bias +] A·B, where A is `a`, or aᵀ; of words where B is.
  static func multiply(
    _ a: MatrixView,
    transposed: Bool,
    _ b: RightFactor,
    into c: MatrixView,
    adding addend: MatrixView?,
    bias: VectorView?
  )

  // MARK: Row by row

  /// Layer norm, or RMS norm where `centered` is false.
  static func normalize(
    _ x: MatrixView,
    weight: VectorView,
    bias: VectorView?,
    centered: Bool,
    epsilon: Float,
    into y: MatrixView,
    statistics: VectorView
  )

  /// The gradient of a normalization's input; adds to those of its parameters.
  static func normalizeBackward(
    _ x: MatrixView,
    statistics: VectorView,
    weight: VectorView,
    centered: Bool,
    outputGradient: MatrixView,
    adding residual: MatrixView?,
    into inputGradient: MatrixView,
    weightGradient: VectorView,
    biasGradient: VectorView?
  )

  /// Applies an activation function.
  static func activate(_ function: ActivationFunction, _ x: MatrixView, into y: MatrixView)

  /// Multiplies a gradient by the derivative, and computes the function's value again.
  static func activateBackward(
    _ function: ActivationFunction,
    _ x: MatrixView,
    outputGradient: MatrixView,
    into inputGradient: MatrixView,
    value: MatrixView
  )

  /// y = [residual +] the kept numbers of x, scaled.
  static func drop(
    _ x: MatrixView,
    _ mask: DropoutMask,
    adding residual: MatrixView?,
    into y: MatrixView
  )

  /// y += x.
  static func add(_ x: MatrixView, into y: MatrixView)

  /// Turns pairs of numbers, half a head apart, by angles; back where `inverse`.
  static func rotate(
    _ x: MatrixView,
    headWidth: Int,
    cosines: MatrixView,
    sines: MatrixView,
    inverse: Bool
  )

  /// Sums each column.
  static func sumColumns(_ x: MatrixView, into sums: VectorView, accumulate: Bool)

  // MARK: Attention

  /// The numbers of working memory one head needs.
  static func attentionScratchCount(time: Int, headWidth: Int) -> Int

  /// Causal or full attention of one head.
  static func attend(_ head: AttentionHead, scratch: VectorView)

  /// The gradients of attention of one head.
  static func attendBackward(
    _ head: AttentionHead,
    _ gradients: AttentionGradients,
    scratch: VectorView
  )

  /// The entropy of each query's weights, in nats, after ``attend(_:scratch:)``.
  static func attentionEntropies(
    _ head: AttentionHead,
    into entropies: VectorView,
    scratch: VectorView
  )

  // MARK: Both ends

  /// Negative log-likelihoods; where `gradientScale` is given, logits become their gradient.
  static func crossEntropy(
    _ logits: MatrixView,
    targets: TokenView,
    gradientScale: Float?,
    losses: VectorView
  )

  /// x[r] = embedding[tokens[r]] + positions[r].
  static func embed(
    _ tokens: TokenView,
    _ embedding: MatrixView,
    positions: MatrixView?,
    into x: MatrixView
  )

  /// gradient[tokens[r]] += x[r].
  static func embedBackward(_ tokens: TokenView, _ x: MatrixView, into gradient: MatrixView)

  // MARK: Optimizer

  /// One step of AdamW.
  static func adamW(
    _ parameters: VectorView,
    gradients: VectorView,
    firstMoments: VectorView,
    secondMoments: VectorView,
    factors: AdamWFactors
  )

  /// One step of gradient descent with momentum.
  static func sgd(
    _ parameters: VectorView,
    gradients: VectorView,
    moments: VectorView,
    factors: SGDFactors
  )

  /// One step of Lion.
  static func lion(
    _ parameters: VectorView,
    gradients: VectorView,
    moments: VectorView,
    factors: LionFactors
  )

  /// The sum of the squares.
  static func sumOfSquares(_ x: VectorView) -> Double
}
