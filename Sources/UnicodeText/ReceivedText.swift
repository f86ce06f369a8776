/// What ICU hands over of a text, part by part: new bytes, and which of them replace which old ones.
struct ReceivedText {
  /// The new bytes of all parts in a row.
  private(set) var bytes: [UInt8] = []
  /// The changes, from places of the whole text to places of ``bytes``.
  private(set) var changes: [Alignment.Change] = []

  private var sourceStart = 0
  private var targetStart = 0

  init(capacity: Int = 0) {
    bytes.reserveCapacity(capacity)
  }

  /// Begins the part of the text that starts at a place.
  mutating func startPart(at start: Int) {
    sourceStart = start
    targetStart = bytes.count
  }

  private mutating func append(_ source: Range<Int>, _ target: Range<Int>) {
    changes.append(
      Alignment.Change(
        source: source.lowerBound + sourceStart..<source.upperBound + sourceStart,
        target: target.lowerBound + targetStart..<target.upperBound + targetStart
      )
    )
  }

  /// Takes bytes from ICU; the context is the address of a ``ReceivedText``.
  static let takeBytes:
    @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, Int32) -> Void = {
      context,
      bytes,
      count in
      guard let context = unsafe context, let bytes = unsafe bytes else { return }
      let received = unsafe context.assumingMemoryBound(to: ReceivedText.self)
      let buffer = unsafe UnsafeBufferPointer(start: bytes, count: Int(count))
      unsafe received.pointee.bytes.append(contentsOf: buffer)
    }

  /// Takes a change from ICU, in places of the part.
  static let takeEdit:
    @convention(c) (UnsafeMutableRawPointer?, Int32, Int32, Int32, Int32) -> Void = {
      context,
      source,
      sourceLength,
      target,
      targetLength in
      guard let context = unsafe context else { return }
      let received = unsafe context.assumingMemoryBound(to: ReceivedText.self)
      unsafe received.pointee.append(
        Int(source)..<Int(source) + Int(sourceLength),
        Int(target)..<Int(target) + Int(targetLength)
      )
    }
}
