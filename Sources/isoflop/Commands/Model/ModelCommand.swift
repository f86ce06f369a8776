import ArgumentParser

/// `isoflop model`: what is done with models.
struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "Describe, create, train, measure, inspect, convert and run models.",
    subcommands: [
      ModelDescribe.self, ModelInit.self, ModelTrain.self, ModelFinetune.self,
      ModelEvaluate.self, ModelGenerate.self, ModelInspect.self, ModelConvert.self,
    ]
  )
}
