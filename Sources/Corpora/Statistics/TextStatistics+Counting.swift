public import Files
import UnicodeText

extension TextStatistics {
  /// One language of a folder, or all of them.
  public struct Row: Sendable, Hashable {
    /// The language's tag; nil for the sum of all.
    public let language: String?
    /// Its statistics.
    public let statistics: TextStatistics
  }

  /// Counts texts, one language after the other.
  ///
  /// Files of one name, endings aside, are one language. Memory grows with distinct documents and
  /// words (up to 43 bytes for each), not with the length of the texts.
  ///
  /// - Parameters:
  ///   - inputs: The texts.
  ///   - threads: How many threads count; the result does not depend on it.
  ///   - isInterrupted: Asked from any thread about every megabyte.
  ///   - progress: Called from any thread with the stored bytes that were just counted.
  /// - Returns: A row for each language, in the order of the inputs, and one for all where there are
  ///   several.
  /// - Throws: ``CorporaError`` for the first file in which something is wrong.
  public static func count(
    _ inputs: [TextInput],
    threads: Int = 1,
    isInterrupted: @Sendable () -> Bool = { false },
    progress: @Sendable (_ bytes: Int) -> Void = { _ in }
  ) throws(CorporaError) -> [Row] {
    var rows: [Row] = []
    let all = try TextCounter()
    var done: Set<String> = []
    for stem in inputs.map(\.stem) where done.insert(stem).inserted {
      let blocks = TextBlocks(inputs.filter { $0.stem == stem })
      let counter = try TextCounter()
      let states = try blocks.forEach(threads: threads) {
        Result { () throws(CorporaError) in try TextCounter() }
      } failure: { error in
        CorporaError.file(error)
      } body: { (state, block) throws(CorporaError) in
        if isInterrupted() { return false }
        try state.get().add(block)
        progress(block.storedBytes)
        return true
      }
      if isInterrupted() { throw .interrupted }
      for state in states { counter.add(try state.get()) }
      rows.append(Row(language: stem, statistics: counter.statistics))
      all.add(counter)
    }
    if rows.count > 1 { rows.append(Row(language: nil, statistics: all.statistics)) }
    return rows
  }
}

/// Counts documents; counters add up.
private final class TextCounter {
  private var documents = 0
  private var bytes = [UInt64](repeating: 0, count: 256)
  private var codePoints = CodePointTally()
  private var graphemes = 0
  private var wordCount = 0
  private var words = WordTally()
  private var digests = DigestSet()
  private var changed = TextStatistics.forms.map { _ in 0 }
  private let segmenter: TextSegmenter

  init() throws(CorporaError) {
    do { segmenter = try TextSegmenter() } catch { throw .text(error) }
  }

  func add(_ block: TextBlock) throws(CorporaError) {
    // Errors of two modules leave one closure.
    var failure: UnicodeTextError?
    do throws(FilesError) {
      try block.forEachDocument { document, _ in
        if failure != nil { return }
        do throws(UnicodeTextError) { try add(document) } catch { failure = error }
      }
    } catch {
      throw .file(error)
    }
    if let failure { throw .text(failure) }
  }

  private func add(_ document: RawSpan) throws(UnicodeTextError) {
    documents += 1
    _ = digests.insert(TextDigest(document))
    unsafe document.withUnsafeBytes { buffer in
      guard let start = buffer.baseAddress else { return }
      let text = unsafe start.assumingMemoryBound(to: UInt8.self)
      var position = 0
      while position < buffer.count {
        let step = unsafe UTF8Decoding.step(text, at: position, limit: buffer.count)
        codePoints.add(step.scalar)
        position += step.length
      }
      for index in 0..<buffer.count { bytes[Int(unsafe text[index])] += 1 }
    }
    for range in try segmenter.words(in: document) {
      wordCount += 1
      words.add(TextDigest(document.extracting(range)).low)
    }
    graphemes += try segmenter.graphemeCount(in: document)
    for (index, form) in TextStatistics.forms.enumerated() {
      if try !Normalizer(form).isNormal(document) { changed[index] += 1 }
    }
  }

  func add(_ other: TextCounter) {
    documents += other.documents
    for index in bytes.indices { bytes[index] += other.bytes[index] }
    codePoints.add(other.codePoints)
    graphemes += other.graphemes
    wordCount += other.wordCount
    words.add(other.words)
    digests.formUnion(other.digests)
    for index in changed.indices { changed[index] += other.changed[index] }
  }

  var statistics: TextStatistics {
    var scripts: [Script: Int] = [:]
    var counts: [UInt64] = []
    var controls = 0
    codePoints.forEach { scalar, count in
      scripts[Script(of: scalar), default: 0] += Int(count)
      counts.append(count)
      if isUnwantedControl(scalar) { controls += Int(count) }
    }
    let shares = scripts.map { script, count in
      TextStatistics.ScriptShare(code: script.code, codePoints: count, isShared: script.isShared)
    }
    return TextStatistics(
      documents: documents,
      bytes: Int(bytes.reduce(0, +)),
      codePoints: Int(counts.reduce(0, +)),
      graphemes: graphemes,
      words: wordCount,
      distinctCodePoints: counts.count,
      distinctWords: words.distinct,
      controlCharacters: controls,
      duplicates: documents - digests.count,
      scripts: shares.sorted { ($1.codePoints, $0.code) < ($0.codePoints, $1.code) },
      normalForms: zip(TextStatistics.forms, changed).map {
        TextStatistics.FormShare(form: $0, changedDocuments: $1)
      },
      byteEntropy: entropyBits(bytes),
      characterEntropy: entropyBits(counts),
      wordEntropy: words.entropy
    )
  }
}

/// Whether a character controls a device and no text: C0 but for tab and line ends, DEL, C1.
func isUnwantedControl(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x09, 0x0A, 0x0D, 0x85: false
  case 0..<0x20, 0x7F..<0xA0: true
  default: false
  }
}
