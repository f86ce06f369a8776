import Files

/// Writes a file of token ids, which appears with its description when it is whole.
public struct TokenIDWriter: ~Copyable {
  /// What was written so far.
  public private(set) var description: TokenIDDescription

  private var file: AtomicFile
  /// What waits to be written, of which a file fills one.
  private var narrow: [UInt16] = []
  private var wide: [UInt32] = []
  private let path: String

  /// Starts a file.
  ///
  /// - Throws: ``TokenizationError/file(_:)`` where it can not be written.
  public init(_ path: String, tokenizer: Tokenizer) throws(TokenizationError) {
    let file: AtomicFile
    do {
      file = try AtomicFile(path)
    } catch {
      throw .file(error)
    }
    self.file = file
    self.path = path
    description = TokenIDDescription(
      isWide: tokenizer.vocabularySize > 1 << 16,
      tokens: 0,
      documents: 0,
      bytes: 0,
      vocabularySize: tokenizer.vocabularySize,
      endOfText: tokenizer.endOfText,
      tokenizerDigest: tokenizer.digest
    )
  }

  /// Begins the texts of a language.
  public mutating func startPart(language: String) {
    description.parts.append(
      TokenIDDescription.Part(language: language, tokens: 0, documents: 0, bytes: 0)
    )
  }

  /// Appends a text and the token that ends it, where the tokenizer has one.
  ///
  /// - Parameters:
  ///   - ids: The tokens of the text.
  ///   - byteCount: How many bytes the text has.
  /// - Throws: ``TokenizationError/file(_:)`` where it can not be written.
  public mutating func append(
    document ids: ArraySlice<TokenID>,
    byteCount: Int
  ) throws(TokenizationError) {
    try append(ids)
    try endDocument(byteCount: byteCount)
  }

  /// Appends tokens of a text that goes on, up to ``endDocument(byteCount:)``.
  ///
  /// - Throws: ``TokenizationError/file(_:)`` where they can not be written.
  public mutating func append(_ ids: ArraySlice<TokenID>) throws(TokenizationError) {
    if description.isWide {
      for id in ids { wide.append(id.littleEndian) }
    } else {
      for id in ids { narrow.append(UInt16(truncatingIfNeeded: id).littleEndian) }
    }
    description.tokens += ids.count
    if let last = description.parts.indices.last { description.parts[last].tokens += ids.count }
    if narrow.count + wide.count >= 1 << 19 { try flush() }
  }

  /// Ends a text that was appended in parts, with the token for that, where the tokenizer has one.
  ///
  /// - Parameter byteCount: How many bytes the text has.
  /// - Throws: ``TokenizationError/file(_:)`` where it can not be written.
  public mutating func endDocument(byteCount: Int) throws(TokenizationError) {
    if let end = description.endOfText { try append([end]) }
    description.documents += 1
    description.bytes += byteCount
    if let last = description.parts.indices.last {
      description.parts[last].documents += 1
      description.parts[last].bytes += byteCount
    }
  }

  /// Gives the file and its description their names.
  ///
  /// - Returns: The description.
  /// - Throws: ``TokenizationError/file(_:)`` where it can not be written.
  public consuming func finish() throws(TokenizationError) -> TokenIDDescription {
    try flush()
    let description = description
    let path = path
    do {
      try file.commit()
      try writeFile(TokenIDDescription.path(ofFile: path), description.json)
    } catch {
      throw .file(error)
    }
    return description
  }

  private mutating func flush() throws(TokenizationError) {
    let (numbers, wideNumbers) = (narrow, wide)
    narrow = []
    wide = []
    do {
      try unsafe file.write(numbers.span.bytes)
      try unsafe file.write(wideNumbers.span.bytes)
    } catch {
      throw .file(error)
    }
  }
}
