import ArgumentParser

/// `isoflop model`: what is done with models.
struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "Describe models.",
    subcommands: [ModelDescribe.self]
  )
}
