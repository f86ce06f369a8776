public import Accounting
import Files
public import LanguageModels
import Randomness
public import Ranks
public import Tokenization
import Training

/// A run on files of token ids, with everything it needs opened and checked.
public struct PreparedRun {
  /// What is done.
  public let plan: RunPlan
  /// The weights at the start.
  public let model: GPT
  /// The files, in the plan's order.
  public let files: [TokenIDFile]
  /// The processes that share each batch.
  public internal(set) var ranks = Communicator.alone
  /// The folder whose tokenizer files, or the file that, is laid beside the model; nil for none.
  let tokenizer: String?
  /// What the model is measured on in training; nil for nothing.
  let heldOut: HeldOutText?

  /// Looks up what a request leaves open and checks that it can be done.
  ///
  /// Every id is held against the vocabulary here, so that no bad one is found in mid-run.
  ///
  /// - Parameters:
  ///   - request: What is asked for.
  ///   - ranks: How many processes will share each batch.
  /// - Throws: An error of the module at fault, naming the file.
  public init(_ request: RunRequest, ranks: Int = 1) throws {
    tokenizer = try Self.tokenizer(for: request)
    let tokens = try (request.validationCorpus == nil ? request.tokenizer : tokenizer)
      .map { try Tokenizer(contentsOf: $0) }
    let shape = try Self.shape(for: request, tokens)
    let files = try request.sources.map { try Self.open($0.path, shape) }
    let needed = (request.context ?? shape.contextLength) + 1
    for file in files where file.count < needed {
      throw ExperimentsError.shortFile(path: file.path, count: file.count, needed: needed)
    }
    let validation = try ValidationText(request, shape, tokens)
    heldOut = validation.heldOut
    let named = try tokenizer.map { SHA256.hexadecimal(try readFile($0)) }
    let digest = named ?? files[0].description?.tokenizerDigest
    if case .model(let path) = request.start, let own = try ModelTokenizer(of: path) {
      if let tokenizer { try own.check(isIn: tokenizer, of: path) }
      if named == nil { try files.forEach { try own.check(madeIDs: $0) } }
    }
    for file in files + validation.files {
      guard let own = file.description?.tokenizerDigest, let digest, own != digest else { continue }
      throw ExperimentsError.foreignTokenizer(
        path: tokenizer ?? "The tokenizer of \(files[0].path)",
        other: file.path
      )
    }
    let endOfText = tokens?.endOfText ?? files.lazy.compactMap(\.description?.endOfText).first
    let model: GPT
    let start: RunPlan.Start
    if case .model(let path) = request.start {
      model = try GPT(directory: path).with(dropout: shape.dropout)
      start = .model(path: absolutePath(path), fingerprint: model.fingerprint)
    } else {
      model = try .drawn(shape, request.initialization, request.seed, endOfText.map(Int.init))
      start = .drawn(request.initialization)
    }
    self.model = model
    self.files = files
    plan = RunPlan(
      training: try Self.trainingPlan(
        request,
        model,
        files,
        evaluates: heldOut != nil,
        ranks: ranks
      ),
      ids: zip(request.sources, files).map { source, file in
        RunPlan.Source(
          path: absolutePath(source.path),
          weight: source.weight,
          tokens: file.count,
          fingerprint: file.fingerprint
        )
      },
      validation: validation.plan,
      validationCorpus: validation.corpus,
      start: start,
      endOfText: endOfText.map(Int.init),
      tokenizerSHA256: digest,
      checkpointSeconds: request.checkpointSeconds
    )
  }

  /// Opens the run that a folder holds, to go on with it.
  ///
  /// - Parameters:
  ///   - folder: The run's folder.
  ///   - threads: How many threads compute; the plan's where nil.
  /// - Throws: ``ExperimentsError/changedInput(path:)`` for ids or weights other than the plan's.
  public init(resuming folder: String, threads: Int?) throws {
    try self.init(RunPlan(folder: folder), threads: threads, folder: folder)
  }

  /// Opens what a plan names.
  ///
  /// - Parameters:
  ///   - stored: The plan.
  ///   - threads: How many threads compute; the plan's where nil.
  ///   - folder: The run's folder, for its tokenizer; nil where nothing is measured on held-out text.
  /// - Throws: An error of the module at fault, naming the file that is missing or has changed.
  init(_ stored: RunPlan, threads: Int?, folder: String?) throws {
    var training = stored.training
    training.threads = threads ?? training.threads
    plan = RunPlan(
      training: training,
      ids: stored.ids,
      validation: stored.validation,
      validationCorpus: stored.validationCorpus,
      start: stored.start,
      endOfText: stored.endOfText,
      tokenizerSHA256: stored.tokenizerSHA256,
      checkpointSeconds: stored.checkpointSeconds
    )
    files = try stored.ids.map { source in
      let file = try Self.open(source.path, stored.training.shape)
      guard file.count == source.tokens, file.fingerprint == source.fingerprint else {
        throw ExperimentsError.changedInput(path: source.path)
      }
      return file
    }
    switch stored.start {
    case .drawn(let initialization):
      model = try .drawn(training.shape, initialization, training.seed, stored.endOfText)
    case .model(let path, let fingerprint):
      model = try GPT(directory: path).with(dropout: training.shape.dropout)
      guard model.shape == training.shape, model.fingerprint == fingerprint else {
        throw ExperimentsError.changedInput(path: path)
      }
    }
    // It was laid beside the model when the run began.
    tokenizer = nil
    let plan = plan
    heldOut = try folder.flatMap { folder in
      let text = try ValidationText(plan) {
        try Tokenizer(contentsOf: joined(folder, "tokenizer.json"))
      }
      return text.heldOut
    }
  }

  /// The parameters, part by part.
  public func parameterCount() throws -> ParameterCount { try ParameterCount(model.shape) }

  /// The operations of the whole run, by the exact count of matrix products and attention.
  public func flops() throws -> Double {
    try Self.flopsPerToken(plan.training.shape, plan.training.context)
      * Double(plan.training.tokenCount)
  }

  /// The ids there are in all files.
  public var uniqueTokens: Int { files.reduce(0) { $0 + $1.count } }

  /// The files with their shares.
  var sources: [(source: any TokenSource, weight: Double)] {
    zip(files, plan.ids).map { ($0, $1.weight) }
  }

  static func flopsPerToken(_ shape: ModelShape, _ context: Int) throws -> Double {
    try TrainingFLOPs.perToken(
      Blueprint(shape, name: ""),
      convention: .matmulAndAttention,
      contextLength: context
    )
  }

  /// Opens a file and holds its ids against a vocabulary.
  static func open(_ path: String, _ shape: ModelShape) throws -> TokenIDFile {
    try TokenIDFile(
      path,
      vocabularySize: shape.vocabularySize,
      isWide: shape.vocabularySize > 1 << 16
    )
  }

  /// The tokenizer to lay beside the model: the one named, or the one of the model started from.
  private static func tokenizer(for request: RunRequest) throws -> String? {
    if let path = request.tokenizer { return path }
    guard case .model(let folder) = request.start else { return nil }
    let path = joined(folder, "tokenizer.json")
    return try fileKind(path) == .file ? path : nil
  }

  private static func shape(for request: RunRequest, _ tokens: Tokenizer?) throws -> ModelShape {
    var shape: ModelShape
    switch request.start {
    case .preset(let name):
      shape = try Blueprint.preset(name).shape
      if let size = try tokens?.vocabularySize ?? describedVocabulary(request) {
        shape.vocabularySize = size
      }
      if let context = request.context { shape.contextLength = context }
    case .blueprint(let path), .model(let path):
      shape = try ModelShape(configuration: path)
    }
    if let size = request.vocabularySize { shape.vocabularySize = size }
    if let count = request.layerCount { shape.layerCount = count }
    if let dropout = request.dropout { shape.dropout = dropout }
    try shape.validate()
    guard shape.causal else { throw ExperimentsError.notCausal }
    if let tokens, tokens.vocabularySize > shape.vocabularySize {
      throw LanguageModelsError.tokenOutOfRange(
        id: tokens.vocabularySize - 1,
        vocabularySize: shape.vocabularySize
      )
    }
    return shape
  }

  /// The vocabulary that the first file with a description names.
  private static func describedVocabulary(_ request: RunRequest) throws -> Int? {
    for source in request.sources {
      if let size = try TokenIDDescription(beside: source.path)?.vocabularySize { return size }
    }
    return nil
  }
}

extension GPT {
  /// Draws a model that ends its texts with some id.
  fileprivate static func drawn(
    _ shape: ModelShape,
    _ initialization: Initialization,
    _ seed: UInt64,
    _ endOfText: Int?
  ) throws -> GPT {
    try GPT(
      shape,
      initialization: initialization,
      seed: Seed(seed),
      specialTokens: SpecialTokenIDs(beginning: endOfText, ends: endOfText.map { [$0] } ?? [])
    )
  }

  /// A hash of the weights.
  fileprivate var fingerprint: String {
    var fingerprint = Fingerprint()
    for tensor in layout.tensors {
      for value in values(of: tensor) { fingerprint.add(UInt64(value.bitPattern)) }
    }
    return fingerprint.hexadecimal
  }
}
