import ArgumentParser

/// The commands about texts.
struct CorpusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "corpus",
    abstract: "Describe, clean, mix and split texts for training and evaluation.",
    subcommands: [
      CorpusListCommand.self, CorpusStatsCommand.self, CorpusCleanCommand.self,
      CorpusMixCommand.self, CorpusSplitCommand.self,
      CorpusManifestCommand.self,
    ]
  )
}
