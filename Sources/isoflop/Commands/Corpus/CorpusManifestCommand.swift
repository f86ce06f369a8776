import ArgumentParser
import Corpora

/// Writes the manifest of a folder of texts.
struct CorpusManifestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manifest",
    abstract: "Write MANIFEST.json for a folder of texts.",
    discussion: """
      The folder holds one text file per language, named LANGUAGE.txt, one
      segment a line. What an older manifest says of names, scripts, order
      and licence is kept where no option says otherwise.

      EXAMPLES:
        isoflop corpus manifest texts --license CC0-1.0
        isoflop corpus manifest texts --every 5 --remainder 4
      """
  )

  @Argument(help: "The folder.")
  var folder: String

  @Option(help: ArgumentHelp("A short name for the corpus.", valueName: "text"))
  var name: String?

  @Option(help: ArgumentHelp("What the texts are and who wrote them.", valueName: "text"))
  var description: String?

  @Option(help: ArgumentHelp("The SPDX identifier of the licence.", valueName: "id"))
  var license: String?

  @Option(help: ArgumentHelp("Hold out one segment of this many.", valueName: "count"))
  var every: Int?

  @Option(
    help: ArgumentHelp("Which one: the held-out index, modulo --every.", valueName: "index")
  )
  var remainder: Int?

  func validate() throws {
    if let every, every < 2 { throw ValidationError("--every \(every) must be at least 2.") }
    if let remainder {
      guard let every else { throw ValidationError("--remainder needs --every.") }
      guard (0..<every).contains(remainder) else {
        throw ValidationError("--remainder \(remainder) must lie between 0 and \(every - 1).")
      }
    }
  }

  func run() throws {
    var words = CorpusManifest.Description()
    words.name = name
    words.description = description
    words.license = license
    words.split = every.map { SegmentSplit(every: $0, remainder: remainder ?? $0 - 1) }
    let manifest = try CorpusManifest.describing(folder: folder, as: words)
    try manifest.write(folder: folder)
    let segments = manifest.languages.reduce(0) { $0 + $1.segments }
    Console.writeLine(
      "\(folder)/\(CorpusManifest.fileName): \(manifest.languages.count) languages, "
        + "\(segments) segments, \(manifest.parallel ? "parallel" : "not parallel")"
    )
  }
}
