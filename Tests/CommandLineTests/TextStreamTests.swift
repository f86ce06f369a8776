import Testing

@testable import isoflop

@Suite struct TextStreamTests {
  /// What is let go after each byte, and at the end.
  private func pieces(_ text: String, stops: [String] = []) -> [String] {
    var stream = TextStream(stops: stops)
    var pieces = Array(text.utf8).map { stream.add([$0]) }
    pieces.append(stream.finish())
    return pieces
  }

  @Test(arguments: ["", "plain", "héé", "日本語", "🙂 🇩🇪", "e\u{301}x"])
  func nothingIsLost(text: String) {
    #expect(pieces(text).joined() == text)
    #expect(pieces(text, stops: ["zz", "本x"]).joined() == text)
  }

  @Test func charactersAreNotSplit() {
    #expect(pieces("aé日🙂") == ["a", "", "é", "", "", "日", "", "", "", "🙂", ""])
  }

  @Test func brokenBytesDoNotHoldTheRestBack() {
    var stream = TextStream()
    #expect(stream.add([0xE6]) == "")
    #expect(stream.add([0x61]) == "\u{FFFD}a")
    #expect(stream.add([0x80, 0x80, 0x80, 0x80]).unicodeScalars.count == 4)
    #expect(stream.add([0xF0, 0x9F]) == "")
    #expect(stream.finish() == "\u{FFFD}")
  }

  @Test func aStopEndsTheTextBeforeIt() {
    var stream = TextStream(stops: ["END", "\n\n"])
    #expect(stream.add(Array("one EN".utf8)) == "one ")
    #expect(stream.add(Array("V two E".utf8)) == "ENV two ")
    #expect(!stream.isStopped)
    #expect(stream.add(Array("ND three".utf8)) == "")
    #expect(stream.isStopped)
    #expect(stream.add(Array("more".utf8)) == "")
    #expect(stream.finish() == "")
  }

  @Test func theFirstOfSeveralStopsCounts() {
    var stream = TextStream(stops: ["cd", "bc"])
    #expect(stream.add(Array("abcd".utf8)) == "a")
    #expect(TextStream(stops: [""]).isStopped == false)
  }

  @Test func aStopMayRepeatItsBeginning() {
    #expect(pieces("aab-aaab", stops: ["aaab"]).joined() == "aab-")
  }
}
