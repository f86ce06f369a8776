import ArgumentParser

@main
struct Isoflop: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "isoflop",
    abstract: "Measures tokenizers, small language models and their scaling laws.",
    subcommands: [],
    groupedSubcommands: [
      CommandGroup(name: "Build", subcommands: [CorpusCommand.self])
    ]
    subcommands: [TokenizerCommand.self]
    groupedSubcommands: [
      CommandGroup(name: "Predict", subcommands: [EstimateCommand.self, LawCommand.self]),
      CommandGroup(name: "Build", subcommands: [ModelCommand.self]),
    ]
  )
}
