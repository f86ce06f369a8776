import ArgumentParser
import Files
import Tokenization

/// `isoflop tokenizer merge`: the union of two vocabularies.
struct TokenizerMerge: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Put the vocabularies of two tokenizers together.",
    discussion: """
      isoflop tokenizer merge en.json sw.json -o both.json

      The first tokenizer's tokens keep their numbers; those that only the
      second has follow. Merges are the first one's, then the second one's: a
      text is merged as the first does it, then further by what the second
      knows. Tokens of the second that can not be reached any more are counted.
      Both must normalize and cut text alike.
      """
  )

  @Argument(help: "The tokenizer.json whose numbers stay.")
  var first: String

  @Argument(help: "The tokenizer.json whose tokens are added.")
  var second: String

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The tokenizer.json to write.", valueName: "file")
  )
  var output: String

  @Flag(name: [.customShort("n"), .long], help: "Say what would come out, and write nothing.")
  var dryRun = false

  @Flag(help: "Print the facts as JSON.")
  var json = false

  func run() throws {
    try checkWritable(output, reading: [first, second])
    let one = try Tokenizer(contentsOf: first)
    let other = try Tokenizer(contentsOf: second)
    let merged = try one.merged(with: other)
    if !dryRun { try merged.tokenizer.save(to: output) }
    let added = merged.tokenizer.vocabularySize - one.vocabularySize
    let shared = other.vocabularySize - added
    if json {
      Console.writeLine(
        JSONText.object([
          ("vocabulary_size", "\(merged.tokenizer.vocabularySize)"),
          ("added_tokens", "\(added)"), ("shared_tokens", "\(shared)"),
          ("merges", "\(merged.tokenizer.model.merges.count)"),
          ("unreachable_tokens", JSONText.array(merged.unreachable.map { "\($0)" })),
          ("sha256", JSONText.string(merged.tokenizer.digest)),
          ("output", JSONText.string(output)),
        ])
      )
      return
    }
    Console.writeLine(
      """
      \(output): \(merged.tokenizer.vocabularySize) tokens, \(one.vocabularySize) of the first, \
      \(added) only of the second (\(shared) in both); \(merged.unreachable.count) of these can not \
      be reached
      """
    )
  }
}
