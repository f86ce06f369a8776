import ArgumentParser
import Experiments
import Training

/// What a model is measured on in training.
struct ValidationOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Held-out token ids; languages as labeled here or in the file's description.",
      valueName: "file[:label]"
    )
  )
  var validation: [LabeledFile] = []

  @Option(
    help: ArgumentHelp(
      "A corpus whose held-out segments are measured on; needs --tokenizer.",
      valueName: "path"
    )
  )
  var validationCorpus: String?

  @Option(help: ArgumentHelp("Steps between evaluations; a tenth of all.", valueName: "steps"))
  var evaluateEvery: Count?

  @Option(
    help: ArgumentHelp(
      "End after so many evaluations without improvement, and keep the best weights.",
      valueName: "evaluations"
    )
  )
  var earlyStopping: Count?

  @Option(
    help: ArgumentHelp(
      "By how much a loss must fall to count as improved; 0 by default.",
      valueName: "nats"
    )
  )
  var minImprovement: Double?

  func validate() throws {
    for (name, count) in [("evaluate-every", evaluateEvery), ("early-stopping", earlyStopping)] {
      guard let count else { continue }
      if count.whole == nil { throw ValidationError("--\(name) is a whole number.") }
      if validation.isEmpty, validationCorpus == nil {
        throw ValidationError("--\(name) needs held-out text: --validation valid.bin.")
      }
    }
    if let minImprovement {
      guard minImprovement >= 0, minImprovement.isFinite else {
        throw ValidationError("--min-improvement is a number from 0 up.")
      }
      if earlyStopping == nil {
        throw ValidationError("--min-improvement goes with --early-stopping.")
      }
    }
  }

  /// Whether nothing was said.
  var isEmpty: Bool {
    validation.isEmpty && validationCorpus == nil && evaluateEvery == nil && earlyStopping == nil
  }

  /// Says what was typed.
  func apply(to request: inout RunRequest) {
    request.validation = validation.map(\.file)
    request.validationCorpus = validationCorpus
    request.evaluationInterval = evaluateEvery?.whole
    request.earlyStopping = earlyStopping?.whole.map {
      EarlyStopping(patience: $0, minimumImprovement: minImprovement ?? 0)
    }
  }
}

/// A file of token ids and what its text is called: `valid.bin`, `thai.bin:th`.
struct LabeledFile: ExpressibleByArgument {
  /// The file and its label.
  let file: RunRequest.ValidationFile

  init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    let label = argument.split(separator: ":", omittingEmptySubsequences: false).last ?? ""
    let isLabel = !label.isEmpty && label.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" }
    // A name with a colon in it is a name unless what follows the last one could be a label.
    guard isLabel, label.count < argument.count - 1 else {
      file = RunRequest.ValidationFile(path: argument)
      return
    }
    file = RunRequest.ValidationFile(
      path: String(argument.dropLast(label.count + 1)),
      label: String(label)
    )
  }
}
