import Files

/// A file of token ids, mapped into memory: what models are trained on.
///
/// Little-endian numbers of 16 bits (vocabularies of up to 65,536 tokens) or 32 bits without any
/// header; those of 16 bits are what nanoGPT reads and writes. Beside the file lies a description in
/// JSON, the ``TokenIDDescription``, under the same name with `.json` appended.
///
/// llm.c begins its files with a header of 1,024 bytes, which it insists on: such files are
/// recognized and read, never written.
public struct TokenIDFile: Sendable {
  /// The file.
  public let path: String
  /// What is known of it; nil for a file without description.
  public let description: TokenIDDescription?
  /// How many tokens it holds.
  public let count: Int

  private let file: MappedFile
  private let isWide: Bool
  private let start: Int

  /// Opens a file of token ids.
  ///
  /// - Parameters:
  ///   - path: The file; its description is read where there is one.
  ///   - vocabularySize: How many tokens there are; every id is checked against it. By default what
  ///     the description says.
  ///   - isWide: Whether the numbers have 32 bits, where no description says so.
  /// - Throws: ``TokenizationError/wrongFile(path:place:_:)`` for a size or an id that can not be.
  /// - Complexity: One pass over the file where the vocabulary is known.
  public init(
    _ path: String,
    vocabularySize: Int? = nil,
    isWide: Bool = false
  ) throws(TokenizationError) {
    let file: MappedFile
    do {
      file = try MappedFile(path)
    } catch {
      throw .file(error)
    }
    let description = try TokenIDDescription(beside: path)
    self.path = path
    self.description = description
    self.file = file
    let header: LLMCHeader?
    do throws(LLMCHeader.Unreadable) {
      header = try description == nil ? file.withBytes(LLMCHeader.init) : nil
    } catch {
      throw .wrongFile(path: path, place: "its header", error.reason)
    }
    self.isWide = header?.isWide ?? description?.isWide ?? isWide
    start = header == nil ? 0 : LLMCHeader.byteCount
    let width = self.isWide ? 4 : 2
    let byteCount = file.count - start
    guard byteCount % width == 0 else {
      throw .wrongFile(
        path: path,
        place: "its end",
        "\(byteCount) bytes are no whole number of ids of \(width) bytes"
      )
    }
    count = byteCount / width
    if let header, header.tokens != count {
      throw .wrongFile(
        path: path,
        place: "its end",
        "it holds \(count) ids and its header says \(header.tokens). Fetch or write it again"
      )
    }
    if let description, description.tokens != count {
      throw .wrongFile(
        path: path,
        place: "its end",
        "it holds \(count) ids and its description says \(description.tokens)."
          + " Encode the corpus again: isoflop tokenizer encode --output"
      )
    }
    if let size = vocabularySize ?? description?.vocabularySize { try check(size) }
  }

  /// The id at a position.
  ///
  /// - Precondition: The position is below ``count``.
  public subscript(_ position: Int) -> TokenID {
    precondition(position >= 0 && position < count, "token \(position) of \(count)")
    return file.withBytes { id($0, position) }
  }

  /// Appends the ids of a range.
  ///
  /// - Precondition: The range lies within the file.
  public func append(_ range: Range<Int>, to ids: inout [TokenID]) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "tokens \(range) of \(count)")
    file.withBytes { bytes in
      ids.reserveCapacity(ids.count + range.count)
      for position in range { ids.append(id(bytes, position)) }
    }
  }

  /// All ids.
  public var ids: [TokenID] {
    var ids: [TokenID] = []
    append(0..<count, to: &ids)
    return ids
  }

  @inline(__always)
  private func id(_ bytes: RawSpan, _ position: Int) -> TokenID {
    if isWide {
      return unsafe UInt32(
        littleEndian: bytes.unsafeLoadUnaligned(
          fromByteOffset: start + 4 * position,
          as: UInt32.self
        )
      )
    }
    return unsafe TokenID(
      UInt16(
        littleEndian: bytes.unsafeLoadUnaligned(
          fromByteOffset: start + 2 * position,
          as: UInt16.self
        )
      )
    )
  }

  private func check(_ vocabularySize: Int) throws(TokenizationError) {
    let wrong: Int? = file.withBytes { bytes in
      for position in 0..<count where Int(id(bytes, position)) >= vocabularySize {
        return position
      }
      return nil
    }
    guard let wrong else { return }
    throw .wrongFile(
      path: path,
      place: "token \(wrong)",
      "its id is \(self[wrong]), and the vocabulary has \(vocabularySize) tokens."
        + " Use the tokenizer it was encoded with"
    )
  }
}

/// What stands before the ids in the files that llm.c's scripts write: 256 numbers of 32 bits, of
/// which the first is a mark, the second a version and the third the number of ids.
///
/// - Source: llm.c, `write_datafile` in `dev/data/data_common.py`; its reader refuses any other
///   mark, version or length.
private struct LLMCHeader {
  /// Why a file with one of the marks holds no ids that can be read.
  struct Unreadable: Error {
    let reason: String
  }

  static let byteCount = 1024

  let isWide: Bool
  let tokens: Int

  /// Reads a header; nil where the file begins with ids at once.
  ///
  /// As ids, a header would be some of them and then hundreds of zeros, which no text gives.
  init?(_ bytes: RawSpan) throws(Unreadable) {
    guard bytes.byteCount >= Self.byteCount else { return nil }
    func number(_ index: Int) -> UInt32 {
      unsafe UInt32(
        littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
      )
    }
    let (mark, version) = (number(0), number(1))
    guard [20_240_520, 20_240_522, 20_240_801].contains(mark) else { return nil }
    for index in 4..<Self.byteCount / 4 where number(index) != 0 { return nil }
    switch (mark, version) {
    case (20_240_520, 1): isWide = false
    case (20_240_801, 7): isWide = true
    case (20_240_522, _):
      throw Unreadable(reason: "llm.c's questions with several answers are no text to train on")
    default:
      throw Unreadable(reason: "version \(version) of llm.c's token files is not known here")
    }
    tokens = Int(number(2))
  }
}
