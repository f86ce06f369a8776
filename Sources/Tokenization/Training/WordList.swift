/// The distinct words as tokens, in one flat array that merging shortens in place.
///
/// A word is its count in two numbers, its tokens, and an end mark; a word is named by the place of
/// its count. All that a merge reads and writes of a word lies side by side.
struct WordList: ~Copyable {
  /// Ends a word; no token has this number.
  static let end = TokenID.max

  /// Counts (low half, high half), tokens and end marks.
  var values: FlatArray<UInt32>
  /// The places of the words.
  private(set) var places: FlatArray<UInt32>

  init(capacity: Int, tokenCapacity: Int) {
    values = FlatArray(capacity: tokenCapacity + 3 * capacity)
    places = FlatArray(capacity: capacity)
  }

  /// How many words there are.
  var count: Int { places.count }

  /// Starts a word; its tokens follow by ``append(_:)``, then ``finishWord()``.
  mutating func startWord(count: UInt64) throws(TokenizationError) {
    guard let place = UInt32(exactly: values.count) else {
      throw .corpusTooLarge(what: "distinct words")
    }
    places.append(place)
    values.append(UInt32(truncatingIfNeeded: count))
    values.append(UInt32(truncatingIfNeeded: count >> 32))
  }

  @inline(__always)
  mutating func append(_ token: TokenID) {
    values.append(token)
  }

  /// Ends a word; one without any pair is dropped, since nothing can be merged in it.
  mutating func finishWord() {
    let place = Int(places[places.count - 1])
    if values.count - place < 4 {
      values.truncate(to: place)
      places.truncate(to: places.count - 1)
    } else {
      values.append(Self.end)
    }
  }

  /// How often a word occurs.
  @inline(__always)
  func wordCount(at place: Int) -> Int64 {
    Int64(values[place]) | Int64(values[place + 1]) << 32
  }
}
