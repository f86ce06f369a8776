/// Puts files of counted words together, in constant memory.
///
/// - Parameters:
///   - files: The files, and what each count is multiplied by.
///   - path: Where the sum is written.
///   - note: What the sum says of itself.
///   - isInterrupted: Asked every some thousand words.
///   - progress: Called now and then with the words read so far and in all.
/// - Returns: The sum.
/// - Throws: ``TokenizationError/countsDiffer(path:other:what:)`` for files that do not agree,
///   ``TokenizationError/wrongFile(path:place:_:)`` for damaged ones,
///   ``TokenizationError/corpusTooLarge(what:)`` where a count does not fit into 62 bits,
///   ``TokenizationError/interrupted``.
public func mergeCounts(
  _ files: [(file: CountFile, weight: UInt64)],
  to path: String,
  note: String = "",
  isInterrupted: () -> Bool = { false },
  progress: (_ words: Int, _ total: Int) -> Void = { _, _ in }
) throws(TokenizationError) -> CountFile {
  guard let first = files.first?.file else { throw .emptyCorpus }
  for (file, _) in files.dropFirst() { try file.checkAgrees(with: first) }
  // Only so many files are open at once; more are put together in rounds.
  let width = 64
  if files.count > width {
    var parts: [(file: CountFile, weight: UInt64)] = []
    var start = 0
    while start < files.count {
      let end = min(start + width, files.count)
      let part = "\(path).part\(parts.count)"
      try parts.append(
        (
          mergeCounts(
            Array(files[start..<end]),
            to: part,
            isInterrupted: isInterrupted,
            progress: progress
          ), 1
        )
      )
      start = end
    }
    let sum = try mergeCounts(
      parts,
      to: path,
      note: note,
      isInterrupted: isInterrupted,
      progress: progress
    )
    for part in parts { try remove(part.file.path) }
    return sum
  }
  var queue = CursorQueue()
  for (file, weight) in files where weight > 0 {
    let cursor = try CountCursor(file)
    if try cursor.advance() { queue.push(CursorQueue.Entry(cursor: cursor, weight: weight)) }
  }
  let total = files.reduce(0) { $0 + $1.file.uniqueCount }
  var writer = try CountFileWriter(
    path,
    settings: first.configuration.countingSettings(),
    note: note
  )
  var word: [UInt8] = []
  var count: UInt64 = 0
  var done = 0
  while let entry = queue.first {
    if entry.cursor.word != word || count == 0 {
      if count > 0 { try writer.append(word, count: count) }
      word.replaceSubrange(word.startIndex..., with: entry.cursor.word)
      count = 0
    }
    let (product, overflow) = entry.cursor.count.multipliedReportingOverflow(by: entry.weight)
    count = overflow ? .max : count.addingReportingOverflow(product).partialValue
    if overflow || count >= 1 << 62 { throw .corpusTooLarge(what: "occurrences of one word") }
    done += 1
    if done & 0x3FFF == 0 {
      if isInterrupted() { throw .interrupted }
      progress(done, total)
    }
    if try entry.cursor.advance() { queue.sink() } else { queue.removeFirst() }
  }
  if count > 0 { try writer.append(word, count: count) }
  try writer.finish(byteCount: files.reduce(0) { $0 + ($1.weight > 0 ? $1.file.byteCount : 0) })
  progress(total, total)
  return try CountFile(contentsOf: path)
}

/// Cursors in the order of their words.
private struct CursorQueue {
  struct Entry {
    let cursor: CountCursor
    let weight: UInt64
  }

  private var heap: [Entry] = []

  var first: Entry? { heap.first }

  mutating func push(_ entry: Entry) {
    heap.append(entry)
    var hole = heap.count - 1
    while hole > 0, precedes(heap[hole], heap[(hole - 1) / 2]) {
      heap.swapAt(hole, (hole - 1) / 2)
      hole = (hole - 1) / 2
    }
  }

  mutating func removeFirst() {
    heap[0] = heap[heap.count - 1]
    heap.removeLast()
    if !heap.isEmpty { sink() }
  }

  /// Brings the first cursor, which moved on, to its place.
  mutating func sink() {
    var hole = 0
    while 2 * hole + 1 < heap.count {
      var child = 2 * hole + 1
      if child + 1 < heap.count, precedes(heap[child + 1], heap[child]) { child += 1 }
      if !precedes(heap[child], heap[hole]) { break }
      heap.swapAt(child, hole)
      hole = child
    }
  }

  private func precedes(_ first: Entry, _ second: Entry) -> Bool {
    let (one, other) = (first.cursor.word, second.cursor.word)
    return one.withByteView { one in other.withByteView { one.precedes($0) } }
  }
}

extension ByteView {
  /// Whether these bytes come before others in the order of bytes.
  func precedes(_ other: ByteView) -> Bool {
    let common = Swift.min(count, other.count)
    var index = 0
    while index + 8 <= common {
      let (mine, others) = (word(at: index), other.word(at: index))
      if mine != others { return mine.byteSwapped < others.byteSwapped }
      index += 8
    }
    while index < common {
      if self[index] != other[index] { return self[index] < other[index] }
      index += 1
    }
    return count < other.count
  }
}
