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

/// One or several numbers of tokens, `8k,16k,32k`; a comma before exactly three digits belongs to the
/// number, as in `32,768`, unless the parts are both sizes above the 256 bytes, as in `500,600`.
struct VocabularySizes: ExpressibleByArgument {
  /// The numbers, at least one, each once.
  let counts: [Int]

  init?(argument: String) {
    var parts: [String] = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let isGroup = part.count == 3 && part.allSatisfy { $0.isASCII && $0.isNumber }
      let before = parts.last?.split(separator: ",").first ?? ""
      let areSizes = [parts.last ?? "", String(part)].allSatisfy { Int($0) ?? 0 > 256 }
      if isGroup, !areSizes, (1...3).contains(before.count), before.allSatisfy({ $0.isNumber }) {
        parts[parts.count - 1] += "," + part
      } else {
        parts.append(String(part))
      }
    }
    let sizes = parts.compactMap { VocabularySize(argument: $0)?.count }
    guard sizes.count == parts.count, Set(sizes).count == sizes.count, !sizes.isEmpty else {
      return nil
    }
    counts = sizes
  }
}
