import Accounting
import ArgumentParser
import Files
import LanguageModels

/// Which model is counted.
struct BlueprintOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A config.json (GPT-2, Llama, Mistral, Mixtral, Qwen, isoflop), or its folder.",
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
    do {
      return try Blueprint(huggingFaceConfiguration: readFile(path))
    } catch let error as AccountingError {
      // What only isoflop can express is not among the published architectures.
      guard let shape = try? ModelShape(configuration: path) else {
        throw BlueprintError(path: path, cause: error)
      }
      return Blueprint(shape, name: blueprint)
    }
  }
}

/// A blueprint's file that cannot be read as one.
private struct BlueprintError: Error, CustomStringConvertible {
  let path: String
  let cause: AccountingError

  var description: String { "\(path): \(cause.description)" }
}
