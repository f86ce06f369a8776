import ArgumentParser
import Corpora
import Files
import Reports
import Synchronization

/// `isoflop corpus stats`: what texts are made of.
struct CorpusStatsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "Count what texts are made of, language by language.",
    discussion: """
      isoflop corpus stats Corpora/everyday
      isoflop corpus stats web.jsonl.zst --field content --json
      zcat *.txt.gz | isoflop corpus stats -

      Bytes, code points, graphemes, words (Unicode's, by dictionary where a
      script writes no spaces), scripts, what normal forms would change, exact
      duplicates, and the entropies of single bytes, characters and words.
      Files of one name are one language: en.txt, more/en.jsonl.gz.
      """
  )

  @OptionGroup var texts: TextArguments
  @OptionGroup var format: FormatOptions
  @OptionGroup var work: WorkOptions

  func run() throws {
    let inputs = try texts.inputs()
    let total = inputs.reduce(Int?(0)) { sum, input in
      sum.flatMap { sum in input.storedBytes.map { sum + $0 } }
    }
    let rows = try work.run { progress in
      let done = Mutex(0)
      return try TextStatistics.count(
        inputs,
        threads: work.threads,
        isInterrupted: { Interruption.isRequested },
        progress: { bytes in
          let sum = done.withLock { done in
            done += bytes
            return done
          }
          progress.update(stage: "Counting", done: sum, of: total)
        }
      )
    }
    if rows.allSatisfy({ $0.statistics.documents == 0 }) {
      throw CorpusError.empty(paths: texts.paths)
    }
    let report = StatisticsReport(rows)
    Console.write(format.json ? report.json.text : format.csv ? report.csv : report.text)
  }
}
