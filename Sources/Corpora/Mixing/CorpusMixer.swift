public import Files
public import Randomness

/// Writes a mixture of languages.
public struct CorpusMixer: Sendable {
  /// What a mixture is written as.
  public enum Output: Sendable, Hashable {
    /// One file in which the languages take turns at random.
    case file(String)
    /// A folder with a file for each language.
    case folder(String)
  }

  /// What was written of a language.
  public struct Result: Sendable, Hashable {
    /// The language's tag.
    public let language: String
    /// The documents.
    public internal(set) var documents = 0
    /// Their bytes.
    public internal(set) var bytes = 0
  }

  private let plan: MixPlan
  private let inputs: [String: [TextInput]]
  private let sizes: [String: Int]

  /// The languages of texts with the bytes of their documents: what a plan is made from.
  ///
  /// - Throws: ``CorporaError/file(_:)`` for a text in which something is wrong.
  public static func sizes(
    of inputs: [TextInput],
    isInterrupted: () -> Bool = { false },
    progress: (_ bytes: Int) -> Void = { _ in }
  ) throws(CorporaError) -> [(language: String, bytes: Int)] {
    var sizes: [(language: String, bytes: Int)] = []
    for input in inputs {
      var bytes = 0
      let blocks = TextBlocks([input])
      do {
        while let block = try blocks.next() {
          if isInterrupted() { break }
          try block.forEachDocument { document, _ in bytes += document.byteCount }
          progress(block.storedBytes)
        }
      } catch {
        throw .file(error)
      }
      if isInterrupted() { throw .interrupted }
      if let index = sizes.firstIndex(where: { $0.language == input.stem }) {
        sizes[index].bytes += bytes
      } else {
        sizes.append((input.stem, bytes))
      }
    }
    return sizes
  }

  /// The files that a folder gets, a language each: lines, or records where a text has any.
  public static func outputs(of inputs: [TextInput], in folder: String) -> [String] {
    var seen: Set<String> = []
    return inputs.map(\.stem).filter { seen.insert($0).inserted }.map { language in
      let areRecords = inputs.contains { $0.stem == language && $0.form != .lines }
      return joined(folder, language + (areRecords ? ".jsonl" : ".txt"))
    }
  }

  /// Prepares a mixture.
  ///
  /// - Parameters:
  ///   - plan: How much of each language is taken.
  ///   - inputs: The texts; those of one name are one language.
  ///   - sizes: The bytes of each language, as ``sizes(of:isInterrupted:progress:)`` gives them.
  public init(
    _ plan: MixPlan,
    of inputs: [TextInput],
    sizes: [(language: String, bytes: Int)]
  ) {
    self.plan = plan
    self.inputs = Dictionary(grouping: inputs, by: \.stem)
    self.sizes = Dictionary(sizes.map { ($0.language, $0.bytes) }) { first, _ in first }
  }

  /// Writes the mixture; the same plan, texts and seed give the same bytes.
  ///
  /// Files appear when all are whole. Lines are written to `.txt`, records `{"language", "text"}` to
  /// `.jsonl`.
  ///
  /// - Returns: What was written of each language.
  /// - Throws: ``CorporaError`` for a text in which something is wrong, a document of several lines
  ///   where lines are written, or an interrupt.
  public func write(
    to output: Output,
    seed: Seed,
    isInterrupted: () -> Bool = { false },
    progress: (_ bytes: Int) -> Void = { _ in }
  ) throws(CorporaError) -> [Result] {
    var samplers = plan.parts.map { part in
      DocumentSampler(
        inputs[part.language.tag] ?? [],
        available: sizes[part.language.tag] ?? 0,
        bytes: Int(min(part.bytes.rounded(), 0x1p62)),
        generator: seed.stream("mix " + part.language.tag)
      )
    }
    var results = plan.parts.map { Result(language: $0.language.tag) }
    let files = try self.files(output)
    var turns = seed.stream("turns")
    var sinceCheck = 0
    while true {
      let left = samplers.reduce(0) { $0 + $1.bytesLeft }
      guard left > 0 else { break }
      var pick = turns.below(left)
      let index = samplers.firstIndex { sampler in
        pick -= sampler.bytesLeft
        return pick < 0
      }
      guard let index else { break }
      let document: [UInt8]?
      do { document = try samplers[index].next() } catch { throw .file(error) }
      guard let document else { continue }
      let tag = results[index].language
      try files[index].write(document, language: tag)
      results[index].documents += 1
      results[index].bytes += document.count
      sinceCheck += document.count
      if sinceCheck >= 1 << 20 {
        if isInterrupted() { throw .interrupted }
        progress(sinceCheck)
        sinceCheck = 0
      }
    }
    switch output {
    case .file: try files.first?.file.commit()
    case .folder: for file in files { try file.file.commit() }
    }
    return results
  }

  /// The file of each part of the plan.
  private func files(_ output: Output) throws(CorporaError) -> [DocumentFile] {
    var files: [DocumentFile] = []
    switch output {
    case .file(let path):
      let file = try DocumentFile(path)
      for _ in plan.parts { files.append(file) }
    case .folder(let folder):
      do { try createFolder(folder) } catch { throw .file(error) }
      for part in plan.parts {
        let texts = inputs[part.language.tag] ?? []
        for path in Self.outputs(of: texts, in: folder) { files.append(try DocumentFile(path)) }
      }
    }
    return files
  }
}

/// A file of documents, lines or records by its name.
private struct DocumentFile {
  let path: String
  let file: PendingFile
  private let areRecords: Bool

  init(_ path: String) throws(CorporaError) {
    self.path = path
    file = try PendingFile(path)
    areRecords = TextInput.Form.promised(by: path, field: "text") != .lines
  }

  func write(_ document: [UInt8], language: String) throws(CorporaError) {
    var line = document
    if areRecords {
      line =
        Array("{\"language\": ".utf8) + jsonString(language.utf8) + Array(", \"text\": ".utf8)
        + jsonString(document) + Array("}".utf8)
    } else if document.contains(0x0A) {
      throw .wrongMix(
        "a document of \(language) has several lines, which \(path) cannot hold; name it .jsonl"
      )
    }
    do { try file.write(line + [0x0A]) } catch { throw .file(error) }
  }
}
