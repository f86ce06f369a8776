import ArgumentParser
import Files
import Tokenization

/// `isoflop tokenizer prune`: removes tokens that are not needed.
struct TokenizerPrune: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune",
    abstract: "Remove tokens that a text does not need, or the last ones.",
    discussion: """
      isoflop tokenizer prune --tokenizer big.json --keep-corpus mine -o small.json
      isoflop tokenizer prune --tokenizer big.json --size 16k -o small.json
      isoflop tokenizer prune --tokenizer big.json --keep-corpus mine \\
        --size 16k -o small.json

      With a token stays all that it is merged from; bytes and added tokens
      always stay. With --keep-corpus alone, that text is encoded as before,
      under the new numbers. --size keeps the first merges, or with
      --keep-corpus the tokens that occur most often. The map of the numbers,
      old,new, goes to NAME.map.csv: rows of an embedding move with it.
      """
  )

  @Option(help: ArgumentHelp("The tokenizer.json to prune.", valueName: "file"))
  var tokenizer: String

  @Option(
    name: .customLong("keep-corpus"),
    help: ArgumentHelp(
      "Text whose tokens stay, one line or record after the other; may be repeated.",
      valueName: "file|folder"
    )
  )
  var corpus: [String] = []

  @Option(help: ArgumentHelp("How many tokens stay at most: 16384, 16k.", valueName: "count"))
  var size: VocabularySize?

  @Option(
    name: .customLong("map"),
    help: ArgumentHelp("Where the map goes instead.", valueName: "file")
  )
  var mapPath: String?

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The tokenizer.json to write.", valueName: "file")
  )
  var output: String

  @Flag(name: [.customShort("n"), .long], help: "Say what would be removed, and write nothing.")
  var dryRun = false

  @Flag(help: "Print the facts as JSON.")
  var json = false

  @OptionGroup var work: WorkOptions

  func validate() throws {
    if corpus.isEmpty, size == nil {
      throw ValidationError("Say what stays: --keep-corpus, --size or both.")
    }
  }

  private var map: String {
    mapPath ?? (output.hasSuffix(".json") ? String(output.dropLast(5)) : output) + ".map.csv"
  }

  func run() throws {
    try checkWritable(output)
    try checkWritable(map)
    let old = try Tokenizer(contentsOf: tokenizer).withPairs()
    if !corpus.isEmpty, old.configuration.options.dropout > 0 {
      throw TokenizationError.wrongOption(
        name: "The dropout of a tokenizer that is pruned by a text",
        value: "\(old.configuration.options.dropout)",
        remedy: "set model.dropout to null in \(tokenizer), as it makes tokens at random"
      )
    }
    let counts: [Int]? = corpus.isEmpty ? nil : try work.run { try uses(of: old, $0) }
    let pruned = try old.pruned(uses: counts, size: size?.count)
    if !dryRun {
      try pruned.tokenizer.save(to: output)
      try writeFile(map, pruned.csv)
    }
    report(old, pruned)
  }

  /// How often each token occurs in the text, whose lines and records are encoded one by one.
  private func uses(of old: Tokenizer, _ progress: DelayedProgress) throws -> [Int] {
    var uses = [Int](repeating: 0, count: old.vocabularySize)
    let blocks = TextBlocks(try TextInput.inputs(at: corpus), size: 4 << 20)
    var done = 0
    while let block = try blocks.next() {
      if Interruption.isRequested { throw TokenizationError.interrupted }
      for ids in try old.encode(try texts(of: block), threads: work.threads) {
        for id in ids { uses[Int(id)] += 1 }
      }
      done += block.storedBytes
      progress.update(stage: "Encoding", done: done, of: blocks.storedBytes)
    }
    return uses
  }

  /// The lines with their ends, as training counts them, or the texts of records.
  private func texts(of block: TextBlock) throws -> [[UInt8]] {
    guard case .lines = block.input.form else { return try block.documents() }
    return block.withBytes { bytes in
      var lines: [[UInt8]] = []
      var start = 0
      while start < bytes.byteCount {
        let end = bytes.lineEnd(from: start) ?? bytes.byteCount
        let line = bytes.extracting(start..<end)
        lines.append(unsafe line.withUnsafeBytes { unsafe Array($0) })
        start = end
      }
      return lines
    }
  }

  private func report(_ old: Tokenizer, _ pruned: PrunedTokenizer) {
    let new = pruned.tokenizer
    let removed = old.vocabularySize - new.vocabularySize
    if json {
      print(
        JSONText.object([
          ("vocabulary_size", "\(new.vocabularySize)"), ("removed_tokens", "\(removed)"),
          ("merges", "\(new.model.merges.count)"), ("sha256", JSONText.string(new.digest)),
          ("output", JSONText.string(output)), ("map", JSONText.string(map)),
        ])
      )
      return
    }
    print(
      """
      \(output): \(new.vocabularySize) tokens, \(removed) of \(old.vocabularySize) \
      \(dryRun ? "would be removed" : "removed; numbers in \(map)")
      """
    )
  }
}
