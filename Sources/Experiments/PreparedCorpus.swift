public import Corpora
public import Evaluation
import Files
import Randomness
public import Tokenization
public import Training

/// A corpus as ids: one sequence to train on, and the held-out segments of each language.
public struct PreparedCorpus: Sendable {
  /// The size of one language's training text.
  public struct Language: Sendable, Hashable {
    /// The language's BCP-47 tag.
    public let tag: String
    /// The training segments.
    public let segments: Int
    /// The UTF-8 length of the training segments.
    public let bytes: Int
    /// Their tokens, end-of-text tokens included.
    public let tokens: Int
  }

  /// The languages in the corpus's order.
  public let languages: [Language]
  /// All training segments in one shuffled order, an end-of-text id after each.
  public let tokens: TokenArray
  /// The held-out segments.
  public let evaluation: EvaluationSet
  /// The SHA-256 of ``tokens``, as 32-bit numbers.
  public let digest: String

  /// Encodes a corpus.
  ///
  /// - Parameters:
  ///   - corpus: The texts.
  ///   - tokenizer: What encodes them.
  ///   - tokensPath: Where the ids to train on are written, as nanoGPT reads them.
  ///   - seed: The seed of the order of segments.
  ///   - evaluationLimit: The most held-out segments of one language; on parallel text the same
  ///     ones in each, evenly spaced.
  /// - Throws: ``ExperimentsError/noEndOfText`` when the tokenizer has no end-of-text token.
  public init(
    _ corpus: Corpus,
    tokenizer: Tokenizer,
    tokensPath: String,
    seed: UInt64,
    evaluationLimit: Int
  ) throws {
    let encoder = try SegmentEncoder(tokenizer)
    let end = encoder.endOfText
    var documents: [(ids: [Int32], bytes: Int)] = []
    var languages: [Language] = []
    var held: [EvaluationSet.Language] = []
    for language in corpus.languages {
      let segments = corpus.trainingSegments(of: language)
      var tokens = 0
      var bytes = 0
      for segment in segments {
        let ids = try encoder.encode(segment.text)
        documents.append((ids, segment.text.utf8.count))
        tokens += ids.count + 1
        bytes += segment.text.utf8.count
      }
      languages.append(
        Language(tag: language.tag, segments: segments.count, bytes: bytes, tokens: tokens)
      )
      let chosen = evenlySpaced(corpus.evaluationSegments(of: language), limit: evaluationLimit)
      held.append(try encoder.evaluation(language.tag, chosen))
    }
    var generator = Seed(seed).stream("documents")
    var stream: [Int32] = []
    stream.reserveCapacity(languages.reduce(0) { $0 + $1.tokens })
    var file = try TokenIDWriter(tokensPath, tokenizer: tokenizer)
    for position in generator.permutation(of: documents.count) {
      let document = documents[position]
      try file.append(document: document.ids.map { TokenID($0) }[...], byteCount: document.bytes)
      stream.append(contentsOf: document.ids)
      stream.append(end)
    }
    _ = try file.finish()
    self.languages = languages
    digest = SHA256.hexadecimal(
      stream.lazy.flatMap { id in (0..<4).map { UInt8(truncatingIfNeeded: id >> (8 * $0)) } }
    )
    tokens = TokenArray(stream)
    evaluation = EvaluationSet(languages: held, endOfText: end)
  }
}
