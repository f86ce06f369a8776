import Files
import Tokenization

/// How the lines or records of texts become a file of ids.
extension TokenizerEncode {
  /// Lines longer than a block come in parts.
  private static let blockSize = 4 << 20

  /// Encodes the lines or records of texts into a file of ids.
  func writeIDs(
    of inputs: [TextInput],
    with encoder: DocumentEncoder,
    to path: String
  ) throws {
    Interruption.listen()
    let progress = DelayedProgress(quiet: quiet)
    defer { progress.finish() }
    var writer = try TokenIDWriter(path, tokenizer: encoder.tokenizer)
    let size = Self.blockSize
    let blocks = TextBlocks(inputs, size: size, longestLine: size, splitsLines: true)
    var done = 0
    var parts = 0
    var long: LongDocument?
    while let block = try blocks.next() {
      if Interruption.isRequested {
        progress.finish()
        Console.note("Interrupted. Nothing was written.\n")
        throw ExitStatus.interrupted
      }
      while inputs.count > 1, parts <= block.inputIndex {
        writer.startPart(language: inputs[parts].stem)
        parts += 1
      }
      switch block.extent {
      case .lines:
        let documents = try invalid.documents(of: block)
        let batch = try encoder.encode(documents, from: block.input.path)
        for (index, range) in documents.ranges.enumerated() {
          try writer.append(document: batch[index], byteCount: range.count)
        }
      case .part(let isLast):
        var document = long ?? LongDocument(LongLine(block.input.form, invalid.policy))
        let text = try invalid.namingRemedy(of: block.input.form) { () throws(FilesError) in
          try document.line.text(of: block)
        }
        try document.append(text, of: block.input.path, with: encoder, to: &writer)
        if isLast { try document.finish(to: &writer) }
        long = isLast ? nil : document
      }
      done += block.storedBytes
      progress.update(stage: "Encoding", done: done, of: blocks.storedBytes)
    }
    let description = try writer.finish()
    progress.finish()
    Console.writeLine(
      """
      \(path): \(description.tokens) tokens of \(description.documents) documents, \
      \(description.bytes) bytes, \(description.isWide ? "uint32" : "uint16")
      """
    )
  }
}

/// A document that is encoded into a file of ids while its line comes in.
private struct LongDocument {
  var line: LongLine
  private var stream: DocumentStream?
  private var byteCount = 0

  init(_ line: LongLine) {
    self.line = line
  }

  /// Encodes more of the text.
  mutating func append(
    _ text: [UInt8],
    of source: String,
    with encoder: DocumentEncoder,
    to writer: inout TokenIDWriter
  ) throws {
    // Empty documents do not count, here as elsewhere.
    if text.isEmpty { return }
    let stream = try stream ?? encoder.startDocument(from: source)
    self.stream = stream
    byteCount += text.count
    try writer.append(stream.append(text).ids[...])
  }

  /// Encodes the end of the text.
  func finish(to writer: inout TokenIDWriter) throws {
    guard let stream else { return }
    try writer.append(stream.finish().ids[...])
    try writer.endDocument(byteCount: byteCount)
  }
}
