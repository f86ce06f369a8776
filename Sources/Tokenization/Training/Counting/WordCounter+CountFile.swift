import Files
import UnicodeText

extension WordCounter {
  /// Writes the words to a file of counts, in the order of their bytes.
  ///
  /// Beside the words, this needs about as much memory again as they take.
  ///
  /// - Throws: ``TokenizationError/file(_:)`` where the file can not be written.
  public func write(to path: String) throws(TokenizationError) {
    try write(to: path, settings: configuration.countingSettings(), note: "")
  }

  /// Writes the words with settings that are known already and a note.
  func write(to path: String, settings: [UInt8], note: String) throws(TokenizationError) {
    var bytes = FlatArray<UInt8>(capacity: table.uniqueByteCount + 8)
    var words: [SortedWord] = []
    words.reserveCapacity(table.uniqueCount)
    table.forEach { word, count in
      let key = word.word(at: 0, length: min(8, word.count)).byteSwapped
      words.append(SortedWord(key: key, start: bytes.count, length: word.count, count: count))
      bytes.append(word)
    }
    var writer = try CountFileWriter(path, settings: settings, note: note)
    try unsafe bytes.withElements { (buffer) throws(TokenizationError) in
      guard let address = buffer.baseAddress else { preconditionFailure("no memory") }
      let arena = unsafe ByteView(start: address, count: buffer.count)
      words.sort { first, second in
        if first.key != second.key { return first.key < second.key }
        return arena[first.range].precedes(arena[second.range])
      }
      for word in words { try writer.append(arena[word.range], count: word.count) }
    }
    try writer.finish(byteCount: byteCount)
  }
}

/// A word that is to be put in order.
private struct SortedWord {
  /// Its first eight bytes as a number that orders as they do.
  let key: UInt64
  let start: Int
  let length: Int
  let count: UInt64

  var range: Range<Int> { start..<start + length }
}

/// Removes a file; one that does not exist is no error.
func remove(_ path: String) throws(TokenizationError) {
  do {
    try removeFile(path)
  } catch {
    throw .file(error)
  }
}
