import Files
import Tokenization

/// Prints the encoding of a text that comes in parts: the ids, or a JSON object.
///
/// Ids are printed at once. The object's tokens and offsets follow its ids, and wait in files without
/// a name where they are many; where lengths are limited, the tokens that may remain are kept.
struct EncodingPrinter {
  private let tokenizer: Tokenizer
  private let isJSON: Bool
  private let addsSpecialTokens: Bool
  private let limits: LengthLimits
  private var output = OutputBuffer()
  private var tokens = WaitingText()
  private var offsets = WaitingText()
  private var isEmpty = true
  /// What is kept for the limits.
  private var kept = Encoding(ids: [], offsets: [])
  private let after: Encoding

  /// Starts a text.
  ///
  /// - Parameters:
  ///   - tokenizer: The tokenizer.
  ///   - isJSON: Whether an object is printed.
  ///   - addsSpecialTokens: Whether the post-processor's special tokens are put around the text.
  ///   - limits: How long the encoding may be, and must be.
  /// - Throws: ``FilesError`` where a file for what waits cannot be written.
  init(_ tokenizer: Tokenizer, isJSON: Bool, addsSpecialTokens: Bool, limits: LengthLimits) throws {
    self.tokenizer = tokenizer
    self.isJSON = isJSON
    self.addsSpecialTokens = addsSpecialTokens
    self.limits = limits
    let mark = 1..<2
    var around = Encoding(ids: [0], offsets: [mark])
    if addsSpecialTokens { around = tokenizer.addingSpecialTokens(around) }
    let place = around.offsets.firstIndex(of: mark) ?? 0
    after = Encoding(
      ids: Array(around.ids[(place + 1)...]),
      offsets: Array(around.offsets[(place + 1)...])
    )
    if isJSON { output.append("{\"ids\": [") }
    if !hasLimits {
      try print(
        Encoding(ids: Array(around.ids[..<place]), offsets: Array(around.offsets[..<place]))
      )
    }
  }

  private var hasLimits: Bool { limits.truncation != nil || limits.padding != nil }

  /// Takes the next tokens.
  ///
  /// Without JSON, there need be no offsets.
  mutating func append(_ part: Encoding) throws {
    guard hasLimits else {
      try print(part)
      return
    }
    kept.ids += part.ids
    kept.offsets +=
      part.offsets.isEmpty ? Array(repeating: 0..<0, count: part.ids.count) : part.offsets
    // One more than may remain, so that it is known that some were cut.
    guard let truncation = limits.truncation else { return }
    let excess = kept.ids.count - truncation.maximumLength - 1
    guard excess > 0 else { return }
    switch truncation.direction {
    case .right:
      kept.ids.removeLast(excess)
      kept.offsets.removeLast(excess)
    case .left:
      kept.ids.removeFirst(excess)
      kept.offsets.removeFirst(excess)
    }
  }

  /// Ends the text.
  mutating func finish() throws {
    if hasLimits {
      try print(
        tokenizer.finish(kept, addsSpecialTokens: addsSpecialTokens, limits: limits)
      )
    } else {
      try print(after)
    }
    if isJSON {
      output.append("], \"tokens\": [")
      try tokens.forEachPart { output.append($0) }
      output.append("], \"offsets\": [")
      try offsets.forEachPart { output.append($0) }
      output.append("]}")
    }
    output.append("\n")
    output.flush()
  }

  private mutating func print(_ part: Encoding) throws {
    for (index, id) in part.ids.enumerated() {
      if !isEmpty {
        if isJSON { output.append(UInt8(ascii: ",")) }
        output.append(UInt8(ascii: " "))
      }
      output.append(Int(id))
      if isJSON {
        let range = part.offsets[index]
        let separator = isEmpty ? "" : ", "
        try tokens.append(separator + JSONText.string(tokenizer.spelling(of: id)))
        try offsets.append("\(separator)[\(range.lowerBound), \(range.upperBound)]")
      }
      isEmpty = false
    }
  }
}

/// Text that is written later: in memory, and beyond some megabytes in a file without a name.
private struct WaitingText {
  private var bytes: [UInt8] = []
  private var file: UnnamedFile?

  private static let largest = 4 << 20

  mutating func append(_ text: String) throws {
    bytes.append(contentsOf: text.utf8)
    guard bytes.count >= Self.largest else { return }
    let file = try self.file ?? UnnamedFile()
    self.file = file
    try file.append(bytes)
    bytes.removeAll(keepingCapacity: true)
  }

  /// Visits all of it in order.
  func forEachPart(_ body: ([UInt8]) -> Void) throws {
    if let file { try file.forEachPart(body) }
    body(bytes)
  }
}
