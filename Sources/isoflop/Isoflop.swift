import ArgumentParser

@main
struct Isoflop: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "isoflop",
    abstract: "Measures tokenizers, small language models and their scaling laws.",
    version: "0.1.0",
    groupedSubcommands: [
      CommandGroup(
        name: "Predict",
        subcommands: [EstimateCommand.self, GapCommand.self, LawCommand.self]
      ),
      CommandGroup(
        name: "Build",
        subcommands: [
          DemoCommand.self, CorpusCommand.self, TokenizerCommand.self, ModelCommand.self,
        ]
      ),
    ]
  )
}
