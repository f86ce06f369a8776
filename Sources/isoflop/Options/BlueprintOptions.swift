import Accounting
import ArgumentParser
import Files

/// Which model is counted.
struct BlueprintOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A Hugging Face config.json (GPT-2, Llama, Mistral, Mixtral, Qwen), or its folder.",
      valueName: "file"
    )
  )
  var blueprint: String?

  @Option(
    help: ArgumentHelp(
      "A well-known model: \(Blueprint.presetNames.joined(separator: ", ")).",
      valueName: "name"
    )
  )
  var preset: String?

  func validate() throws {
    if blueprint != nil, preset != nil {
      throw ValidationError("--blueprint and --preset exclude each other.")
    }
    if let preset {
      do { _ = try Blueprint.preset(preset) } catch { throw ValidationError(error.description) }
    }
  }

  /// The blueprint asked for, or nil.
  func read() throws -> Blueprint? {
    if let preset { return try Blueprint.preset(preset) }
    guard let blueprint else { return nil }
    let path =
      try fileKind(blueprint) == .folder ? joined(blueprint, "config.json") : blueprint
    return try Blueprint(huggingFaceConfiguration: readFile(path))
  }
}
