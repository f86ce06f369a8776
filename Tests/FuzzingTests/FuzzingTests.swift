import Fuzzing
import TestSupport
import Testing

/// A short run of what `Scripts/fuzz` does for as long as one likes.
@Suite struct FuzzingTests {
  @Test func everyReaderReadsItsSoundFiles() throws {
    try withTemporaryFolder { folder in
      let fuzzer = Fuzzer(seed: 0, folder: folder)
      for target in try FuzzTarget.all() where target.name != "bomb" {
        #expect(try fuzzer.run(target, round: 0), "\(target.name)")
      }
    }
  }

  @Test func noReaderTrapsOnDamagedFiles() throws {
    try withTemporaryFolder { folder in
      let fuzzer = Fuzzer(seed: 1, folder: folder)
      for target in try FuzzTarget.all() {
        for round in 1...12 { _ = try fuzzer.run(target, round: round) }
      }
    }
  }
}
