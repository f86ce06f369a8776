#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file of text that a command was given: plain or packed, lines or records, or standard input.
///
/// A plain file is mapped into memory; everything else is read as a stream.
public struct TextInput: Sendable {
  /// What a document is in a file.
  public enum Form: Sendable, Hashable {
    /// A line of text.
    case lines
    /// The text under a key of the JSON object in each line.
    case records(field: String)

    /// The form a name promises: records for `.jsonl` and `.ndjson`, packed or not.
    public static func promised(by name: String, field: String) -> Form {
      let (_, name) = Compression.promised(by: name)
      return name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") ? .records(field: field) : .lines
    }
  }

  /// The path, `-` for standard input.
  public let path: String
  /// What a document is.
  public let form: Form
  /// The length of the file as it is stored; nil where nobody knows, as of a pipe.
  public let storedBytes: Int?
  /// Which file it is, whatever its path.
  public let identity: FileIdentity

  /// The file's bytes, where they are text as they stand.
  let mapped: MappedFile?

  /// Opens a file, or checks that it can be opened.
  ///
  /// - Parameters:
  ///   - path: The file; `-` is standard input.
  ///   - form: What a document is; lines.
  /// - Throws: ``FilesError`` for a file that is missing, may not be read, or is surely no text.
  public init(_ path: String, form: Form = .lines) throws(FilesError) {
    self.path = path
    self.form = form
    var status = stat()
    guard unsafe (path == "-" ? fstat(0, &status) : stat(path, &status)) == 0 else {
      if errno == ENOENT || errno == ENOTDIR { throw .notFound(path: path) }
      throw .refused(operation: "read", path: path, reason: systemReason())
    }
    if status.st_mode & S_IFMT == S_IFDIR { throw .isFolder(path: path) }
    identity = FileIdentity(status)
    guard status.st_mode & S_IFMT == S_IFREG else {
      storedBytes = nil
      mapped = nil
      return
    }
    let file = try MappedFile(path)
    storedBytes = file.count
    let start = file.withBytes { bytes in
      unsafe bytes.withUnsafeBytes { unsafe Array($0.prefix(FileSignature.length)) }
    }
    let compression = try FileSignature.compression(of: start, path: path)
    mapped = compression == .none ? file : nil
  }

  /// The texts that paths name: files themselves, and the text files of folders, sorted by name.
  ///
  /// Text files of a folder are those named `.txt`, `.jsonl` and `.ndjson`, also with `.gz` or
  /// `.zst` behind it, but not ``droppedListName``.
  ///
  /// - Parameters:
  ///   - paths: Files, folders, or `-`.
  ///   - field: The key of the text in records.
  ///   - areRecords: Whether every file holds records, whatever its name.
  /// - Returns: The texts in the order of the paths.
  /// - Throws: ``FilesError`` for the first path that is no text.
  public static func inputs(
    at paths: [String],
    field: String = "text",
    areRecords: Bool = false
  ) throws(FilesError) -> [TextInput] {
    var inputs: [TextInput] = []
    for path in paths {
      var files = [path]
      if path != "-", try fileKind(path) == .folder {
        files = try textFileNames(in: path).map { joined(path, $0) }
        if files.isEmpty { throw .noTexts(folder: path) }
      }
      for file in files {
        let form = areRecords ? .records(field: field) : Form.promised(by: file, field: field)
        inputs.append(try TextInput(file, form: form))
      }
    }
    return inputs
  }

  /// The name without folder and endings, which in a folder of `LANGUAGE.txt` is the language.
  ///
  /// Example: `texts/zh-Hans.jsonl.gz` gives `zh-Hans`.
  public var stem: String { textStem(of: path) }

  /// Whether there is surely no text: an empty file.
  public var isEmpty: Bool { mapped?.count == 0 }

  /// All documents, empty ones left out, for texts that fit into memory.
  public func documents() throws(FilesError) -> [[UInt8]] {
    let blocks = TextBlocks([self])
    var documents: [[UInt8]] = []
    while let block = try blocks.next() { documents += try block.documents() }
    return documents
  }
}

/// The name of the list of documents that were left out of the texts beside it, which is no text of
/// the folder itself.
public let droppedListName = "dropped.jsonl"

/// The names of a folder's text files, sorted by their bytes.
public func textFileNames(in folder: String) throws(FilesError) -> [String] {
  try fileNames(in: folder).filter { name in
    let (_, bare) = Compression.promised(by: name)
    return bare != droppedListName && [".txt", ".jsonl", ".ndjson"].contains { bare.hasSuffix($0) }
  }
}

/// The name of a text file without folder and endings.
///
/// Example: `texts/zh-Hans.txt.zst` gives `zh-Hans`.
public func textStem(of path: String) -> String {
  let (_, name) = Compression.promised(by: split(path).name)
  guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return name }
  return String(name[..<dot])
}

/// Checks that bytes are UTF-8, with the place of the first that is not.
func checkUTF8(_ bytes: Span<UInt8>, path: String, firstLine: Int) throws(FilesError) {
  do {
    _ = try UTF8Span(validating: bytes)
  } catch {
    let offset = error.byteOffsets.lowerBound
    let place = unsafe place(of: offset, in: bytes.bytes, firstLine: firstLine)
    throw .notUTF8(path: path, line: place.line, byte: place.byte, value: bytes[offset])
  }
}

/// The line and the byte in it, counted from 1, of an offset in bytes.
func place(of offset: Int, in bytes: RawSpan, firstLine: Int) -> (line: Int, byte: Int) {
  var line = firstLine
  var start = 0
  while let end = bytes.lineEnd(from: start), end <= offset {
    line += 1
    start = end
  }
  return (line, offset - start + 1)
}

extension RawSpan {
  /// The position behind the next line feed, or nil where there is none.
  ///
  /// - Complexity: As fast as memory is read.
  public func lineEnd(from start: Int) -> Int? {
    guard start < byteCount else { return nil }
    return unsafe extracting(start..<byteCount).withUnsafeBytes { bytes in
      guard let first = bytes.baseAddress,
        let found = unsafe memchr(first, 0x0A, bytes.count)
      else { return nil }
      return unsafe first.distance(to: UnsafeRawPointer(found)) + start + 1
    }
  }

  /// Visits the lines without their ends, empty ones included.
  @inlinable
  public func forEachLine<Failure: Error>(
    _ body: (_ line: Range<Int>) throws(Failure) -> Void
  ) throws(Failure) {
    var start = 0
    while start < byteCount {
      let end = lineEnd(from: start)
      var limit = end.map { $0 - 1 } ?? byteCount
      if limit > start, unsafe unsafeLoad(fromByteOffset: limit - 1, as: UInt8.self) == 0x0D {
        limit -= 1
      }
      try body(start..<limit)
      start = end ?? byteCount
    }
  }
}
