import ArgumentParser
import Files
import ScalingLaws

/// Which laws answer.
struct LawOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A published law (isoflop law list) or a law.json; repeat for several.",
      valueName: "name|file"
    )
  )
  var law: [String] = []

  /// The laws asked for, or those that budgets are compared by.
  func read() throws -> [ComparedLaw] {
    let names = law.isEmpty ? PublishedLaw.comparedNames : law
    return try names.map(LawOptions.law)
  }

  /// A published law by its name, otherwise a law file by its path.
  static func law(_ name: String) throws -> ComparedLaw {
    let published = try PublishedLaw.all()
    if let law = published.first(where: { $0.name == name }) { return try ComparedLaw(law) }
    guard name.hasSuffix(".json") || name.contains("/") || name == "-" else {
      return try ComparedLaw(PublishedLaw.named(name))
    }
    return ComparedLaw(try LawFile.read(name), name: name)
  }
}
