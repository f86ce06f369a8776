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
    append("{\n  \"version\": \"1.0\",\n  \"truncation\": null,\n  \"padding\": null,\n")
    write(configuration.addedTokens)
    append("  \"normalizer\": \(configuration.normalization.json),\n")
    append("  \"pre_tokenizer\": \(configuration.preTokenizerJSON)")
    append(",\n  \"post_processor\": \(PostProcessor.json(configuration.postProcessors))")
    append(",\n  \"decoder\": ")
    append(#"{"type": "ByteLevel", "add_prefix_space": false, "#)
    append(#""trim_offsets": true, "use_regex": true}"#)
    append(",\n  \"model\": {\n    \"type\": \"BPE\",\n    \"dropout\": null,\n")
    append("    \"unk_token\": null,\n    \"continuing_subword_prefix\": null,\n")
    append("    \"end_of_word_suffix\": null,\n    \"fuse_unk\": false,\n")
    append("    \"byte_fallback\": false,\n")
    append("    \"ignore_merges\": \(configuration.ignoresMerges),\n    \"vocab\": {")
    for id in 0..<tokenizer.modelTokenCount {
      append(id == 0 ? "\n      " : ",\n      ")
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
