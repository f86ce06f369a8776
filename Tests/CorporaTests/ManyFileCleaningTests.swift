import Files
import Foundation
import TestSupport
import Testing

@testable import Corpora

/// The cleaning of several files as one.
@Suite struct ManyFileCleaningTests {
  /// A document that was dropped, with the document it repeats.
  private struct Dropped: Equatable {
    let place: String
    let reason: String
    let original: String
  }

  /// What a cleaning left of texts that have names, and what it dropped.
  private struct Cleaned {
    var kept: [String: String] = [:]
    var dropped: [Dropped] = []
    var summaries: [CleaningSummary] = []
  }

  private func clean(
    _ texts: [(name: String, text: String)],
    _ plan: CleaningPlan = CleaningPlan(),
    threads: Int = 1
  ) throws -> Cleaned {
    try withTemporaryFolder { folder in
      for (name, text) in texts {
        try createFolder(split(joined(folder, name)).folder)
        try writeFile(joined(folder, name), text)
      }
      let out = joined(folder, "out")
      try createFolder(out)
      let inputs = try TextInput.inputs(at: texts.map { joined(folder, $0.name) })
      var cleaned = Cleaned()
      cleaned.summaries = try CorpusCleaner(plan).clean(inputs, to: out, threads: threads)
      for name in try textFileNames(in: out) {
        cleaned.kept[name] = String(decoding: try readFile(joined(out, name)), as: UTF8.self)
      }
      func place(_ object: [String: Any]?) -> String {
        guard let object, let file = object["file"] as? String, let line = object["line"] as? Int
        else { return "-" }
        return "\(file.dropFirst(folder.count + 1)):\(line)"
      }
      for line in try readFile(joined(out, "dropped.jsonl")).split(separator: 0x0A) {
        let object = try #require(
          JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
        )
        cleaned.dropped.append(
          Dropped(
            place: place(object),
            reason: object["reason"] as? String ?? "",
            original: place(object["original"] as? [String: Any])
          )
        )
      }
      return cleaned
    }
  }

  @Test(arguments: [1, 2, 5])
  func theFirstOfEqualDocumentsOfAllFilesIsKept(threads: Int) throws {
    let texts = [
      ("b.txt", "one\n\ntwo\none\n"),
      ("a.jsonl", "{\"text\": \"two\"}\n{\"id\": 1, \"text\": \"thr\\u0065e\"}\n"),
      ("x/c.txt", "three\nfour\r\nfour\ntwo"),
    ]
    let cleaned = try clean(texts, threads: threads)
    #expect(
      cleaned.kept == [
        "b.txt": "one\ntwo\n", "a.jsonl": "{\"id\": 1, \"text\": \"thr\\u0065e\"}\n",
        "c.txt": "four\n",
      ]
    )
    #expect(
      cleaned.dropped == [
        Dropped(place: "b.txt:4", reason: "duplicate", original: "b.txt:1"),
        Dropped(place: "a.jsonl:1", reason: "duplicate", original: "b.txt:3"),
        Dropped(place: "x/c.txt:1", reason: "duplicate", original: "a.jsonl:2"),
        Dropped(place: "x/c.txt:3", reason: "duplicate", original: "x/c.txt:2"),
        Dropped(place: "x/c.txt:4", reason: "duplicate", original: "b.txt:3"),
      ]
    )
    #expect(cleaned.summaries.map(\.repeatsOfOtherFiles) == [0, 1, 2])
    #expect(cleaned.summaries.map(\.keptDocuments) == [2, 1, 1])
    #expect(cleaned.summaries.map { $0.dropped["duplicate"] } == [1, 1, 3])
  }

  /// What equals a near duplicate, which was dropped, repeats the document that was kept.
  @Test func nearDuplicatesOfOtherFilesNameTheOneThatWasKept() throws {
    let words = (0..<60).map { "word\($0 * 37 % 101)" }
    var others = words
    others[30] = "changed"
    let (first, second) = (words.joined(separator: " "), others.joined(separator: " "))
    var plan = CleaningPlan()
    plan.nearDuplicates = NearDuplicates.Parameters()
    let texts = [("a.txt", "short\n\(first)\n"), ("b.txt", "\(second)\nmore\n\(second)\n")]
    let cleaned = try clean(texts, plan, threads: 2)
    #expect(cleaned.kept == ["a.txt": "short\n\(first)\n", "b.txt": "more\n"])
    #expect(
      cleaned.dropped == [
        Dropped(place: "b.txt:1", reason: "near-duplicate", original: "a.txt:2"),
        Dropped(place: "b.txt:3", reason: "duplicate", original: "a.txt:2"),
      ]
    )
    plan.comparesWithinFiles = true
    #expect(try clean(texts, plan).dropped.map(\.place) == ["b.txt:3"])
    plan.comparesWithinFiles = false
    plan.keepsDuplicates = true
    #expect(
      try clean(texts, plan).dropped.map(\.reason) == ["near-duplicate", "near-duplicate"]
    )
  }

  /// Many files of more than one block, against a dictionary.
  @Test(arguments: [1, 3])
  func manyFilesAreCleanedAsADictionaryWould(threads: Int) throws {
    var state: UInt64 = 7
    func next(below bound: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % bound
    }
    var texts: [(name: String, text: String)] = []
    var first: [String: String] = [:]
    var kept: [String: String] = [:]
    var dropped: [Dropped] = []
    for (file, count) in [3, 900, 0, 40, 400].enumerated() {
      let name = "\(file).txt"
      var lines: [String] = []
      for line in 0..<count {
        let number = next(below: 700)
        let text = "\(number) " + String(repeating: "\(number % 10)", count: 2500)
        lines.append(text + "\n")
        let place = "\(name):\(line + 1)"
        if let original = first[text] {
          dropped.append(Dropped(place: place, reason: "duplicate", original: original))
        } else {
          first[text] = place
          kept[name, default: ""] += text + "\n"
        }
      }
      texts.append((name, lines.joined()))
      kept[name, default: ""] += ""
    }
    let cleaned = try clean(texts, threads: threads)
    #expect(dropped.count > 500)
    #expect(cleaned.dropped == dropped)
    #expect(cleaned.kept == kept)
  }

  /// Texts that cannot be cleaned together, and what is said of them.
  @Test(arguments: [
    (["a/en.txt", "b/en.txt"], "a/en.txt and …/b/en.txt would both be written to …/out/en.txt."),
    (["a/en.txt", "a/en.txt.gz"], "would both be written to …/out/en.txt."),
    (["a/en.txt", "a/en.txt"], "a/en.txt is named twice."),
    (["a/en.txt", "a/../a/en.txt"], "a/en.txt and …/a/../a/en.txt are one file."),
    (["a/en.txt", "a/link.txt"], "a/en.txt and …/a/link.txt are one file."),
    (["out/x.txt.gz", "a/en.txt"], "out/x.txt.gz, which is read, lies in …/out."),
    (["a/dropped.jsonl"], "would be written where the list of dropped documents goes."),
  ])
  func textsThatCannotBeCleanedTogetherAreRefused(names: [String], message: String) throws {
    try withTemporaryFolder { folder in
      for name in ["a", "b", "out"] { try createFolder(joined(folder, name)) }
      for name in ["a/en.txt", "b/en.txt", "out/x.txt.gz", "a/en.txt.gz", "a/dropped.jsonl"] {
        try writeFile(joined(folder, name), name.hasSuffix("gz") ? PackedText.gzip : [0x78, 0x0A])
      }
      try FileManager.default.createSymbolicLink(
        atPath: joined(folder, "a/link.txt"),
        withDestinationPath: "en.txt"
      )
      let out = joined(folder, "out")
      let inputs = try TextInput.inputs(at: names.map { joined(folder, $0) })
      let failure = #expect(throws: CorporaError.self) {
        try CorpusCleaner(CleaningPlan()).clean(inputs, to: out)
      }
      let text = failure?.description.replacingOccurrences(of: folder, with: "…") ?? ""
      #expect(text.contains(message), "\(text)")
      #expect(try fileNames(in: out) == ["x.txt.gz"])
    }
  }

  /// The list of one cleaning is no text of the next.
  @Test func aFolderThatWasCleanedIsReadWithoutItsList() throws {
    try withTemporaryFolder { folder in
      for name in ["en.txt", "dropped.jsonl", "dropped.jsonl.gz"] {
        try writeFile(joined(folder, name), "x\n")
      }
      let inputs = try TextInput.inputs(at: [folder])
      #expect(inputs.map(\.stem) == ["en"])
    }
  }

  @Test func digestsAreNumberedAsTheyCome() {
    var set = DigestSet()
    var union = DigestSet()
    for number in 0..<5000 {
      let digest = Array("\(number)".utf8).withSpan { TextDigest($0) }
      #expect(set.insert(digest) == nil)
      if number % 3 == 0 { #expect(union.insert(digest) == nil) }
    }
    for number in [0, 1, 767, 768, 4999] {
      let digest = Array("\(number)".utf8).withSpan { TextDigest($0) }
      #expect(set.insert(digest) == number)
    }
    union.formUnion(set)
    #expect(set.count == 5000 && union.count == 5000)
  }
}
