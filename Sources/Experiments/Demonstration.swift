public import Corpora
public import Evaluation
import Files
public import ScalingLaws
public import Tokenization
import Training

/// The whole line once: a tokenizer, a ladder of models, a law, a prediction, a gap.
public struct Demonstration {
  /// What may be chosen.
  public struct Options: Sendable, Hashable {
    /// The tokens of the longest runs, where nothing else is said.
    public static let standardTokens = 1_310_720

    /// The folder or file of texts.
    public var corpus: String
    /// The languages taken; nil for all.
    public var languages: [String]?
    /// Where everything is written.
    public var output: String
    /// V, the size of the tokenizer's vocabulary.
    public var vocabularySize = 2048
    /// D of the longest runs.
    public var tokens = Self.standardTokens
    /// The language all others are compared with.
    public var reference = "en"
    /// The seed of everything drawn.
    public var seed: UInt64 = 1
    /// How many threads compute; it changes no result.
    public var threads = 2

    /// Takes the standard choices for a corpus.
    public init(corpus: String, output: String) {
      self.corpus = corpus
      self.output = output
    }
  }

  /// What happens on the way.
  public enum Event: Sendable {
    /// The corpus was read.
    case corpus(Corpus)
    /// The tokenizer learns merges: the share done.
    case tokenizer(fraction: Double)
    /// The text is encoded.
    case encoded(PreparedCorpus)
    /// The ladder goes on.
    case ladder(Ladder.Progress)
  }

  /// What came out.
  public struct Result: Sendable {
    /// The texts.
    public let corpus: Corpus
    /// The texts as ids.
    public let prepared: PreparedCorpus
    /// What encodes them.
    public let tokenizer: Tokenizer
    /// The runs the law was fitted on.
    public let fitted: [RunRecord]
    /// The run it predicted.
    public let target: RunRecord
    /// The law.
    public let law: FittedLaw
    /// The law's loss for the target.
    public let prediction: Prediction
    /// The target's losses by language and segment.
    public let losses: LossTable
    /// The gaps to the reference; nil where the text is not parallel.
    public let gap: LossGap?
  }

  /// The most held-out segments of one language.
  static let evaluationLimit = 200

  /// What to do.
  public let options: Options
  /// The texts.
  public let corpus: Corpus

  /// Reads the corpus and checks the output folder, so that a fault shows in the first second.
  public init(_ options: Options) throws {
    self.options = options
    corpus = try Corpus(path: options.corpus, languages: options.languages)
    try corpus.validateSplit()
    if corpus.isParallel, !corpus.languages.contains(where: { $0.tag == options.reference }) {
      throw ExperimentsError.unknownReference(
        tag: options.reference,
        available: corpus.languages.map(\.tag)
      )
    }
    try prepareOutputFolder(options.output)
  }

  /// Runs the line, going on where an interrupted one stopped.
  ///
  /// - Parameters:
  ///   - isInterrupted: Asked often.
  ///   - observe: Told what happens.
  /// - Returns: The result, or nil when somebody asked to stop.
  /// - Throws: Whatever a part throws; what is done is kept.
  public func run(
    isInterrupted: () -> Bool,
    observe: (Event) -> Void
  ) throws -> Result? {
    observe(.corpus(corpus))
    let tokenizer = try trainTokenizer(observe)
    if isInterrupted() { return nil }
    try tokenizer.save(to: joined(options.output, "tokenizer.json"))
    let prepared = try PreparedCorpus(
      corpus,
      tokenizer: tokenizer,
      tokensPath: joined(options.output, "tokens.bin"),
      seed: options.seed,
      evaluationLimit: Self.evaluationLimit
    )
    observe(.encoded(prepared))
    let plan = try LadderPlan.demonstration(
      vocabularySize: tokenizer.vocabularySize,
      tokens: options.tokens,
      seed: options.seed,
      threads: options.threads
    )
    let ladder = Ladder(
      plan: plan,
      folder: joined(options.output, "ladder"),
      tokens: prepared.tokens,
      tokensDigest: prepared.digest,
      tokenizer: tokenizer,
      evaluation: prepared.evaluation
    )
    let runs = try ladder.run(isInterrupted: isInterrupted) { observe(.ladder($0)) }
    guard let runs, let target = runs.last else { return nil }
    return try result(tokenizer, prepared, runs.dropLast(), target, ladder)
  }

  private func trainTokenizer(_ observe: (Event) -> Void) throws -> Tokenizer {
    let segments = corpus.languages.lazy.flatMap { corpus.trainingSegments(of: $0) }
    return try Tokenizer.train(
      on: segments.map(\.text),
      vocabularySize: options.vocabularySize
    ) { tokens, wanted in
      observe(.tokenizer(fraction: Double(tokens) / Double(max(1, wanted))))
    }
  }

  private func result(
    _ tokenizer: Tokenizer,
    _ prepared: PreparedCorpus,
    _ fitted: some Collection<RunRecord>,
    _ target: RunRecord,
    _ ladder: Ladder
  ) throws -> Result {
    var fitOptions = FitOptions.smallLadder
    fitOptions.confidence = 0.9
    fitOptions.seed = options.seed
    fitOptions.threadCount = options.threads
    let law = try ParametricFit(
      fitted.map { run in
        LossObservation(
          parameters: Double(run.parameters),
          tokens: Double(run.tokens),
          loss: run.loss,
          uniqueTokens: Double(run.uniqueTokens),
          run: run.name
        )
      },
      fitOptions
    ).fit()
    let losses = try ladder.losses(of: ladder.plan.target)
    return Result(
      corpus: corpus,
      prepared: prepared,
      tokenizer: tokenizer,
      fitted: Array(fitted),
      target: target,
      law: law,
      prediction: try law.predict(
        parameters: Double(target.parameters),
        tokens: Double(target.tokens)
      ),
      losses: losses,
      gap: corpus.isParallel && corpus.languages.count > 1
        ? try LossGap(losses, reference: options.reference, seed: options.seed) : nil
    )
  }
}
