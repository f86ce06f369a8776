import ArgumentParser
import Experiments

/// `isoflop model finetune`: a trained model learns on.
struct ModelFinetune: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "finetune",
    abstract: "Train a model further on other token ids.",
    discussion: """
      isoflop model finetune --model runs/a --ids thai.bin --steps 200 -o runs/thai
      isoflop model finetune --model gpt2-folder --ids train.bin --tokens 1M \\
        --lr 1e-4 -o runs/mine

      The same as model train --init, with a tenth of its learning rate where
      none is named. The model's tokenizer is laid beside the new one. An
      interrupted run goes on with model train --resume.
      """
  )

  @Option(help: ArgumentHelp("The model folder to start from.", valueName: "folder"))
  var model: String

  @OptionGroup var dropout: DropoutOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Run") var options: RunOptions

  func validate() throws {
    try training.validateNew()
    if options.output == nil, !options.dryRun {
      throw ValidationError("Name the run's folder: -o runs/first.")
    }
  }

  func run() throws {
    try options.start { threads in
      var request = training.request(start: .model(model), threads: threads)
      request.dropout = dropout.probabilities
      return request
    }
  }
}
