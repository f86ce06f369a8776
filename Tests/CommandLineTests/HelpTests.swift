import Foundation
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

  /// Help is wrapped at 80 columns, which would tear an example that one copies.
  @Test func examplesOfTheHelpFitALine() throws {
    struct Dump: Decodable {
      struct Command: Decodable {
        let commandName: String
        let discussion: String?
        let subcommands: [Command]?
      }
      let command: Command
    }
    let result = try isoflop(["--experimental-dump-help"])
    var commands = [try JSONDecoder().decode(Dump.self, from: Data(result.output.utf8)).command]
    var examples = 0
    while let command = commands.popLast() {
      commands += command.subcommands ?? []
      for line in (command.discussion ?? "").split(separator: "\n") where line.hasPrefix("isoflop ")
      {
        examples += 1
        #expect(line.count <= 80, "\(command.commandName): \(line)")
      }
    }
    #expect(examples > 50)
  }
}
