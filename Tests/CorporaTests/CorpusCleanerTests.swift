import Files
import Foundation
import TestSupport
import Testing

@testable import Corpora

@Suite struct CorpusCleanerTests {
  /// What is left of a text, and the dropped documents.
  private func clean(
    _ text: [UInt8],
    _ plan: CleaningPlan,
    name: String = "en.txt",
    threads: Int = 1
  ) throws -> (kept: String, dropped: [[String: Any]]) {
    try withTemporaryFolder { folder in
      let path = joined(folder, name)
      try writeFile(path, text)
      let out = joined(folder, "out")
      try createFolder(out)
      let form = TextInput.Form.promised(by: path, field: "text")
      let cleaner = CorpusCleaner(plan)
      let summary = try cleaner.clean([TextInput(path, form: form)], to: out, threads: threads)
      let lines = try readFile(joined(out, "dropped.jsonl")).split(separator: 0x0A)
      let dropped = try lines.map { line in
        try #require(JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
      }
      #expect(summary[0].dropped.values.reduce(0, +) == dropped.count)
      #expect(summary[0].documents == summary[0].keptDocuments + dropped.count)
      return (String(decoding: try readFile(joined(out, name)), as: UTF8.self), dropped)
    }
  }

  private func rule(_ name: String, _ limit: Double? = nil) throws -> DocumentRule {
    let rule = try #require(DocumentRule.all.first { $0.name == name })
    return limit.map { rule.with(limit: $0) } ?? rule
  }

  @Test func whatIsInvalidIsDroppedOrRepairedAndSaysWhy() throws {
    let text = Array("one\nb".utf8) + [0xFF, 0x0A] + Array("a\u{1}b\r\none\n\nlast".utf8)
    let result = try clean(text, CleaningPlan())
    #expect(result.kept == "one\nab\nlast\n")
    #expect(result.dropped.map { $0["reason"] as? String } == ["invalid-utf-8", "duplicate"])
    #expect(result.dropped.map { $0["line"] as? Int } == [2, 4])
    #expect(result.dropped.map { $0["text"] as? String } == ["b\u{FFFD}", "one"])
    var plan = CleaningPlan()
    plan.invalidUTF8 = .repair
    plan.controlCharacters = .drop
    plan.keepsDuplicates = true
    let other = try clean(text, plan)
    #expect(other.kept == "one\nb\u{FFFD}\none\nlast\n")
    #expect(other.dropped.map { $0["detail"] as? String } == ["U+1"])
  }

  @Test func recordsKeepWhatElseTheyHold() throws {
    let text = """
      {"id": 7, "text": "a\\u0001b", "m": {"x": [1]}}
      {"id": 8, "text": "c\\u00e9"}
      {"id": 9, "txt": "c"}
      """
    let result = try clean(Array(text.utf8), CleaningPlan(), name: "en.jsonl")
    #expect(
      result.kept == """
        {"id": 7, "text": "ab", "m": {"x": [1]}}
        {"id": 8, "text": "c\\u00e9"}

        """
    )
    #expect(result.dropped.map { $0["reason"] as? String } == ["no-record"])
  }

  @Test(arguments: [1, 3])
  func nearDuplicatesAreFoundAndOthersKept(threads: Int) throws {
    let base = (0..<60).map { "word\($0 * 37 % 101)" }
    var other = base
    other[30] = "changed"
    let different = (0..<60).map { "\($0 * 41 % 103) other" }
    let lines = [base, other, different].map { $0.joined(separator: " ") }
    var plan = CleaningPlan()
    plan.nearDuplicates = NearDuplicates.Parameters()
    let text = Array((lines.joined(separator: "\n") + "\n").utf8)
    let result = try clean(text, plan, threads: threads)
    #expect(result.dropped.map { $0["reason"] as? String } == ["near-duplicate"])
    #expect(result.dropped.map { $0["line"] as? Int } == [2])
    let value = try #require(result.dropped[0]["value"] as? Double)
    #expect(value > 0.85 && value <= 1)
    #expect(result.kept == "\(lines[0])\n\(lines[2])\n")
  }

  /// The share of hashes that agree estimates the share of runs that do.
  @Test func theLikenessEstimatesTheSharedPartOfTheUnion() {
    var generator = SystemSequence()
    for shared in [20, 60, 90] {
      // Runs of one code point: the texts are sets of code points.
      let all = (0..<1000).map { Unicode.Scalar(0x4E00 + $0).map(String.init) ?? "" }
      let start = generator.next(below: 500)
      let a = all[start..<start + 100].joined()
      let b = all[start + 100 - shared..<start + 200 - shared].joined()
      var parameters = NearDuplicates.Parameters()
      parameters.shingle = 1
      parameters.threshold = 0
      parameters.bands = 256
      parameters.rows = 1
      var near = NearDuplicates(parameters)
      let minHash = MinHash(parameters)
      #expect(near.insert(Array(a.utf8).withSpan { minHash.signature(of: $0) }) == nil)
      let match = near.insert(Array(b.utf8).withSpan { minHash.signature(of: $0) })
      #expect(match?.number == 0)
      let likeness = match?.likeness ?? 0
      let expected = Double(shared) / Double(200 - shared)
      // Four standard deviations of 256 draws.
      #expect(abs(likeness - expected) < 4 * (expected * (1 - expected) / 256).squareRoot() + 0.01)
    }
  }

  /// Signatures of their own making: what shares a band is found again among thousands, and a crowd
  /// that shares one is looked at only so far.
  @Test func documentsOfABandAreFoundAmongThousands() {
    var parameters = NearDuplicates.Parameters()
    parameters.bands = 3
    parameters.rows = 4
    var near = NearDuplicates(parameters)
    var state: UInt64 = 1
    func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 31
    }
    func signature() -> MinHash.Signature {
      MinHash.Signature(
        bytes: (0..<12).map { _ in UInt8(truncatingIfNeeded: next()) },
        bands: (0..<3).map { _ in next() }
      )
    }
    let documents = (0..<5000).map { _ in signature() }
    #expect(documents.allSatisfy { near.insert($0) == nil })
    #expect(near.count == 5000)
    for number in stride(from: 0, to: 5000, by: 7) {
      var copy = documents[number]
      copy.bands[number % 3] = next()
      copy.bands[(number + 1) % 3] = next()
      #expect(near.insert(copy)?.number == number)
    }
    let crowd = (0..<100).map { _ in
      var member = signature()
      member.bands[0] = 7 << 32
      return member
    }
    #expect(crowd.allSatisfy { near.insert($0) == nil })
    for (member, number) in [(0, 5000), (63, 5063), (64, nil), (99, nil)] {
      var copy = crowd[member]
      copy.bands[1...2] = [next(), next()]
      #expect(near.insert(copy)?.number == number)
    }
  }

  /// Texts with a known number of changed words against the likeness counted from the sets of runs
  /// themselves.
  @Test func nearlyAllPairsBeyondTheThresholdAreFoundAndFewOthers() throws {
    var generator = SystemSequence()
    func words(_ count: Int) -> [String] {
      (0..<count).map { _ in String(generator.next(below: 60_000), radix: 36) }
    }
    func runs(_ text: String) -> Set<String> {
      let characters = Array(text)
      return Set((0...characters.count - 5).map { String(characters[$0..<$0 + 5]) })
    }
    let originals = (0..<120).map { _ in words(80) }
    var lines = originals.map { $0.joined(separator: " ") }
    var isAlike: [Bool?] = []
    for (index, original) in originals.enumerated() {
      var copy = original
      let changes = [1, 2, 3, 8, 10, 12][index % 6]
      for _ in 0..<changes { copy[generator.next(below: 80)] = words(1)[0] }
      let line = copy.joined(separator: " ")
      let (first, second) = (runs(lines[index]), runs(line))
      let likeness = Double(first.intersection(second).count) / Double(first.union(second).count)
      // At the threshold itself an estimate may fall on either side.
      isAlike.append(abs(likeness - 0.8) < 0.06 ? nil : likeness > 0.8)
      lines.append(line)
    }
    var plan = CleaningPlan()
    plan.nearDuplicates = NearDuplicates.Parameters()
    let result = try clean(Array((lines.joined(separator: "\n") + "\n").utf8), plan, threads: 2)
    let dropped = Set(result.dropped.compactMap { $0["line"] as? Int })
    #expect(dropped.allSatisfy { $0 > originals.count })
    func found(_ wanted: Bool) -> (dropped: Int, all: Int) {
      let places = isAlike.indices.filter { isAlike[$0] == wanted }
      return (places.count { dropped.contains(originals.count + $0 + 1) }, places.count)
    }
    let (alike, others) = (found(true), found(false))
    #expect(alike.all >= 40 && others.all >= 40)
    #expect(alike.dropped * 100 >= alike.all * 97, "\(alike)")
    #expect(others.dropped * 100 <= others.all * 3, "\(others)")
  }

  @Test func lettersOfOtherScriptsAreDropped() throws {
    var plan = CleaningPlan()
    plan.scriptShare = 0.5
    let text = Array("plain words here\nнет латиницы\n12 34\nab где\n".utf8)
    let result = try clean(text, plan)
    #expect(result.kept == "plain words here\n12 34\n")
    #expect(result.dropped.map { $0["value"] as? Double } == [0, 0.4])
    plan.scripts = ["ja": "Jpan"]
    #expect(try clean(Array("日本のカナ\nonly\n".utf8), plan, name: "ja.txt").kept == "日本のカナ\n")
  }

  /// Values worked out by hand from the definitions.
  @Test(arguments: [
    ("a b c d", "min-words", 4.0), ("ab abc abcd", "min-word-length", 3.0),
    ("# a … b ... c", "symbols", 1.0), ("a b 1 2", "alphabetic-words", 0.5),
    ("x y x y x y z", "top-2-words", 6.0 / 7), ("aa b aa b c", "duplicate-5-words", 0.0),
    ("a b c d e a b c d e f", "duplicate-5-words", 10.0 / 11), ("f{} x", "curly-brackets", 2.0),
    ("Lorem IPSUM lorem", "lorem-ipsum", 1.0),
  ])
  func measuresFollowTheirDefinitions(text: String, name: String, value: Double) throws {
    let measured = try measures(text).value(of: rule(name).measure)
    #expect(abs((measured ?? -1) - value) < 1e-12)
  }

  @Test(arguments: [
    ("one\ntwo\none\none", "duplicate-lines", 0.5), ("aa\nb\naa\n", "duplicate-line-bytes", 0.4),
    ("a\n\nb\n\na", "duplicate-paragraphs", 1.0 / 3), ("- a\n* b\nc\nd", "bullet-lines", 0.5),
    ("a…\nb...\nc", "ellipsis-lines", 2.0 / 3), ("Ja.\n好。\nno", "sentence-lines", 2.0 / 3),
  ])
  func measuresOfLinesFollowTheirDefinitions(text: String, name: String, value: Double) throws {
    let measured = try measures(text).value(of: rule(name).measure)
    #expect(abs((measured ?? -1) - value) < 1e-12)
  }

  private func measures(_ text: String) throws -> DocumentMeasures {
    let segmenter = try TextSegmenter()
    return try Array(text.utf8).withSpan { try DocumentMeasures($0, segmenter) }
  }

  @Test func aDroppedDocumentNamesRuleValueAndLimit() throws {
    var plan = CleaningPlan()
    plan.rules = [try rule("min-words", 3)]
    let result = try clean(Array("a b\na b c\n".utf8), plan)
    #expect(result.kept == "a b c\n")
    #expect(result.dropped[0]["reason"] as? String == "min-words")
    #expect(result.dropped[0]["value"] as? Double == 2)
    #expect(result.dropped[0]["limit"] as? Double == 3)
  }
}

/// A few numbers in a fixed order.
private struct SystemSequence {
  private var state = 12345

  mutating func next(below bound: Int) -> Int {
    state = (state * 1_103_515_245 + 12345) % 2_147_483_648
    // The lowest bits repeat soon.
    return (state >> 8) % bound
  }
}
