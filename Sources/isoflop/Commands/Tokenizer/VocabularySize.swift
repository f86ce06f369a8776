import ArgumentParser

/// A number of tokens as people write it: `8192`, `8_192`, `8k` (8,000), `8Ki` (8,192), `3.2e4`.
struct VocabularySize: ExpressibleByArgument {
  let count: Int

  init?(argument: String) {
    let text = argument.filter { $0 != "_" && $0 != "," }
    for (suffix, factor) in [("ki", 1024.0), ("k", 1000.0), ("m", 1e6)]
    where text.lowercased().hasSuffix(suffix) {
      self.init(Double(text.dropLast(suffix.count)), factor)
      return
    }
    self.init(Double(text), 1)
  }

  private init?(_ number: Double?, _ factor: Double) {
    guard let number, case let count = number * factor, count >= 1, count < 1e15,
      count == count.rounded()
    else { return nil }
    self.count = Int(count)
  }
}
