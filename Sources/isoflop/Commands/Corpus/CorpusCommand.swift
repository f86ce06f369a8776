import ArgumentParser

/// The commands about texts.
struct CorpusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "corpus",
    abstract: "Describe texts and split them for training and evaluation.",
    subcommands: [CorpusSplitCommand.self, CorpusManifestCommand.self]
  )
}
