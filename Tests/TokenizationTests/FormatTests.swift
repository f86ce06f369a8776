import Files
import TestSupport
import Testing

@testable import Tokenization

/// Tokenizers' files of every format, against the libraries they are of.
@Suite struct FormatTests {
  @Test func theRecordIsThere() throws {
    let record = try FormatRecord()
    #expect(record.cases.count == 31)
    #expect(record.texts.count == 176)
    #expect(Set(record.cases.map(\.library)).count == 3)
  }

  @Test(arguments: FormatRecord.shared?.cases ?? [])
  func idsAndOffsetsAreThoseOfTheLibrary(recorded: FormatRecord.Case) throws {
    let texts = try #require(FormatRecord.shared).texts
    let tokenizer = try recorded.tokenizer()
    let encoder = BPEEncoder(tokenizer)
    let policy: SpecialTokenPolicy? = recorded.library == "tiktoken" ? .asText : nil
    for (index, text) in texts.enumerated() {
      let name = Comment(rawValue: text.debugDescription)
      let utf8 = Array(text.utf8)
      let found = try unsafe encoder.encodeWithOffsets(utf8.span.bytes, specialTokens: policy)
      let encoding = try tokenizer.finish(found)
      #expect(encoding.ids == recorded.ids[index], name)
      #expect(recorded.places(encoding, of: text) == recorded.offsets[index], name)
      var ids: [TokenID] = []
      try unsafe encoder.encode(utf8.span.bytes, specialTokens: policy, into: &ids)
      #expect(ids == found.ids, name)
    }
  }

  @Test(arguments: FormatRecord.shared?.cases ?? [])
  func textsAreThoseOfTheLibrary(recorded: FormatRecord.Case) throws {
    let tokenizer = try recorded.tokenizer()
    for (ids, text) in zip(recorded.ids, recorded.decoded) {
      let found = try tokenizer.decode(ids)
      #expect(found.utf8.elementsEqual(text.utf8), "\(found.debugDescription) \(ids)")
    }
  }

  /// What decodes token by token is what decodes at once.
  @Test(arguments: FormatRecord.shared?.cases ?? [])
  func textsComeTokenByToken(recorded: FormatRecord.Case) throws {
    let tokenizer = try recorded.tokenizer()
    for (ids, text) in zip(recorded.ids, recorded.decoded) {
      var decoder = StreamingDecoder(tokenizer)
      var found = ""
      for id in ids { found += try decoder.append(id) }
      found += try decoder.finish()
      #expect(found.utf8.elementsEqual(text.utf8), "\(text.debugDescription) \(ids)")
    }
  }

  /// Saves a tokenizer in a format, or gives the error.
  private func refusal(
    of format: TokenizerFormat,
    _ tokenizer: Tokenizer,
    _ path: String
  ) -> TokenizationError? {
    do throws(TokenizationError) {
      try tokenizer.save(to: path, as: format)
      return nil
    } catch {
      return error
    }
  }

  /// In every format that can express a tokenizer, it gives the same ids; every other one says why.
  @Test(arguments: FormatRecord.shared?.cases ?? [], TokenizerFormat.allCases)
  func convertedTokenizersGiveTheSameIDs(
    recorded: FormatRecord.Case,
    format: TokenizerFormat
  ) throws {
    let texts = try #require(FormatRecord.shared).texts
    let tokenizer = try recorded.tokenizer()
    try withTemporaryFolder { folder in
      let names: [TokenizerFormat: String] = [
        .json: "t.json", .tiktoken: "t.tiktoken", .sentencePiece: "t.model",
      ]
      let path = joined(folder, names[format] ?? "t")
      if let refusal = refusal(of: format, tokenizer, path) {
        #expect(try fileNames(in: folder).isEmpty)
        let own: [String: [TokenizerFormat]] = [
          "tokenizers": [.json, .transformers], "tiktoken": [.tiktoken, .json],
          "sentencepiece": [.sentencePiece],
        ]
        #expect(own[recorded.library]?.contains(format) == false, "\(refusal)")
        guard case .notExpressible(let name, let what) = refusal else {
          Issue.record(refusal)
          return
        }
        #expect(!name.isEmpty && !what.isEmpty)
        return
      }
      let special = tokenizer.configuration.addedTokens
      let needs = format == .tiktoken || format == .vocabularyAndMerges
      let missing =
        needs
        ? MissingSettings(pattern: tokenizer.configuration.pattern, specialTokens: special)
        : MissingSettings()
      let copy = try Tokenizer(contentsOf: path, missing: missing)
      for text in texts {
        let name = Comment(rawValue: text.debugDescription)
        let ids = try tokenizer.encode(text, specialTokens: .asText)
        #expect(try copy.encode(text, specialTokens: .asText) == ids, name)
      }
    }
  }
}
