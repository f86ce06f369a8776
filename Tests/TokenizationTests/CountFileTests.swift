import Files
import TestSupport
import Testing
import UnicodeText

@testable import Tokenization

@Suite struct CountFileTests {
  private let texts = [
    "the lower the newer the lowest", "नमस्ते दुनिया नमस्ते", "สวัสดี ชาวโลก", "aaaa bbbb aaaa\n",
  ]

  private func counter(_ texts: [String], _ form: NormalizationForm = .nfc) throws -> WordCounter {
    let counter = WordCounter(normalization: form, pattern: .o200k)
    for text in texts { try counter.add(text) }
    return counter
  }

  private func words(_ source: some CountedWords) throws -> [[UInt8]: UInt64] {
    var words: [[UInt8]: UInt64] = [:]
    try source.forEachWord { word, count in
      words[unsafe word.withUnsafeBytes { unsafe Array($0) }] = count
    }
    return words
  }

  /// The check that the standard's catalogues give.
  @Test func theChecksumIsTheKnownOne() {
    for text in ["123456789"] {
      var check = CRC64()
      Array(text.utf8).withByteView { check.update($0) }
      #expect(check.value == 0x995D_C9BB_DF19_39FA)
    }
    var (whole, parts) = (CRC64(), CRC64())
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    bytes.withByteView { whole.update($0) }
    bytes.withByteView { view in
      for (start, end) in [(0, 1), (1, 10), (10, 10), (10, 999), (999, 1000)] {
        parts.update(view[start..<end])
      }
    }
    #expect(whole.value == parts.value)
  }

  @Test func aFileHoldsWhatWasCounted() throws {
    try withTemporaryFolder { folder in
      let counter = try counter(texts)
      try counter.write(to: "\(folder)/a.counts")
      let file = try CountFile(contentsOf: "\(folder)/a.counts")
      #expect(try words(file) == counter.counts)
      #expect(file.uniqueCount == counter.uniqueCount)
      #expect(file.uniqueByteCount == counter.uniqueByteCount)
      #expect(file.total == counter.total)
      #expect(file.byteCount == counter.byteCount)
      #expect(file.characterCount == texts.reduce(0) { $0 + $1.unicodeScalars.count })
      #expect(file.configuration.normalization == .nfc)
      #expect(file.configuration.pattern == .o200k)
      #expect(try file.countCharacters() == file.characterCount)
    }
  }

  @Test func filesOfPartsAddUpToTheWhole() throws {
    try withTemporaryFolder { folder in
      var parts: [(file: CountFile, weight: UInt64)] = []
      // More than are open at once.
      for index in 0..<130 {
        let path = "\(folder)/\(index).counts"
        try counter(["\(texts[index % 4]) word\(index % 7)"]).write(to: path)
        parts.append((try CountFile(contentsOf: path), 1))
      }
      let sum = try mergeCounts(parts, to: "\(folder)/sum.counts")
      let whole = try counter((0..<130).map { "\(texts[$0 % 4]) word\($0 % 7)" })
      #expect(try words(sum) == whole.counts)
      #expect(sum.byteCount == whole.byteCount)
      let trainer = BPETrainer(vocabularySize: 330)
      #expect(try trainer.train(on: sum) == trainer.train(on: whole))
      #expect(try fileNames(in: folder).count == 131)
    }
  }

  @Test func weightsMultiply() throws {
    try withTemporaryFolder { folder in
      try counter(["a b a"]).write(to: "\(folder)/a.counts")
      try counter(["a c"]).write(to: "\(folder)/b.counts")
      let files = try ["a", "b"].map { try CountFile(contentsOf: "\(folder)/\($0).counts") }
      let sum = try mergeCounts([(files[0], 3), (files[1], 10)], to: "\(folder)/sum.counts")
      #expect(
        try words(sum)
          == [Array("a".utf8): 13, Array(" a".utf8): 3, Array(" b".utf8): 3, Array(" c".utf8): 10]
      )
      #expect(throws: TokenizationError.self) {
        try mergeCounts([(files[0], 1 << 62), (files[1], 1)], to: "\(folder)/sum.counts")
      }
    }
  }

  @Test func countsOfOtherSettingsAreRefusedByName() throws {
    try withTemporaryFolder { folder in
      try counter(["a"]).write(to: "\(folder)/a.counts")
      let first = try CountFile(contentsOf: "\(folder)/a.counts")
      var prefixed = TokenizerConfiguration()
      prefixed.addsPrefixSpace = true
      var added = TokenizerConfiguration()
      added.addedTokens = [AddedToken(id: 0, content: "<x>")]
      let others: [(WordCounter, String)] = [
        (try counter(["a"], .nfkc), "the normalization nfkc, not nfc"),
        (WordCounter(pattern: .gpt2), "the pre-tokenizer gpt2, not o200k"),
        (try WordCounter(prefixed), "another pre-tokenizer"),
        (try WordCounter(added), "the added tokens <x>, not none"),
      ]
      for (other, what) in others {
        try other.add("a")
        try other.write(to: "\(folder)/b.counts")
        let second = try CountFile(contentsOf: "\(folder)/b.counts")
        let error = #expect(throws: TokenizationError.self) {
          try mergeCounts([(first, 1), (second, 1)], to: "\(folder)/sum.counts")
        }
        #expect("\(try #require(error))".contains(what), "\(what)")
      }
    }
  }

  @Test func aDamagedFileIsFoundOut() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.counts"
      try counter(texts).write(to: path)
      let bytes = try readFile(path)
      let damaged = "\(folder)/b.counts"
      // Every third place, which is every kind of place.
      for place in stride(from: 0, to: bytes.count, by: 3) {
        var copy = bytes
        copy[place] ^= 1 << UInt8(place % 8)
        try writeFile(damaged, copy)
        #expect(throws: TokenizationError.self, "byte \(place)") {
          try CountFile(contentsOf: damaged).forEachWord { _, _ in }
        }
      }
      for length in stride(from: 0, to: bytes.count, by: 5) {
        try writeFile(damaged, bytes[..<length])
        #expect(throws: TokenizationError.self, "\(length) bytes") {
          try CountFile(contentsOf: damaged).forEachWord { _, _ in }
        }
      }
      #expect(throws: TokenizationError.self) { try CountFile(contentsOf: "\(folder)/none") }
      #expect(throws: TokenizationError.self) { try CountFile(contentsOf: folder) }
    }
  }

  /// Memory is taken by the numbers at the end before the words are read.
  @Test func aNumberThatAsksForTooMuchMemoryIsRefused() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.counts"
      try counter(texts).write(to: path)
      let bytes = try readFile(path)
      for bit in [28, 36, 44, 61] {
        var copy = bytes
        let place = copy.count - CountFile.footerSize + 8
        copy[place + bit / 8] |= 1 << UInt8(bit % 8)
        try writeFile(path, copy)
        #expect(throws: TokenizationError.self) { try CountFile(contentsOf: path) }
      }
    }
  }
}
