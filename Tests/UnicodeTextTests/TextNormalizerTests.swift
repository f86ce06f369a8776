import Randomness
import Testing
import UnicodeText

@Suite struct TextNormalizerTests {
  @Test(arguments: [
    ([Normalization.Step.lowercase], "AÉİΣς ſ", "aéi\u{307}σς ſ"),
    ([.form(.nfd), .stripAccents], "Å É ç हि", "A E c ह"),
    ([.strip(left: true, right: false)], "\u{3000} a ", "a "),
    ([.strip(left: false, right: true)], " \n", ""),
    ([.replace(.literal("aa"), with: "b")], "aaaaa", "bba"),
    ([.replace(.regularExpression("^a|$"), with: "$0")], "a\nab", "$0\n$0b$0"),
    ([.prepend("x"), .replace(.literal("x"), with: "yy")], "a", "yya"),
    ([.prepend("x")], "", ""),
  ])
  func stepsDoWhatTheySay(steps: [Normalization.Step], text: String, expected: String) throws {
    let normal = try TextNormalizer(Normalization(steps)).normalize(text)
    #expect(Array(normal.utf8) == Array(expected.utf8), "\(normal)")
  }

  @Test func illFormedBytesAreKept() throws {
    let steps: [Normalization.Step] = [
      .strip(left: true, right: true), .lowercase, .stripAccents,
    ]
    let text: [UInt8] = [0x20, 0xFF, 0x41, 0xE2, 0x82, 0x20]
    let normal = try unsafe TextNormalizer(Normalization(steps)).normalized(text.span.bytes)
    #expect(normal == [0xFF, 0x61, 0xE2, 0x82])
  }

  /// Whatever lies between the changes is the same on both sides.
  @Test func alignmentsOfSequencesRebuildTheText() throws {
    let steps: [Normalization.Step] = [
      .prepend("> "), .form(.nfkd), .stripAccents, .replace(.regularExpression(" +"), with: "__"),
      .lowercase, .replace(.literal("f"), with: ""), .form(.nfc), .strip(left: true, right: true),
    ]
    let normalizer = try TextNormalizer(Normalization(steps))
    var random = Seed(3).stream("sequences")
    let pool = Array("aÉ ﬁ İ\u{301}각漢\u{3000}F>Å".unicodeScalars)
    var changed = 0
    for _ in 0..<300 {
      var text = String.UnicodeScalarView()
      for _ in 0..<random.below(14) { text.append(pool[random.below(pool.count)]) }
      let source = Array(String(text).utf8)
      guard let aligned = try unsafe normalizer.aligned(source.span.bytes) else { continue }
      changed += 1
      var from = 0
      var to = 0
      for change in aligned.alignment.changes {
        #expect(
          source[from..<change.source.lowerBound] == aligned.text[to..<change.target.lowerBound]
        )
        from = change.source.upperBound
        to = change.target.upperBound
      }
      #expect(source[from...].count == aligned.text[to...].count)
      #expect(aligned.alignment.source(of: 0..<aligned.text.count).upperBound <= source.count)
    }
    #expect(changed > 200)
  }
}
