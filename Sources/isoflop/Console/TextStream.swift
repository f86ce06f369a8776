/// Text that arrives in pieces of bytes and is let go as soon as it is certain.
///
/// Nothing is let go that could still become another character, or the beginning of a string that
/// ends the text.
struct TextStream {
  private let stops: [[UInt8]]
  private var pending: [UInt8] = []
  /// Whether one of the strings that end the text has come.
  private(set) var isStopped = false

  /// Starts a text that ends before the first of some strings.
  init(stops: [String] = []) {
    self.stops = stops.map { Array($0.utf8) }.filter { !$0.isEmpty }
  }

  /// Takes bytes and gives back what has become certain.
  mutating func add(_ bytes: [UInt8]) -> String {
    guard !isStopped else { return "" }
    pending += bytes
    if let end = stops.compactMap(firstPlace).min() {
      isStopped = true
      let text = String(decoding: pending[..<end], as: UTF8.self)
      pending = []
      return text
    }
    let held = max(heldForStops, heldForCharacter)
    let text = String(decoding: pending.dropLast(held), as: UTF8.self)
    pending.removeFirst(pending.count - held)
    return text
  }

  /// Gives back what was held.
  mutating func finish() -> String {
    defer { pending = [] }
    return String(decoding: pending, as: UTF8.self)
  }

  /// Where a string lies in what is held.
  private func firstPlace(_ stop: [UInt8]) -> Int? {
    guard pending.count >= stop.count else { return nil }
    return (0...pending.count - stop.count).first { pending[$0...].starts(with: stop) }
  }

  /// The length of the longest end that begins one of the strings.
  private var heldForStops: Int {
    stops.map { stop in
      (0..<min(stop.count, pending.count + 1)).last {
        pending.suffix($0).elementsEqual(stop.prefix($0))
      }
        ?? 0
    }.max() ?? 0
  }

  /// The length of a character's beginning at the end.
  private var heldForCharacter: Int {
    for length in 1..<4 where length <= pending.count {
      let byte = pending[pending.count - length]
      if byte & 0b1100_0000 == 0b1000_0000 { continue }
      let needed = byte >= 0b1111_0000 ? 4 : byte >= 0b1110_0000 ? 3 : byte >= 0b1100_0000 ? 2 : 1
      return needed > length ? length : 0
    }
    return 0
  }
}
