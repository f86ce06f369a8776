import Randomness

/// Merges the symbols of a piece by a ``SymbolQueue``; with a dropout, merges are left out with that
/// probability.
struct SymbolMerger: ~Copyable {
  private var pairs = SymbolQueue()

  /// Merges symbols as long as there is something to merge.
  mutating func merge(
    _ symbols: inout [Symbol],
    _ ranks: borrowing PairRanks,
    dropout: Double,
    random: inout Xoshiro256
  ) {
    if symbols.count < 2 { return }
    pairs.start()
    for symbol in symbols { pairs.append(symbol) }
    pairs.merge(ranks) { dropout > 0 && random.uniform() < dropout }
    symbols.removeAll(keepingCapacity: true)
    pairs.forEach { symbols.append($0) }
  }
}
