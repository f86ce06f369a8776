import Files
import UnicodeText

extension Tokenizer {
  /// The bytes of the tokenizer's `tokenizer.json`.
  ///
  /// Hugging Face's `tokenizers` 0.23 reads it and gives the same ids. The bytes depend on nothing
  /// but the tokenizer.
  public var json: [UInt8] {
    var writer = TokenizerFileWriter()
    writer.write(self)
    return writer.output
  }

  /// Writes the tokenizer to a `tokenizer.json`.
  ///
  /// Settings that Hugging Face's format has no word for are kept under a key of their own, which
  /// other programs pass over; ``TokenizerConfiguration/substitutes`` says what those do instead.
  ///
  /// - Throws: ``TokenizationError/file(_:)`` where the file can not be written.
  public func save(to path: String) throws(TokenizationError) {
    do {
      try writeFile(path, json)
    } catch {
      throw .file(error)
    }
  }
}

/// Writes one `tokenizer.json`, a token and a merge a line.
private struct TokenizerFileWriter {
  var output: [UInt8] = []

  private mutating func append(_ text: String) {
    output.append(contentsOf: text.utf8)
  }

  mutating func write(_ tokenizer: Tokenizer) {
    let configuration = tokenizer.configuration
    append(
      "{\n  \"version\": \"1.0\",\n  \"truncation\": \(configuration.truncation?.json ?? "null"),\n"
    )
    append("  \"padding\": \(configuration.padding?.json ?? "null"),\n")
    write(configuration.addedTokens)
    append("  \"normalizer\": \(configuration.normalizerJSON),\n")
    append("  \"pre_tokenizer\": \(configuration.preTokenizerJSON)")
    append(",\n  \"post_processor\": \(PostProcessor.json(configuration.postProcessors))")
    append(",\n  \"decoder\": \(DecodingStep.json(configuration.decoding))")
    append(",\n  \"model\": {\n    \"type\": \"BPE\",\n")
    write(configuration.options)
    append("    \"ignore_merges\": \(configuration.ignoresMerges),\n    \"vocab\": {")
    var isFirst = true
    // Where numbers have no token, added tokens keep theirs only within the vocabulary.
    let count = tokenizer.hasGaps ? tokenizer.vocabularySize : tokenizer.modelTokenCount
    for id in 0..<count {
      if tokenizer.hasGaps, tokenizer.isGap(TokenID(id)) { continue }
      append(isFirst ? "\n      " : ",\n      ")
      isFirst = false
      appendJSON(tokenizer.tables.tokens.string(id), to: &output)
      append(": \(id)")
    }
    append("\n    },\n    \"merges\": [")
    for (rank, merge) in tokenizer.merges.enumerated() {
      append(rank == 0 ? "\n      [" : ",\n      [")
      appendJSON(tokenizer.tables.tokens.string(Int(merge.left)), to: &output)
      append(", ")
      appendJSON(tokenizer.tables.tokens.string(Int(merge.right)), to: &output)
      append("]")
    }
    append("\n    ]\n  }\n}\n")
  }

  private mutating func write(_ options: BPEOptions) {
    func text(_ text: String?) -> String { text.map(quoted) ?? "null" }
    append("    \"dropout\": \(options.dropout > 0 ? "\(options.dropout)" : "null"),\n")
    append("    \"unk_token\": \(text(options.unknownToken)),\n")
    append("    \"continuing_subword_prefix\": \(text(options.continuingSubwordPrefix)),\n")
    append("    \"end_of_word_suffix\": \(text(options.endOfWordSuffix)),\n")
    append("    \"fuse_unk\": \(options.fusesUnknown),\n")
    append("    \"byte_fallback\": \(options.byteFallback),\n")
  }

  private mutating func write(_ tokens: [AddedToken]) {
    append("  \"added_tokens\": [")
    for (index, token) in tokens.sorted(by: { $0.id < $1.id }).enumerated() {
      append(index == 0 ? "\n" : ",\n")
      append("    {\n      \"id\": \(token.id),\n      \"content\": ")
      appendJSON(token.content.utf8, to: &output)
      append(",\n      \"single_word\": \(token.singleWord),\n")
      append("      \"lstrip\": \(token.stripsLeft),\n      \"rstrip\": \(token.stripsRight),\n")
      append("      \"normalized\": \(token.isNormalized),\n")
      append("      \"special\": \(token.isSpecial)\n    }")
    }
    append(tokens.isEmpty ? "],\n" : "\n  ],\n")
  }
}
