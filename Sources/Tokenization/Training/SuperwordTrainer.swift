import UnicodeText

/// Learns a vocabulary in two stages: at first within words, then across their borders.
///
/// The first stage is ``BPETrainer``'s, up to ``transitionSize`` tokens. The second goes on with the
/// same merges on whole lines, which are only cut where the first stage's rule groups digits: `of the`
/// may become one token. A token of the second stage has at most ``maximumWords`` words and holds no
/// colon followed by a space.
///
/// The tokenizer cuts texts as the second stage does and has the merges of both, the first stage's
/// first. Nothing else is needed to encode: any implementation of byte-level BPE gives its ids.
///
/// - Source: Liu et al. 2025, arXiv:2503.13423, section 2 and appendix A.1.
public struct SuperwordTrainer: Sendable, Hashable {
  /// The settings of the vocabulary.
  public var trainer: BPETrainer
  /// How many tokens the first stage learns, special tokens included.
  public var transitionSize: Int
  /// How many words a token of the second stage has at most.
  public var maximumWords: Int

  /// Creates a trainer.
  public init(_ trainer: BPETrainer, transitionSize: Int, maximumWords: Int = 4) {
    self.trainer = trainer
    self.transitionSize = transitionSize
    self.maximumWords = maximumWords
  }

  /// How the second stage makes words, where the first made them in a certain way.
  public static func secondStage(of first: TokenizerConfiguration) -> TokenizerConfiguration {
    var second = first
    second.splits = []
    for split in first.splits {
      switch split.pattern {
      case .digits: second.splits.append(split)
      case .known(let pattern):
        let digits = pattern.digitCount
        if digits == .max {
          second.splits.append(TextSplit(.digits(individual: false)))
        } else if digits == 1 {
          second.splits.append(TextSplit(.digits(individual: true)))
        } else {
          second.splits.append(TextSplit(.text(.regularExpression("\\p{N}{1,\(digits)}"))))
        }
      default: break
      }
    }
    return second
  }

  /// Learns the vocabularies of several sizes in one run.
  ///
  /// - Parameters:
  ///   - words: The words of the first stage.
  ///   - lines: The words of the second, counted with ``secondStage(of:)``.
  ///   - sizes: The sizes, special tokens included, none below ``transitionSize``; at least one.
  ///   - memory: The bound to keep within; nil where memory need not be spared.
  ///   - isInterrupted: Asked before every merge.
  ///   - progress: Called now and then with the number of tokens so far and wanted.
  /// - Returns: The models in the order of the sizes.
  /// - Throws: ``TokenizationError`` for settings that make no sense and for an empty corpus;
  ///   ``TokenizationError/interrupted``.
  public func train(
    on words: some CountedWords,
    lines: some CountedWords,
    sizes: [Int],
    memory: TrainingMemory? = nil,
    isInterrupted: () -> Bool = { false },
    progress: (_ tokens: Int, _ wanted: Int) -> Void = { _, _ in }
  ) throws(TokenizationError) -> [BPEModel] {
    precondition(!sizes.isEmpty, "no vocabulary size")
    for size in sizes where size < transitionSize {
      throw .wrongOption(
        name: "The size at which superwords begin",
        value: "\(transitionSize)",
        remedy: "choose at most the vocabulary size, \(size)"
      )
    }
    if maximumWords < 2 {
      throw .wrongOption(
        name: "The number of words of a superword",
        value: "\(maximumWords)",
        remedy: "choose 2 or more"
      )
    }
    if trainer.alphabet != .bytes || trainer.continuingSubwordPrefix != nil
      || trainer.endOfWordSuffix != nil || words.configuration.metaspace != nil
    {
      throw .wrongOption(
        name: "The vocabulary of superwords",
        value: "one of characters, with a prefix, a suffix or a metaspace",
        remedy: "superwords are learned of bytes alone"
      )
    }
    let first = try trainer.train(
      on: words,
      sizes: [transitionSize],
      memory: memory,
      isInterrupted: isInterrupted,
      progress: progress
    )[0]
    let last = trainer.baseOrder == .bytes ? trainer.specialTokens.count : 0
    var training = ContinuedTraining(tokens: first.tokens, model: first)
    training.minimumFrequency = trainer.minimumFrequency
    training.maximumTokenLength = trainer.maximumTokenLength
    training.memory = memory
    training.isForbidden = { [maximumWords] spelling in
      guard let bytes = ByteAlphabet.bytes(ofSpelling: spelling) else { return false }
      return !Self.isAllowed(bytes, maximumWords: maximumWords)
    }
    let (tokens, merges) = try training.learn(
      from: lines,
      size: (sizes.max() ?? transitionSize) - last,
      isInterrupted: isInterrupted,
      progress: progress
    )
    return sizes.map { size in
      let second = BPETrainer.model(tokens, merges, base: first.tokens.count, size: size - last)
      // A pair that both stages merged keeps its first rank.
      let known = Set(first.merges.map { pairKey($0.left, $0.right) })
      let new = second.merges.filter { !known.contains(pairKey($0.left, $0.right)) }
      return BPEModel(tokens: second.tokens, merges: first.merges + new)
    }
  }

  /// Whether some bytes may be a token of the second stage.
  static func isAllowed(_ bytes: [UInt8], maximumWords: Int) -> Bool {
    var words = 0
    var previous = UInt8(ascii: " ")
    for byte in bytes {
      if byte == UInt8(ascii: " ") {
        if previous == UInt8(ascii: ":") { return false }
      } else if previous == UInt8(ascii: " ") {
        words += 1
      }
      previous = byte
    }
    return words <= maximumWords
  }
}
