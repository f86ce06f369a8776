import ArgumentParser
import Evaluation
import Experiments
import Reports

/// Compares languages with a reference on parallel text.
struct GapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gap",
    abstract: "Compare the loss of languages with a reference on parallel text.",
    discussion: """
      isoflop gap --losses runs/demo/ladder/L4-d128-D1310k/losses.csv
      isoflop gap --losses losses.csv --reference fr --tolerance 40 --json

      The file has the columns language,segment,nats,tokens,bytes, a row a
      segment; nats is the segment's total, and segment i says the same in every
      language. Gaps are in bits per segment, with a paired bootstrap interval
      over segments.
      """
  )

  @Option(help: ArgumentHelp("The measured losses.", valueName: "file"))
  var losses: String

  @Option(help: ArgumentHelp("The language others are compared with.", valueName: "tag"))
  var reference = "en"

  @Option(help: ArgumentHelp("The share that intervals cover.", valueName: "share"))
  var confidence = 0.9

  @Option(help: ArgumentHelp("Samples behind an interval.", valueName: "count"))
  var resamples = 2000

  @Option(help: ArgumentHelp("The seed of the resampling.", valueName: "number"))
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("Exit with 2 for a gap beyond this.", valueName: "bits/segment"))
  var tolerance: Double?

  @Flag(help: "Print one JSON object with every digit.")
  var json = false

  func validate() throws {
    guard confidence > 0, confidence < 1 else {
      throw ValidationError("--confidence must lie between 0 and 1.")
    }
    guard (1...1_000_000).contains(resamples) else {
      throw ValidationError("--resamples must lie between 1 and 1000000.")
    }
  }

  func run() throws {
    let gap = try LossGap(
      LossTable(contentsOf: losses),
      reference: reference,
      confidence: confidence,
      resamples: resamples,
      seed: seed
    )
    let report = GapReport(gap)
    Console.write(json ? report.json.text : report.text)
    if let tolerance, gap.languages.contains(where: { $0.gapBitsPerSegment > tolerance }) {
      throw ExitStatus.gapBeyondTolerance
    }
  }
}
