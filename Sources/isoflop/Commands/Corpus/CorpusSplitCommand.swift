import ArgumentParser
import Corpora
import Files

/// Writes the two sides of a corpus's split into folders of their own.
struct CorpusSplitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "split",
    abstract: "Write the training and the held-out text of a corpus apart.",
    discussion: """
      isoflop corpus split my-texts -o split
      isoflop corpus split Corpora/everyday --languages en,th -o split

      Makes split/training and split/evaluation, each with one LANGUAGE.txt per
      language, by the rule of the corpus's manifest (otherwise the last of
      every ten segments is held out). What a model is trained on and what it is
      measured on then never meet.
      """
  )

  @Argument(help: "The corpus: a folder or a file.")
  var corpus: String

  @Option(help: ArgumentHelp("The languages taken: en,th,sw.", valueName: "tag,…"))
  var languages: TagList?

  @Option(name: [.short, .long], help: ArgumentHelp("Where the folders go.", valueName: "folder"))
  var output: String

  func run() throws {
    let corpus = try Corpus(path: corpus, languages: languages?.tags)
    try corpus.validateSplit()
    let training = joined(output, "training")
    let evaluation = joined(output, "evaluation")
    try prepareOutputFolder(training)
    try prepareOutputFolder(evaluation)
    var counts = (training: 0, evaluation: 0)
    for language in corpus.languages {
      let kept = corpus.trainingSegments(of: language)
      let held = corpus.evaluationSegments(of: language)
      try write(kept, to: joined(training, language.tag + ".txt"))
      try write(held, to: joined(evaluation, language.tag + ".txt"))
      counts.training += kept.count
      counts.evaluation += held.count
    }
    Console.write(
      "\(training): \(counts.training) segments\n\(evaluation): \(counts.evaluation) segments\n"
    )
  }

  private func write(_ segments: [Segment], to path: String) throws {
    try writeFile(path, segments.map { $0.text + "\n" }.joined())
  }
}
