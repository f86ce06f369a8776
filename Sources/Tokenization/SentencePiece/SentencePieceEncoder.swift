import Randomness
import UnicodeText

/// Encodes with a ``SentencePieceModel``.
///
/// With a dropout, a merge that would be next is left out with that probability, until one of its
/// two sides was merged otherwise; as SentencePiece samples. One value is used by one thread at a
/// time.
final class SentencePieceEncoder {
  private let tokenizer: Tokenizer
  private let model: SentencePieceModel
  private let normalizer: SentencePieceNormalizer
  private let symbols: SymbolPrefixes
  private let unknownID: TokenID
  private let byteIDs: [TokenID]
  private let longestPiece: Int
  private var nodes = FlatArray<Node>()
  private var queue = Heap<ScoredPair>()
  private let dropout: MergeDropout?
  private var random: Xoshiro256

  init(_ model: SentencePieceModel, _ tokenizer: Tokenizer, _ dropout: MergeDropout? = nil) {
    self.dropout = dropout
    random = dropout?.generator(ofText: 0) ?? Seed(0).stream("")
    self.tokenizer = tokenizer
    self.model = model
    normalizer = SentencePieceNormalizer(model)
    symbols = SymbolPrefixes(model.pieces.filter { $0.kind == .userDefined }.map(\.text))
    unknownID = model.unknownID
    longestPiece = model.pieces.map(\.text.count).max() ?? 0
    var byteIDs = [TokenID](repeating: unknownID, count: 256)
    for (id, piece) in model.pieces.enumerated() where piece.kind == .byte {
      if let byte = byteOfTokenName(piece.text) { byteIDs[Int(byte)] = TokenID(id) }
    }
    self.byteIDs = byteIDs
  }

  /// Appends the tokens of a text and, where wanted, the bytes of it that each stands for, as
  /// SentencePiece counts them.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - policy: What becomes of the names of control symbols; SentencePiece itself takes them for
  ///     text.
  ///   - ids: The tokens are appended here.
  ///   - offsets: The places are appended here, unless it is nil.
  /// - Throws: ``TokenizationError/specialTokenInText(token:offset:)`` where they are refused.
  func encode(
    _ text: ByteView,
    _ policy: SpecialTokenPolicy,
    into ids: inout FlatArray<TokenID>,
    offsets: inout [Range<Int>]?
  ) throws(TokenizationError) {
    var search = AddedTokenSearch(tokenizer.finder)
    if policy != .asText {
      while let (match, before) = search.next(in: text, where: { _ in true }) {
        if policy == .refuse {
          throw .specialTokenInText(token: match.token.content, offset: match.range.lowerBound)
        }
        try encode(text, before, into: &ids, offsets: &offsets)
        ids.append(match.token.id)
        offsets?.append(match.range)
      }
    }
    try encode(text, search.covered..<text.count, into: &ids, offsets: &offsets)
  }

  private func encode(
    _ text: ByteView,
    _ range: Range<Int>,
    into ids: inout FlatArray<TokenID>,
    offsets: inout [Range<Int>]?
  ) throws(TokenizationError) {
    if range.isEmpty { return }
    if range.count > 1 << 28 { throw .pieceTooLong(byteCount: range.count) }
    let normal = normalizer.normalize(text[range])
    var isAfterUnknown = false
    for piece in segments(of: normal.text) {
      let id = self.id(of: normal.text, piece)
      let source =
        normal.places[piece.lowerBound] + range.lowerBound..<normal.places[piece.upperBound]
        + range.lowerBound
      let isUnknown = id == unknownID
      if isUnknown, model.byteFallback {
        for index in piece {
          ids.append(byteIDs[Int(normal.text[index])])
          let isLast = index == piece.upperBound - 1
          offsets?.append(isLast ? source : source.lowerBound..<source.lowerBound)
        }
      } else if isUnknown, isAfterUnknown {
        // Neighboring unknown pieces are one token.
        if let last = offsets?.popLast() { offsets?.append(last.lowerBound..<source.upperBound) }
      } else {
        ids.append(id)
        offsets?.append(source)
      }
      isAfterUnknown = isUnknown
    }
  }

  /// Begins the random numbers of a text.
  func startText(_ number: Int) {
    if let dropout { random = dropout.generator(ofText: number) }
  }

  /// The number of a piece of a normalized text; that of the unknown one where there is none.
  private func id(of text: [UInt8], _ range: Range<Int>) -> TokenID {
    let found = text.withByteView { tokenizer.tables.tokens.find($0[range]) }
    return found.map { TokenID($0) } ?? unknownID
  }

  // MARK: - Merging

  struct Node: BitwiseCopyable {
    var start: Int32
    /// 0 for a node that was merged into the one before it.
    var length: Int32
    var previous: Int32
    var next: Int32
    var isFrozen: Bool
  }

  /// The pieces that a normalized text is merged to, in order.
  func segments(of text: [UInt8]) -> [Range<Int>] {
    nodes.removeAll()
    queue.removeAll()
    // Pieces that are not used, and the length of the left of the two they were last made of.
    var halves: [[UInt8]: Int] = [:]
    return text.withByteView { text in
      let scanned = ScannedText(text)
      var position = 0
      while position < text.count {
        let symbol = symbols.longest(in: text, at: position)
        let end = symbol > 0 ? position + symbol : scanned.character(at: position).end
        let index = Int32(nodes.count)
        let next = end < text.count ? index + 1 : -1
        nodes.append(
          Node(
            start: Int32(position),
            length: Int32(end - position),
            previous: index - 1,
            next: next,
            isFrozen: symbol > 0
          )
        )
        position = end
      }
      for index in 0..<max(0, nodes.count - 1) { enqueue(index, text, &halves) }
      while let pair = queue.removeFirst() {
        let left = Int(pair.left)
        let right = Int(nodes[left].next)
        guard nodes[left].length > 0, right >= 0,
          nodes[left].length + nodes[right].length == pair.length
        else { continue }
        if let dropout, random.uniform() < dropout.probability { continue }
        nodes[left].length = pair.length
        nodes[right].length = 0
        let after = nodes[right].next
        nodes[left].next = after
        if after >= 0 { nodes[Int(after)].previous = Int32(left) }
        if nodes[left].previous >= 0 { enqueue(Int(nodes[left].previous), text, &halves) }
        if after >= 0 { enqueue(left, text, &halves) }
      }
      var segments: [Range<Int>] = []
      var index = nodes.count > 0 ? 0 : -1
      while index >= 0 {
        let start = Int(nodes[index].start)
        resegment(start..<start + Int(nodes[index].length), text, halves, into: &segments)
        index = Int(nodes[index].next)
      }
      return segments
    }
  }

  /// Queues the pair of a node with its next one, where they are a piece together.
  private func enqueue(_ left: Int, _ text: ByteView, _ halves: inout [[UInt8]: Int]) {
    let right = Int(nodes[left].next)
    guard right >= 0, !nodes[left].isFrozen, !nodes[right].isFrozen else { return }
    let length = nodes[left].length + nodes[right].length
    guard Int(length) <= longestPiece else { return }
    let start = Int(nodes[left].start)
    let whole = text[start..<start + Int(length)]
    guard let id = tokenizer.tables.tokens.find(whole), id < model.pieces.count else { return }
    switch model.pieces[id].kind {
    case .normal, .userDefined: break
    case .unused: halves[whole.toArray()] = Int(nodes[left].length)
    case .unknown, .control, .byte: return
    }
    queue.insert(ScoredPair(score: model.pieces[id].score, left: Int32(left), length: length))
  }

  /// Cuts pieces that are not used into what they were merged of.
  private func resegment(
    _ range: Range<Int>,
    _ text: ByteView,
    _ halves: [[UInt8]: Int],
    into segments: inout [Range<Int>]
  ) {
    // The right halves wait here, so that no nesting of pieces exhausts the stack.
    var waiting = [range]
    while let range = waiting.popLast() {
      if !halves.isEmpty, let half = halves[text[range].toArray()] {
        waiting.append(range.lowerBound + half..<range.upperBound)
        waiting.append(range.lowerBound..<range.lowerBound + half)
      } else {
        segments.append(range)
      }
    }
  }
}

/// A pair of neighbors; that with the highest score comes first, the leftmost of equals.
struct ScoredPair: BitwiseCopyable, Comparable {
  let score: Float
  let left: Int32
  let length: Int32

  static func < (first: ScoredPair, second: ScoredPair) -> Bool {
    first.score > second.score || (first.score == second.score && first.left < second.left)
  }
}
