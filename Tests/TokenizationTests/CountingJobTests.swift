import Files
import Randomness
import Synchronization
import TestSupport
import Testing
import UnicodeText

@testable import Tokenization

@Suite struct CountingJobTests {
  /// Lines of words most of which come once.
  private func makeText(_ path: String, seed: String, words: Int) throws {
    var random = Seed(5).stream(seed)
    var text = "\u{FEFF}"
    for index in 0..<words {
      text += String(random.below(1 << 30), radix: 36) + (index % 9 == 8 ? "\n" : " ")
    }
    try writeFile(path, text)
  }

  private func job(_ folder: String, threads: Int = 1) throws -> CountingJob {
    CountingJob(
      try TextInput.inputs(at: ["\(folder)/a.txt", "\(folder)/b.txt"]),
      configuration: TokenizerConfiguration(),
      scratch: "\(folder)/scratch",
      memory: CountingJob.leastMemory(threads: threads),
      threads: threads
    )
  }

  @Test(arguments: [1, 3])
  func countsInLittleMemoryAreExact(threads: Int) throws {
    try withTemporaryFolder { folder in
      try makeText("\(folder)/a.txt", seed: "a", words: 60_000)
      try makeText("\(folder)/b.txt", seed: "b", words: 9_000)
      let job = try job(folder, threads: threads)
      let spills = Mutex(0)
      let file = try job.run(to: "\(folder)/out.counts", isInterrupted: { false }) { progress in
        if case .merging(let words, let total) = progress, words == total {
          spills.withLock { $0 = total }
        }
      }
      let whole = try WordCounter.count(job.inputs, TokenizerConfiguration(), threads: 2)
      try whole.write(to: "\(folder)/whole.counts")
      #expect(file.uniqueCount == whole.uniqueCount)
      #expect(file.byteCount == whole.byteCount)
      var counts: [[UInt8]: UInt64] = [:]
      try file.forEachWord { word, count in
        counts[unsafe word.withUnsafeBytes { unsafe Array($0) }] = count
      }
      #expect(counts == whole.counts)
      // More than one table was written, in which some words came again.
      #expect(spills.withLock { $0 } > file.uniqueCount)
      #expect(try fileKind("\(folder)/scratch") == nil)
    }
  }

  @Test(arguments: [1, 2, 5])
  func anInterruptedCountingGoesOn(stops: Int) throws {
    try withTemporaryFolder { folder in
      try makeText("\(folder)/a.txt", seed: "a", words: 30_000)
      try makeText("\(folder)/b.txt", seed: "b", words: 5_000)
      let job = try job(folder)
      var file: CountFile?
      // Each run counts three blocks, or as many as there are left.
      for attempt in 0..<30 where file == nil {
        let asked = Atomic<Int>(0)
        let limit = attempt < stops ? 3 : Int.max
        do {
          file = try job.run(
            to: "\(folder)/out.counts",
            isResuming: attempt > 0,
            isInterrupted: { asked.wrappingAdd(1, ordering: .relaxed).newValue > limit }
          )
        } catch {
          #expect(error as? TokenizationError == .interrupted)
          #expect(throws: TokenizationError.self, "without saying that it goes on") {
            try job.run(to: "\(folder)/out.counts")
          }
        }
      }
      let whole = try WordCounter.count(job.inputs, TokenizerConfiguration())
      let counted = try #require(file)
      #expect(counted.total == whole.total)
      #expect(counted.uniqueCount == whole.uniqueCount)
      #expect(counted.byteCount == whole.byteCount)
      #expect(try job.result(at: "\(folder)/out.counts")?.total == whole.total)
    }
  }

  @Test func whatChangedMeanwhileIsNamed() throws {
    try withTemporaryFolder { folder in
      try makeText("\(folder)/a.txt", seed: "a", words: 2_000)
      try makeText("\(folder)/b.txt", seed: "b", words: 2_000)
      #expect(throws: TokenizationError.interrupted) {
        let asked = Atomic<Int>(0)
        return try job(folder).run(
          to: "\(folder)/out.counts",
          isInterrupted: { asked.wrappingAdd(1, ordering: .relaxed).newValue > 1 }
        )
      }
      try makeText("\(folder)/b.txt", seed: "c", words: 2_001)
      let error = #expect(throws: TokenizationError.self) {
        try job(folder).run(to: "\(folder)/out.counts", isResuming: true)
      }
      #expect("\(try #require(error))".contains("b.txt"))
      var other = try job(folder)
      other.configuration.normalization = .nfkc
      let second = #expect(throws: TokenizationError.self) {
        try other.run(to: "\(folder)/out.counts", isResuming: true)
      }
      #expect("\(try #require(second))".contains("settings"))
    }
  }

  @Test func tooLittleMemoryNamesTheLeast() throws {
    try withTemporaryFolder { folder in
      try writeFile("\(folder)/a.txt", "a b")
      try writeFile("\(folder)/b.txt", "a b")
      var job = try job(folder)
      job.memory = 1 << 20
      let error = #expect(throws: TokenizationError.self) {
        try job.run(to: "\(folder)/out.counts")
      }
      #expect("\(try #require(error))".contains("\(CountingJob.leastMemory(threads: 1) >> 20) MiB"))
    }
  }

  @Test func anEndlessLineIsRefusedAndLeavesNothing() throws {
    try withTemporaryFolder { folder in
      try writeFile("\(folder)/a.txt", "short\n" + String(repeating: "x", count: 1 << 20))
      try writeFile("\(folder)/b.txt", "")
      let job = try job(folder)
      let error = #expect(throws: TokenizationError.self) {
        try job.run(to: "\(folder)/out.counts")
      }
      #expect("\(try #require(error))".contains("in line 2"))
      try writeFile("\(folder)/a.txt", "")
      #expect(throws: TokenizationError.self) {
        try job.run(to: "\(folder)/out.counts", isResuming: true)
      }
    }
  }
}
