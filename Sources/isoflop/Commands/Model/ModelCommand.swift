import ArgumentParser

/// `isoflop model`: what is done with models.
struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "Describe, create, inspect, convert and run models.",
    subcommands: [
      ModelDescribe.self, ModelInit.self, ModelGenerate.self, ModelInspect.self,
      ModelConvert.self,
    ]
  )
}
