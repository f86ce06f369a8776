import ArgumentParser
import Corpora
import Files
import Reports

/// `isoflop corpus list`: which languages a corpus has.
struct CorpusListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the languages of a corpus, or the corpora of a folder.",
    discussion: """
      isoflop corpus list
      isoflop corpus list Corpora/everyday
      isoflop corpus list my-texts --json

      Without a folder, the corpora that come with isoflop, when run where they
      lie.
      """
  )

  @Argument(help: "A corpus, or a folder of corpora.")
  var folder = "Corpora"

  @OptionGroup var format: FormatOptions

  func run() throws {
    guard try fileKind(folder) != nil else {
      guard folder == "Corpora" else { throw FilesError.notFound(path: folder) }
      throw ValidationError("No folder Corpora lies here: name a corpus.")
    }
    let report = CorpusListReport(try CorpusListing.all(in: folder))
    Console.write(format.json ? report.json.text : format.csv ? report.csv : report.text)
  }
}
