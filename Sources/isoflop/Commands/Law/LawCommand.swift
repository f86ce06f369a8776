import ArgumentParser

/// `isoflop law`: what is done with scaling laws.
struct LawCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "law",
    abstract: "Look up, fit and ask scaling laws.",
    subcommands: [LawList.self, LawShow.self, LawFit.self, LawPredict.self]
  )
}
