/// At which length the tokens of a text are cut.
public struct Truncation: Sendable, Hashable {
  /// An end of a text.
  public enum Side: String, CaseIterable, Sendable, Hashable {
    /// The start.
    case left = "Left"
    /// The end.
    case right = "Right"
  }

  /// How many tokens remain at most, special ones around the text included.
  public var maximumLength: Int
  /// The end at which tokens are cut off.
  public var direction: Side
  /// Which text of a pair is cut, in the words of `tokenizer.json`.
  public var strategy: String
  /// How many tokens the rest of a cut text shares with it; kept for programs that read rests.
  public var stride: Int

  /// Creates a limit.
  public init(
    maximumLength: Int,
    direction: Side = .right,
    strategy: String = "LongestFirst",
    stride: Int = 0
  ) {
    self.maximumLength = maximumLength
    self.direction = direction
    self.strategy = strategy
    self.stride = stride
  }
}

/// To which length the tokens of a text are filled up.
public struct Padding: Sendable, Hashable {
  /// How many tokens there are at least; nil for as many as the longest text of a batch has.
  public var length: Int?
  /// The end at which tokens are added.
  public var direction: Truncation.Side
  /// A number that the length is a multiple of, or nil.
  public var multiple: Int?
  /// The token that fills up.
  public var id: TokenID
  /// Its type, for models that tell two texts apart.
  public var typeID: Int
  /// Its spelling.
  public var token: String

  /// Creates a filling.
  public init(
    length: Int?,
    direction: Truncation.Side = .right,
    multiple: Int? = nil,
    id: TokenID = 0,
    typeID: Int = 0,
    token: String = "[PAD]"
  ) {
    self.length = length
    self.direction = direction
    self.multiple = multiple
    self.id = id
    self.typeID = typeID
    self.token = token
  }

  /// The length that texts of some lengths are filled up to.
  func target(for lengths: some Sequence<Int>) -> Int {
    var target = length ?? lengths.max() ?? 0
    if let multiple, multiple > 0, target % multiple > 0 { target += multiple - target % multiple }
    return target
  }
}

/// How long the encodings of texts may be, and must be.
public struct LengthLimits: Sendable, Hashable {
  /// At which length texts are cut, or nil.
  public var truncation: Truncation?
  /// To which length texts are filled up, or nil.
  public var padding: Padding?

  /// Creates limits.
  public init(truncation: Truncation? = nil, padding: Padding? = nil) {
    self.truncation = truncation
    self.padding = padding
  }
}

extension Tokenizer {
  /// The limits that the tokenizer's file sets.
  public var limits: LengthLimits {
    LengthLimits(truncation: configuration.truncation, padding: configuration.padding)
  }

  /// Finishes the encoding of one text, as those of a batch are finished.
  public func finish(
    _ encoding: Encoding,
    addsSpecialTokens: Bool = true,
    limits: LengthLimits? = nil
  ) throws(TokenizationError) -> Encoding {
    try finish([encoding], addsSpecialTokens: addsSpecialTokens, limits: limits)[0]
  }

  /// Finishes the encodings of a batch: cuts them, puts special tokens around them and fills them up.
  ///
  /// - Parameters:
  ///   - encodings: The encodings of the texts alone.
  ///   - addsSpecialTokens: Whether the post-processor's special tokens are added.
  ///   - limits: The lengths; nil for those of the tokenizer's file.
  /// - Returns: The encodings in the order of the texts.
  /// - Throws: ``TokenizationError/wrongOption(name:value:remedy:)`` where the special tokens alone
  ///   are more than the greatest length.
  public func finish(
    _ encodings: [Encoding],
    addsSpecialTokens: Bool = true,
    limits: LengthLimits? = nil
  ) throws(TokenizationError) -> [Encoding] {
    let limits = limits ?? self.limits
    var finished: [Encoding] = []
    finished.reserveCapacity(encodings.count)
    let around = addsSpecialTokens ? addingSpecialTokens([TokenID]()).count : 0
    for var encoding in encodings {
      if let truncation = limits.truncation {
        let room = truncation.maximumLength - around
        if room < 0 {
          throw .wrongOption(
            name: "the greatest length",
            value: "\(truncation.maximumLength)",
            remedy: "the special tokens around a text are \(around) already"
          )
        }
        let isCut = encoding.ids.count > room
        encoding.truncate(to: room, truncation.direction)
        if isCut, truncation.direction == .left { keepFirstSpace(of: &encoding) }
      }
      finished.append(addsSpecialTokens ? addingSpecialTokens(encoding) : encoding)
    }
    if let padding = limits.padding {
      let target = padding.target(for: finished.map(\.ids.count))
      if target > Padding.longest {
        throw .wrongOption(
          name: "the length to fill up to",
          value: "\(target)",
          remedy: "choose at most \(Padding.longest)"
        )
      }
      for index in finished.indices { finished[index].pad(to: target, padding) }
    }
    return finished
  }
}

extension Padding {
  /// The greatest length that texts are filled up to, which no file can exceed.
  static let longest = 1 << 24
}

extension Encoding {
  /// Keeps the first or the last tokens.
  mutating func truncate(to count: Int, _ direction: Truncation.Side) {
    let excess = ids.count - count
    if excess <= 0 { return }
    switch direction {
    case .right:
      ids.removeLast(excess)
      offsets.removeLast(excess)
    case .left:
      ids.removeFirst(excess)
      offsets.removeFirst(excess)
    }
  }

  /// Adds filling tokens, which stand for nothing.
  mutating func pad(to count: Int, _ padding: Padding) {
    let lack = count - ids.count
    if lack <= 0 { return }
    let fill = Array(repeating: padding.id, count: lack)
    let nothing = Array(repeating: 0..<0, count: lack)
    switch padding.direction {
    case .right:
      ids += fill
      offsets += nothing
    case .left:
      ids = fill + ids
      offsets = nothing + offsets
    }
  }
}
