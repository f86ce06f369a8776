import Files
import UnicodeText

/// A known encoding of `tiktoken`: what its file of ranks does not say.
struct TiktokenEncoding: Sendable {
  let name: String
  let pattern: SplitPattern
  /// How many ranks its file has.
  let rankCount: Int
  let specialTokens: [(String, TokenID)]

  /// The encodings of `tiktoken` 0.14 that its files are named after.
  static let all: [TiktokenEncoding] = {
    let end = "<|endoftext|>"
    return [
      TiktokenEncoding(
        name: "r50k",
        pattern: .gpt2,
        rankCount: 50_256,
        specialTokens: [(end, 50_256)]
      ),
      TiktokenEncoding(
        name: "gpt2",
        pattern: .gpt2,
        rankCount: 50_256,
        specialTokens: [(end, 50_256)]
      ),
      TiktokenEncoding(
        name: "p50k",
        pattern: .gpt2,
        rankCount: 50_280,
        specialTokens: [(end, 50_256)]
      ),
      TiktokenEncoding(
        name: "cl100k",
        pattern: .cl100kBase,
        rankCount: 100_256,
        specialTokens: [
          (end, 100_257), ("<|fim_prefix|>", 100_258), ("<|fim_middle|>", 100_259),
          ("<|fim_suffix|>", 100_260), ("<|endofprompt|>", 100_276),
        ]
      ),
      TiktokenEncoding(
        name: "o200k",
        pattern: .o200k,
        rankCount: 199_998,
        specialTokens: [(end, 199_999), ("<|endofprompt|>", 200_018)]
      ),
    ]
  }()

  /// The encoding that a file's name or, in a file without such a name, its size tells.
  static func of(path: String, rankCount: Int) -> TiktokenEncoding? {
    let name = split(path).name
    return all.first { name.contains($0.name) } ?? all.first { $0.rankCount == rankCount }
  }
}

/// Reads a `.tiktoken`: a line for each token, its bytes in Base64 and its rank, which is its number.
struct TiktokenReader {
  let path: String

  private func error(_ line: Int, _ problem: String) -> TokenizationError {
    .wrongFile(path: path, place: "line \(line)", problem)
  }

  /// The bytes of the tokens and their numbers.
  func ranks(_ bytes: ByteView) throws(TokenizationError) -> [(token: [UInt8], rank: Int)] {
    var ranks: [(token: [UInt8], rank: Int)] = []
    var start = 0
    var line = 0
    while start < bytes.count {
      line += 1
      var end = start
      while end < bytes.count, bytes[end] != 0x0A { end += 1 }
      defer { start = end + 1 }
      let text = bytes[start..<end].toArray()
      let words = text.split { $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }
      if words.isEmpty { continue }
      guard words.count == 2 else {
        throw error(line, "it is not a token in Base64, a space and a rank")
      }
      guard let token = Base64.decode(words[0]), !token.isEmpty else {
        throw error(line, "the token is not in Base64")
      }
      guard let rank = Int(String(decoding: words[1], as: UTF8.self)),
        (0..<BPETrainer.largestVocabulary).contains(rank)
      else {
        throw error(line, "the rank is no number of a token")
      }
      ranks.append((token, rank))
    }
    return ranks
  }

  /// The tokenizer of a file.
  func read(
    _ bytes: ByteView,
    _ missing: MissingSettings,
    source: MappedFile?
  ) throws(TokenizationError) -> Tokenizer {
    let ranks = try ranks(bytes)
    if ranks.isEmpty { throw error(1, "it has no ranks") }
    let known = TiktokenEncoding.of(path: path, rankCount: ranks.count)
    guard let pattern = missing.pattern ?? known?.pattern else {
      throw .wrongFile(
        path: path,
        place: "its name",
        "it names no known encoding (\(TiktokenEncoding.all.map(\.name).joined(separator: ", ")));"
          + " say how text is cut: isoflop tokenizer convert \(path) --pre-tokenizer cl100k"
          + " --special '<|endoftext|>=\(ranks.count)' -o tokenizer.json"
      )
    }
    var special = missing.specialTokens ?? []
    if missing.specialTokens == nil, let known, known.rankCount == ranks.count {
      special = known.specialTokens.map { AddedToken(id: $1, content: $0) }
    }
    return try tokenizer(ranks, pattern, special, source)
  }

  private func tokenizer(
    _ ranks: [(token: [UInt8], rank: Int)],
    _ pattern: SplitPattern,
    _ special: [AddedToken],
    _ source: MappedFile?
  ) throws(TokenizationError) -> Tokenizer {
    let largest = ranks.map(\.rank).max() ?? 0
    if largest >= ranks.count + Tokenizer.largestGap {
      throw .wrongFile(
        path: path,
        place: "its ranks",
        "the largest is \(largest), but there are only \(ranks.count)"
      )
    }
    var tokens = [[UInt8]](repeating: [], count: largest + 1)
    for (token, rank) in ranks {
      if !tokens[rank].isEmpty {
        throw .wrongFile(path: path, place: "its ranks", "\(rank) stands there twice")
      }
      tokens[rank] = token
    }
    var bytes = Set<UInt8>()
    for token in tokens where token.count == 1 { bytes.insert(token[0]) }
    if let lacking = (0...255).first(where: { !bytes.contains(UInt8($0)) }) {
      throw .wrongFile(path: path, place: "its tokens", "the byte \(lacking) is none of them")
    }
    var configuration = TokenizerConfiguration(
      normalization: .none,
      pattern: pattern,
      ignoresMerges: true,
      addedTokens: special
    )
    configuration.specialTokenPolicy = .refuse
    configuration.lacksSettings = true
    do throws(TokenizationError) {
      let merges = try RankMerges(tokens).merges()
      var table = StringTable(capacity: tokens.count)
      for (id, token) in tokens.enumerated() {
        let spelling = token.isEmpty ? Tokenizer.gapSpelling(id) : ByteAlphabet.spelling(of: token)
        if spelling.withByteView({ table.insert($0) }) == nil {
          throw .wrongModel(place: "rank \(id)", problem: "its token has another rank")
        }
      }
      return try Tokenizer(
        tokens: table,
        merges: merges,
        configuration: configuration,
        source: source
      )
    } catch .wrongModel(let place, let problem) {
      throw .wrongFile(path: path, place: place, problem)
    }
  }
}
