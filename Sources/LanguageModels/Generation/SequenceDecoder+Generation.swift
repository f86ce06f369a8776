import Accounting
public import Randomness

/// Why a text ended.
public enum GenerationEnd: String, Sendable, Hashable, Codable {
  /// The model drew a token that ends a text.
  case endToken = "end_token"
  /// As many tokens as asked for were drawn.
  case length
  /// The model's context is full.
  case context
  /// The caller wanted no more.
  case stopped
}

/// What a model wrote after one prompt.
public struct GeneratedSequence: Sendable, Hashable {
  /// The tokens after the prompt, a final end token included.
  public var tokens: [Int]
  /// Why there are no more.
  public var end: GenerationEnd
}

/// How many tokens in a row must have come as the text had gone on before, until its guesses are
/// taken rather than the model's own.
private let trustedStreak = 4

extension SequenceDecoder {
  /// Continues prompts, side by side.
  ///
  /// A prompt's random numbers depend on the seed and its place in the list alone, so that its
  /// continuation is the same whatever stands beside it.
  ///
  /// - Parameters:
  ///   - prompts: At most as many as the decoder has sequences; none empty.
  ///   - tokenLimit: The most tokens drawn after each prompt.
  ///   - settings: How tokens are drawn.
  ///   - seed: What the draws follow from.
  ///   - endTokens: The ids that end a text; the model's own when nil.
  ///   - guessing: Whether tokens are guessed, by what the text repeats or by a draft, and several
  ///     read in one pass; it changes no token, only the time.
  ///   - isWanted: Called with each token as it is drawn and its prompt's place; returning false
  ///     ends that text.
  /// - Returns: The continuations in the order of the prompts.
  /// - Throws: ``LanguageModelsError`` naming what does not fit.
  public func generate(
    _ prompts: [[Int]],
    tokenLimit: Int,
    settings: SamplingSettings = SamplingSettings(),
    seed: Seed,
    endTokens: [Int]? = nil,
    guessing: Bool = true,
    isWanted: (_ prompt: Int, _ token: Int) -> Bool = { _, _ in true }
  ) throws(LanguageModelsError) -> [GeneratedSequence] {
    precondition(prompts.count <= lengths.count, "\(prompts.count) prompts for \(lengths.count)")
    let endTokens = Set(endTokens ?? model.specialTokens.ends)
    var results = [GeneratedSequence](
      repeating: GeneratedSequence(tokens: [], end: .length),
      count: prompts.count
    )
    var samplers: [TokenSampler] = []
    var histories = prompts.map(Set.init)
    var guessers = prompts.map(RepetitionGuesser.init)
    var records = [DraftRecord](repeating: DraftRecord(), count: prompts.count)
    for index in prompts.indices {
      samplers.append(
        try TokenSampler(settings, generator: seed.stream("generation/\(index)"))
      )
      try model.validate(prompts[index])
    }

    /// Draws a token for one prompt and tells whether the text goes on.
    func draw(_ index: Int, _ logits: [Float]) -> Bool {
      let token = samplers[index].next(logits, history: histories[index])
      results[index].tokens.append(token)
      histories[index].insert(token)
      guessers[index].append(token)
      if !isWanted(index, token) {
        results[index].end = .stopped
      } else if endTokens.contains(token) {
        results[index].end = .endToken
      } else if results[index].tokens.count >= tokenLimit {
        results[index].end = .length
      } else if lengths[index] >= model.shape.contextLength {
        results[index].end = .context
      } else {
        return true
      }
      return false
    }

    guard tokenLimit > 0 else { return results }
    var active: [Int] = []
    for (index, prompt) in prompts.enumerated() {
      truncate(index)
      if draw(index, try read(prompt, into: index)) { active.append(index) }
    }
    while !active.isEmpty {
      let share = guessing ? Self.readRows / active.count - 1 : 0
      var drafts: [Draft] = []
      var runs: [Run] = []
      for index in active {
        let written = results[index].tokens
        let rest = min(tokenLimit - written.count, model.shape.contextLength - lengths[index])
        let most = min(share, rest - 1)
        var run = Run(sequence: index, tokens: written.suffix(1))
        if draftPass != nil, guessers[index].streak < trustedStreak {
          drafts.append(
            Draft(
              run: runs.count,
              count: records[index].guesses(most),
              sampler: samplers[index],
              history: histories[index]
            )
          )
        } else {
          run.tokens += guessers[index].guesses(most)
        }
        runs.append(run)
      }
      complete(&runs, drafts)
      let isDrafted = Set(drafts.map { runs[$0.run].sequence })
      active = try advance(runs) { index, guesses, logits in
        var right = 0
        while true {
          guard draw(index, logits(right)) else { return false }
          guard right < guesses.count, results[index].tokens.last == guesses[right + 1] else {
            break
          }
          right += 1
        }
        if isDrafted.contains(index) {
          records[index].judge(right: right, of: guesses.count)
        } else {
          guessers[index].judge(right: right, of: guesses.count)
        }
        return true
      }
    }
    return results
  }
}
