import Files
import Testing

@Suite struct EndlessFileTests {
  @Test(.enabled(if: (try? fileKind("/dev/zero")) != nil))
  func aDeviceThatNeverEndsIsRefused() {
    let error = #expect(throws: FilesError.endless(path: "/dev/zero", limit: 1 << 30)) {
      try readFile("/dev/zero")
    }
    #expect(error?.description.contains("Save it to a file first") == true)
    #expect(throws: Never.self) { try readFile("/dev/null").isEmpty }
  }
}
