import ArgumentParser

/// The commands about texts.
struct CorpusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "corpus",
    abstract: "Look at texts and describe them.",
    subcommands: [CorpusManifestCommand.self]
  )
}
