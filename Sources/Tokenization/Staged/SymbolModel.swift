import Randomness
import UnicodeText

/// BPE over characters, with everything that ``BPEOptions`` can ask for.
///
/// One value is used by one thread at a time: it remembers pieces it met before.
struct SymbolModel: ~Copyable {
  private let tables: TokenizerTables
  private let modelTokenCount: Int
  private let ignoresMerges: Bool
  private let options: BPEOptions
  private let prefix: [UInt8]
  private let suffix: [UInt8]
  private let unknown: TokenID?
  /// The token of each byte where characters fall back to bytes; empty otherwise.
  private let fallback: [TokenID?]
  private let dropout: MergeDropout?
  private var random: Xoshiro256
  private var merger = SymbolMerger()
  private var known = PieceMemory()

  /// Prepares a model.
  ///
  /// - Parameters:
  ///   - tokenizer: The tokenizer whose model it is.
  ///   - dropout: Leaves merges out at random; nil for none.
  init(_ tokenizer: Tokenizer, _ dropout: MergeDropout? = nil) {
    tables = tokenizer.tables
    modelTokenCount = tokenizer.modelTokenCount
    ignoresMerges = tokenizer.configuration.ignoresMerges
    let options = tokenizer.configuration.options
    self.options = options
    self.dropout = dropout
    random = dropout?.generator(ofText: 0) ?? Seed(0).stream("")
    prefix = Array((options.continuingSubwordPrefix ?? "").utf8)
    suffix = Array((options.endOfWordSuffix ?? "").utf8)
    unknown = options.unknownToken.flatMap(tokenizer.modelID(ofSpelling:))
    fallback =
      options.byteFallback
      ? (0..<256).map { tokenizer.modelID(ofSpelling: byteTokenName($0)) } : []
  }

  /// Appends the tokens of a piece, with the bytes of it that each stands for.
  mutating func encode(_ piece: [UInt8], into symbols: inout [Symbol]) {
    if piece.isEmpty { return }
    if let dropout, dropout.probability > 0 {
      var merged = split(piece)
      merger.merge(&merged, tables.ranks, dropout: dropout.probability, random: &random)
      symbols += merged
      return
    }
    if ignoresMerges, let id = token(piece) {
      symbols.append(Symbol(token: id, length: Int32(piece.count)))
      return
    }
    if let entry = known.find(piece) {
      known.append(entry, to: &symbols)
      return
    }
    var merged = split(piece)
    merger.merge(&merged, tables.ranks, dropout: 0, random: &random)
    known.insert(piece, merged)
    symbols += merged
  }

  /// Begins the random numbers of a text.
  mutating func startText(_ number: Int) {
    if let dropout { random = dropout.generator(ofText: number) }
  }

  /// The token of a spelling in the model itself, or nil.
  private func token(_ spelling: [UInt8]) -> TokenID? {
    guard let id = spelling.withByteView({ tables.tokens.find($0) }), id < modelTokenCount else {
      return nil
    }
    return TokenID(id)
  }

  /// The symbols that a piece begins with: a token for each character, or what stands in for it.
  func split(_ piece: [UInt8]) -> [Symbol] {
    var symbols: [Symbol] = []
    symbols.reserveCapacity(piece.count)
    // Unknown characters that wait for more of them.
    var waiting: Int32?
    func flush() {
      if let length = waiting, let unknown {
        symbols.append(Symbol(token: unknown, length: length))
      }
      waiting = nil
    }
    piece.withByteView { text in
      let scanned = ScannedText(text)
      var position = 0
      while position < text.count {
        let end = scanned.character(at: position).end
        var character = text[position..<end].toArray()
        if position > 0 { character = prefix + character }
        if end == text.count { character += suffix }
        let length = Int32(end - position)
        position = end
        if let id = token(character) {
          flush()
          symbols.append(Symbol(token: id, length: length))
          continue
        }
        let bytes = fallback.isEmpty ? [] : character.compactMap { fallback[Int($0)] }
        if !fallback.isEmpty, bytes.count == character.count {
          // subtle: unknown characters before it stay waiting, and come after these bytes, as they
          // do in Hugging Face's `tokenizers`.
          symbols += bytes.map { Symbol(token: $0, length: 1) }
          continue
        }
        if unknown == nil { continue }
        if !options.fusesUnknown { flush() }
        waiting = (options.fusesUnknown ? waiting ?? 0 : 0) + length
      }
    }
    flush()
    return symbols
  }
}

/// The name of the token of a byte, such as `<0x0A>`.
func byteTokenName(_ byte: Int) -> String {
  let digits = String(byte, radix: 16, uppercase: true)
  return "<0x\(digits.count == 1 ? "0" : "")\(digits)>"
}

/// Pieces met before and their tokens; it forgets everything when it is full.
struct PieceMemory: ~Copyable {
  private var pieces = StringTable()
  private var symbols = FlatArray<Symbol>()
  private var ends = FlatArray<UInt32>()

  private static let largestCount = 1 << 16
  private static let longestPiece = 128

  /// The number of a piece, or nil.
  func find(_ piece: [UInt8]) -> Int? {
    piece.count > Self.longestPiece ? nil : piece.withByteView { pieces.find($0) }
  }

  func append(_ number: Int, to output: inout [Symbol]) {
    let start = number == 0 ? 0 : Int(ends[number - 1])
    for index in start..<Int(ends[number]) { output.append(symbols[index]) }
  }

  mutating func insert(_ piece: [UInt8], _ tokens: [Symbol]) {
    if piece.count > Self.longestPiece { return }
    if pieces.count >= Self.largestCount {
      pieces = StringTable()
      symbols.removeAll()
      ends.removeAll()
    }
    guard piece.withByteView({ pieces.insert($0) }) != nil else { return }
    for token in tokens { symbols.append(token) }
    ends.append(UInt32(symbols.count))
  }
}
