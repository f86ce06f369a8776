import UnicodeText

/// The tokens before any merge, and how words become them.
///
/// Special tokens come first, then the alphabet, then its decorated forms where a prefix or a suffix
/// is asked for; with ``BPETrainer/BaseOrder/bytes``, the bytes alone.
struct BaseVocabulary {
  /// A token and how many characters of a word it stands for.
  struct Token {
    var spelling: [UInt8]
    var length: Int
  }

  /// The tokens in the order of their numbers, each spelling once.
  private(set) var tokens: [Token] = []

  private let alphabet: BPETrainer.Alphabet
  private let breaksAtUnknown: Bool
  private var numbers: [[UInt8]: TokenID] = [:]
  /// The tokens of each symbol: alone in a word or first, later, last, later and last.
  private var byteForms: [TokenID] = []
  private var characterForms: [UInt32: Int] = [:]

  private static let none = TokenID.max
  private static let formCount = 4

  /// Finds the alphabet of some words and gives the numbers.
  init(_ trainer: BPETrainer, _ words: some CountedWords) throws(TokenizationError) {
    alphabet = trainer.alphabet
    breaksAtUnknown = trainer.alphabet == .characters && trainer.byteFallback
    if trainer.baseOrder == .characters {
      for token in trainer.specialTokens {
        add(Array(token.utf8), length: token.unicodeScalars.count)
      }
    }
    if trainer.alphabet == .characters, trainer.byteFallback {
      for byte in 0..<256 { add(Array(byteFallbackSpelling(UInt8(byte)).utf8), length: 1) }
    }
    let symbols = try Self.symbols(trainer, words)
    if alphabet == .bytes {
      byteForms = [TokenID](repeating: Self.none, count: 256 * Self.formCount)
    }
    for symbol in symbols {
      let number = add(Self.spelling(of: symbol, alphabet), length: 1)
      setForms(of: symbol, to: [TokenID](repeating: number, count: Self.formCount))
    }
    if trainer.continuingSubwordPrefix != nil || trainer.endOfWordSuffix != nil {
      try addDecorated(trainer, words)
    }
  }

  @discardableResult
  private mutating func add(_ spelling: [UInt8], length: Int) -> TokenID {
    if let number = numbers[spelling] {
      // A special token spelled like a character of a word counts as that character.
      tokens[Int(number)].length = length
      return number
    }
    let number = TokenID(tokens.count)
    numbers[spelling] = number
    tokens.append(Token(spelling: spelling, length: length))
    return number
  }

  // MARK: - The alphabet

  /// The spelling of a symbol: of a byte, or of a character.
  private static func spelling(of symbol: UInt32, _ alphabet: BPETrainer.Alphabet) -> [UInt8] {
    switch alphabet {
    case .bytes: ByteAlphabet.spelling(of: [UInt8(truncatingIfNeeded: symbol)])
    case .characters: Unicode.Scalar(symbol).map { Array(String($0).utf8) } ?? []
    }
  }

  /// The code point by which symbols are put in order.
  private static func order(of symbol: UInt32, _ trainer: BPETrainer) -> UInt32 {
    if trainer.alphabet == .characters || trainer.baseOrder == .bytes { return symbol }
    return ByteAlphabet.characters[Int(symbol)].value
  }

  /// The symbols of the alphabet in the order of their numbers.
  private static func symbols(
    _ trainer: BPETrainer,
    _ words: some CountedWords
  ) throws(TokenizationError) -> [UInt32] {
    var counts: [UInt32: UInt64] = [:]
    let initial =
      trainer.alphabet == .bytes
      ? trainer.initialAlphabet.map { UInt32($0) } : trainer.initialCharacters.map(\.value)
    if trainer.alphabetLimit != nil || trainer.alphabet == .characters
      || trainer.initialAlphabet.count < 256
    {
      var byteCounts = [UInt64](repeating: 0, count: 256)
      try words.forEachWord { (word, count) throws(TokenizationError) in
        word.withByteView { word in
          switch trainer.alphabet {
          case .bytes: for index in 0..<word.count { byteCounts[Int(word[index])] &+= count }
          case .characters:
            forEachScalar(of: word) { counts[$0.value, default: 0] &+= count }
          }
        }
      }
      for (byte, count) in byteCounts.enumerated() where count > 0 { counts[UInt32(byte)] = count }
    }
    for symbol in initial { counts[symbol] = .max }
    if let limit = trainer.alphabetLimit, counts.count > limit {
      if initial.count > limit {
        throw .wrongOption(
          name: "The alphabet limit",
          value: "\(limit)",
          remedy: "choose at least \(initial.count), as the initial alphabet has"
        )
      }
      // The rarest go; of equally rare ones those with the larger code point.
      let kept = counts.sorted { first, second in
        first.value != second.value
          ? first.value > second.value
          : order(of: first.key, trainer) < order(of: second.key, trainer)
      }
      return kept.prefix(limit).map(\.key).sorted {
        order(of: $0, trainer) < order(of: $1, trainer)
      }
    }
    return counts.keys.sorted { order(of: $0, trainer) < order(of: $1, trainer) }
  }

  // MARK: - Prefix and suffix

  /// Adds the decorated forms in the order in which they are met in the words sorted by their bytes.
  private mutating func addDecorated(
    _ trainer: BPETrainer,
    _ words: some CountedWords
  ) throws(TokenizationError) {
    let prefix = Array((trainer.continuingSubwordPrefix ?? "").utf8)
    let suffix = Array((trainer.endOfWordSuffix ?? "").utf8)
    /// Where each form is met first: the word and the place in it.
    var first: [UInt64: (word: [UInt8], place: Int)] = [:]
    try words.forEachWord { (word, _) throws(TokenizationError) in
      word.withByteView { view in
        var copy: [UInt8]?
        forEachKnownSymbol(of: view) { symbol, place, form in
          if form == 0 { return }
          let key = UInt64(symbol) << 2 | UInt64(form)
          let word = copy ?? view.toArray()
          copy = word
          if let known = first[key], !precedes((word, place), known) { return }
          first[key] = (word, place)
        }
      }
    }
    for (key, _) in first.sorted(by: { precedes($0.value, $1.value) }) {
      let symbol = UInt32(key >> 2)
      let form = Int(key & 3)
      var spelling = Self.spelling(of: symbol, alphabet)
      if form & 1 != 0 { spelling = prefix + spelling }
      if form & 2 != 0 { spelling += suffix }
      var forms = self.forms(of: symbol)
      forms[form] = add(spelling, length: 1)
      setForms(of: symbol, to: forms)
    }
  }

  private func forms(of symbol: UInt32) -> [TokenID] {
    let start = formStart(of: symbol) ?? 0
    return Array(byteForms[start..<start + Self.formCount])
  }

  private mutating func setForms(of symbol: UInt32, to forms: [TokenID]) {
    if alphabet == .characters, characterForms[symbol] == nil {
      characterForms[symbol] = byteForms.count
      byteForms += forms
      return
    }
    guard let start = formStart(of: symbol) else { return }
    byteForms.replaceSubrange(start..<start + Self.formCount, with: forms)
  }

  @inline(__always)
  private func formStart(of symbol: UInt32) -> Int? {
    alphabet == .bytes ? Int(symbol) * Self.formCount : characterForms[symbol]
  }

  // MARK: - Words

  /// Visits the symbols of a word that the alphabet has, with their place and form: bit 0 is set
  /// after the first character of the word, bit 1 at its last.
  private func forEachKnownSymbol(
    of word: ByteView,
    _ body: (_ symbol: UInt32, _ place: Int, _ form: Int) -> Void
  ) {
    var place = 0
    func visit(_ symbol: UInt32, _ end: Int) {
      if let start = formStart(of: symbol), byteForms[start] != Self.none {
        body(symbol, place, (place > 0 ? 1 : 0) | (end == word.count ? 2 : 0))
      }
      place += 1
    }
    switch alphabet {
    case .bytes: for index in 0..<word.count { visit(UInt32(word[index]), index + 1) }
    case .characters:
      var end = 0
      forEachScalar(of: word) { scalar in
        end += UTF8.width(scalar)
        visit(scalar.value, end)
      }
    }
  }

  /// Appends a word's tokens to a list; characters outside the alphabet are left out.
  ///
  /// With byte fallback they break the word, since their bytes stand between their neighbors.
  func append(
    _ word: ByteView,
    count: UInt64,
    to list: inout WordList
  ) throws(TokenizationError) {
    try list.startWord(count: count)
    if alphabet == .bytes {
      let last = word.count - 1
      for index in 0..<word.count {
        let form = (index > 0 ? 1 : 0) | (index == last ? 2 : 0)
        let token = byteForms[Int(word[index]) * Self.formCount + form]
        if token != Self.none { list.append(token) }
      }
    } else {
      var end = 0
      var place = 0
      var failure: TokenizationError?
      forEachScalar(of: word) { scalar in
        end += UTF8.width(scalar)
        let form = (place > 0 ? 1 : 0) | (end == word.count ? 2 : 0)
        place += 1
        if let start = characterForms[scalar.value] {
          list.append(byteForms[start + form])
        } else if breaksAtUnknown, failure == nil {
          list.finishWord()
          do throws(TokenizationError) {
            try list.startWord(count: count)
          } catch {
            failure = error
          }
        }
      }
      if let failure { throw failure }
    }
    list.finishWord()
  }
}

/// How `tokenizer.json` and SentencePiece spell the token of a byte, `<0x0A>`.
func byteFallbackSpelling(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16, uppercase: true)
  return (digits.count < 2 ? "<0x0" : "<0x") + digits + ">"
}

/// Visits the characters of a text.
private func forEachScalar(of text: ByteView, _ body: (Unicode.Scalar) -> Void) {
  for scalar in text.toString().unicodeScalars { body(scalar) }
}

/// Whether a place in a word comes before another when words are sorted by their bytes.
private func precedes(
  _ first: (word: [UInt8], place: Int),
  _ second: (word: [UInt8], place: Int)
) -> Bool {
  if first.word == second.word { return first.place < second.place }
  return first.word.lexicographicallyPrecedes(second.word)
}

extension BaseVocabulary {
  /// The tokens of a word as the plain trainer wants them.
  func tokens(of word: [UInt8]) -> [TokenID] {
    word.withByteView { word in
      var tokens: [TokenID] = []
      forEachKnownSymbol(of: word) { symbol, _, form in
        if let start = formStart(of: symbol) { tokens.append(byteForms[start + form]) }
      }
      return tokens
    }
  }
}
