import ArgumentParser
import Experiments

/// A file of token ids and the share of rows it gives: `train.bin`, `thai.bin:0.3`.
struct WeightedFile: ExpressibleByArgument {
  /// The file and its share.
  let source: RunRequest.Source

  init?(argument: String) {
    // A name with a colon in it is a name: only a number after the last one is a weight.
    guard let colon = argument.lastIndex(of: ":"),
      let weight = Double(argument[argument.index(after: colon)...])
    else {
      guard !argument.isEmpty else { return nil }
      source = RunRequest.Source(path: argument)
      return
    }
    guard weight > 0, weight.isFinite, colon > argument.startIndex else { return nil }
    source = RunRequest.Source(path: String(argument[..<colon]), weight: weight)
  }
}
