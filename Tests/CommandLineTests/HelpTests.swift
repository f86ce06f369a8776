import TestSupport
import Testing

@Suite struct HelpTests {
  @Test func theBareCommandPrintsItsHelp() throws {
    let result = try isoflop([])
    #expect(result.status == 0)
    #expect(result.output.contains("USAGE: isoflop"))
    #expect(result.errors.isEmpty)
  }

  @Test(arguments: [["--nonsense"], ["nonsense"]])
  func wrongUsageExitsWith64(arguments: [String]) throws {
    let result = try isoflop(arguments)
    #expect(result.status == 64)
    #expect(result.output.isEmpty)
    #expect(result.errors.contains("nonsense"))
  }
}
