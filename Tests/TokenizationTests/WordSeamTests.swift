import Files
import Foundation
import Randomness
import TestSupport
import Testing
import UnicodeText

@testable import Tokenization

/// Where words of ICU surely begin or end, in scripts with dictionaries above all.
@Suite struct WordSeamTests {
  private func tokenizer(
    _ split: String,
    _ normalizers: [String] = [],
    texts: [String]
  ) throws -> Tokenizer {
    var configuration = TokenizerConfiguration()
    configuration.normalization = Normalization(try normalizers.map { try .init(spelling: $0) })
    configuration.splits = [try TextSplit(spelling: split)]
    let counter = try WordCounter(configuration)
    for text in texts { try counter.add(text) }
    let model = try BPETrainer(vocabularySize: 500).train(on: counter)
    return try Tokenizer(model: model, configuration: configuration)
  }

  /// Characters of every role and script that the rules or dictionaries treat in a way of their own.
  private static let characters: [Unicode.Scalar] = Array(
    """
    กขมไทย\u{E33}\u{E31}\u{E34}\u{E48}ๆฯ฿๛๚๑ລາວ\u{EB1}\u{EC8}ໆ໑ខ្មែ\u{17B6}\u{17D2}។៕៖ៗ១\
    ကမြန\u{103A}\u{102C}\u{1038}။၊၁漢字々〇〆かなゃッカナーｶﾞ、。，．：；「」・〜！？한글ᄒ\u{1161}\
    אב״׳سلامabcZé\u{301}1２_'".,:;-$%+()\u{2019}…— \u{A0}\u{3000}\u{2009}\t\n\r\u{85}\u{2028}\u{B}\
    \u{200B}\u{200C}\u{200D}\u{2060}\u{AD}\u{FEFF}\u{200E}😀👍\u{1F3FD}🇹🇭©®\u{FE0F}\u{20E3}\
    \u{1A20}\u{1A55}\u{1950}\u{1980}\u{11700}\u{AA80}𗀀ꀀㄅ\u{E000}な\u{30FB}\u{309B}\u{FF9E}\u{303D}
    """.unicodeScalars
  )

  @Test(arguments: ["words", "words:th", "words:ja", "words:fi", "words:en-US-posix"])
  func seamsAreWhereBothSidesAreCutAlone(split: String) throws {
    var random = Seed(9).stream(split)
    let tokenizer = try tokenizer(split, texts: smallTexts)
    let seams = try TextSeams(tokenizer, dropsMerges: true)
    let splitter = try TextSplitter(tokenizer.configuration.splits)
    var seamCount = 0
    for _ in 0..<800 {
      var scalars = String.UnicodeScalarView()
      for _ in 0..<16 {
        if random.below(8) == 0, let any = Unicode.Scalar(UInt32(random.below(0x3_0000))) {
          scalars.append(any)
        } else {
          scalars.append(Self.characters[random.below(Self.characters.count)])
        }
      }
      let text = Array(String(scalars).utf8)
      try text.withByteView { view in
        let whole = try splitter.pieces(of: view)
        for place in 1..<text.count where seams.first(in: view, place..<place + 1) != nil {
          seamCount += 1
          let right = try splitter.pieces(of: view[place..<text.count]).map {
            $0.lowerBound + place..<$0.upperBound + place
          }
          let parts = try splitter.pieces(of: view[0..<place]) + right
          #expect(parts == whole, "\(String(scalars).debugDescription) at \(place)")
        }
      }
    }
    #expect(seamCount > 500, "\(seamCount)")
  }

  private static let sentences = [
    "ภาษาไทยเป็นภาษาที่มีระดับเสียงของคำแน่นอน หรือวรรณยุกต์ เช่นเดียวกับภาษาจีน และออกเสียงแยกคำต่อคำ (ไทย) ",
    "ພາສາລາວເປັນພາສາທີ່ມີສຽງສູງຕ່ຳ ຄົນລາວເວົ້າພາສານີ້ ແລະຂຽນດ້ວຍອັກສອນລາວ. ",
    "ភាសាខ្មែរគឺជាភាសាផ្លូវការរបស់ប្រទេសកម្ពុជា។ ប្រជាជនភាគច្រើននិយាយភាសានេះ។ ",
    "မြန်မာဘာသာစကားသည် မြန်မာနိုင်ငံ၏ ရုံးသုံးဘာသာစကားဖြစ်သည်။ လူအများက ပြောကြသည်။ ",
    "汉语是世界上使用人数最多的语言，历史悠久；它有许多方言。学习汉语的人越来越多！",
    "日本語は、主に日本で使われている言語です。「ひらがな」とカタカナ、漢字を使います。",
  ]

  @Test(arguments: sentences, [[], ["nfkc"], ["nfd", "lowercase"]])
  func scriptsWithoutSpacesStream(sentence: String, normalizers: [String]) throws {
    let tokenizer = try tokenizer("words", normalizers, texts: Self.sentences)
    var random = Seed(9).stream(sentence)
    let text = Array(String(repeating: sentence, count: 8).utf8)
    let whole = try unsafe tokenizer.encode(text.span.bytes)
    for _ in 0..<6 {
      let encoder = try StreamingEncoder(tokenizer, window: 1 + random.below(60))
      var ids: [TokenID] = []
      var (place, held) = (0, 0)
      while place < text.count {
        let end = min(text.count, place + 1 + random.below(40))
        ids += try encoder.append(Array(text[place..<end])).ids
        held = max(held, encoder.waiting.count)
        place = end
      }
      ids += try encoder.finish().ids
      #expect(ids == whole)
      #expect(held < sentence.utf8.count + 100, "\(held) bytes were held")
    }
  }

  private static let shared = ProcessInfo.processInfo.environment["ISOFLOP_SHARED"]

  /// Real text without any line end.
  @Test(.enabled(if: shared != nil), arguments: ["th", "my", "ja", "zh-Hans"])
  func realTextStreams(language: String) throws {
    let folder = try #require(Self.shared)
    let path = "\(folder)/corpora/large/\(language).txt.zst"
    let blocks = TextBlocks([try TextInput(path)], size: 1 << 18)
    var text: [UInt8] = []
    while text.count < 300_000, let block = try blocks.next() {
      text += try block.documents().joined()
    }
    text = Array(String(decoding: text.prefix(300_000), as: UTF8.self).utf8)
    let tokenizer = try tokenizer("words", texts: [String(decoding: text, as: UTF8.self)])
    let whole = try unsafe tokenizer.encode(text.span.bytes)
    let encoder = try StreamingEncoder(tokenizer, window: 1 << 12)
    var ids: [TokenID] = []
    var held = 0
    for start in stride(from: 0, to: text.count, by: 1_000) {
      ids += try encoder.append(Array(text[start..<min(text.count, start + 1_000)])).ids
      held = max(held, encoder.waiting.count)
    }
    ids += try encoder.finish().ids
    #expect(ids == whole)
    #expect(held < 1 << 14, "\(held) bytes were held")
  }
}
