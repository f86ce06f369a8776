import CVector

/// Bytes that somebody else owns, read without bounds checks in release builds.
///
/// Lives only inside the closure that lends the memory; bounds are checked in debug builds.
@safe struct ByteView {
  private let start: UnsafePointer<UInt8>
  let count: Int

  @unsafe @inline(__always)
  init(start: UnsafePointer<UInt8>, count: Int) {
    unsafe self.start = start
    self.count = count
  }

  @inline(__always)
  subscript(_ index: Int) -> UInt8 {
    assert(index >= 0 && index < count, "byte \(index) of \(count)")
    return unsafe start[index]
  }

  /// A part of the bytes.
  @inline(__always)
  subscript(_ range: Range<Int>) -> ByteView {
    assert(range.lowerBound >= 0 && range.upperBound <= count, "bytes \(range) of \(count)")
    return unsafe ByteView(start: start + range.lowerBound, count: range.count)
  }

  /// The address of a byte.
  @unsafe @inline(__always)
  var address: UnsafePointer<UInt8> { unsafe start }

  /// Eight bytes as a little-endian number.
  @inline(__always)
  func word(at index: Int) -> UInt64 {
    assert(index >= 0 && index + 8 <= count, "8 bytes at \(index) of \(count)")
    let bytes = unsafe UnsafeRawPointer(start + index)
    return unsafe UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
  }

  /// Up to eight bytes as a little-endian number, zero above them.
  ///
  /// `limit` bytes of the view can be read; where eight fit they are read at once.
  @inline(__always)
  func word(at index: Int, length: Int) -> UInt64 {
    if length <= 0 { return 0 }
    if index + 8 <= count {
      let mask = length >= 8 ? UInt64.max : (1 << UInt64(8 * length)) &- 1
      return word(at: index) & mask
    }
    var value: UInt64 = 0
    for offset in 0..<min(length, 8) { value |= UInt64(self[index + offset]) << UInt64(8 * offset) }
    return value
  }

  /// Up to sixteen bytes as two little-endian numbers, zero above them.
  ///
  /// - Precondition: 1 to 16 bytes of the view.
  @inline(__always)
  func words(at index: Int, length: Int) -> (head: UInt64, tail: UInt64) {
    if index &+ 16 <= count {
      let words = unsafe cv_load_first_bytes(start + index, length)
      return (UInt64(littleEndian: words[0]), UInt64(littleEndian: words[1]))
    }
    let tail = length <= 8 ? 0 : word(at: index + 8, length: length - 8)
    return (word(at: index, length: length), tail)
  }

  /// Whether two views hold the same bytes.
  @inline(__always)
  func isEqual(to other: ByteView) -> Bool {
    guard count == other.count else { return false }
    if count < 8 { return word(at: 0, length: count) == other.word(at: 0, length: count) }
    var index = 0
    while index + 8 < count {
      if word(at: index) != other.word(at: index) { return false }
      index += 8
    }
    // The last eight bytes, some of them again.
    return word(at: count - 8) == other.word(at: count - 8)
  }

  /// A 64-bit hash, the same in every process.
  func hash() -> UInt64 {
    var state = mixed(UInt64(truncatingIfNeeded: count) ^ hashKey0, hashKey1)
    if count < 16 {
      let low = word(at: 0, length: count)
      let high = word(at: 8, length: count &- 8)
      return mixed(low ^ hashKey0 ^ state, high ^ hashKey1)
    }
    var index = 0
    while index &+ 16 < count {
      state = mixed(word(at: index) ^ hashKey0 ^ state, word(at: index &+ 8) ^ hashKey1)
      index &+= 16
    }
    // The last sixteen bytes, some of them again.
    index = count &- 16
    return mixed(word(at: index) ^ hashKey0 ^ state, word(at: index &+ 8) ^ hashKey1)
  }

  /// A copy of the bytes.
  func toArray() -> [UInt8] {
    unsafe Array(UnsafeBufferPointer(start: start, count: count))
  }

  /// The text, ill-formed parts replaced by U+FFFD.
  func toString() -> String {
    unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }
}

/// Two arbitrary odd numbers with as many ones as zeros.
let hashKey0: UInt64 = 0xA076_1D64_78BD_642F
let hashKey1: UInt64 = 0xE703_7ED1_A0B4_28DB

/// Both halves of a product, folded.
@inline(__always)
func mixed(_ a: UInt64, _ b: UInt64) -> UInt64 {
  let product = a.multipliedFullWidth(by: b)
  return product.high ^ product.low
}

extension RawSpan {
  /// Lends the bytes for as long as the body runs.
  @inline(__always)
  func withByteView<Result, Failure: Error>(
    _ body: (ByteView) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe withUnsafeBytes { (buffer: UnsafeRawBufferPointer) throws(Failure) -> Result in
      try unsafe body(view(of: buffer))
    }
  }
}

extension Array where Element == UInt8 {
  /// Lends the bytes for as long as the body runs.
  @inline(__always)
  func withByteView<Result, Failure: Error>(
    _ body: (ByteView) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe span.bytes.withByteView(body)
  }
}

/// A view of a buffer; an empty one may have no address, and then nothing is read.
@inline(__always)
private func view(of buffer: UnsafeRawBufferPointer) -> ByteView {
  let start = unsafe (buffer.baseAddress ?? emptyBytes).assumingMemoryBound(to: UInt8.self)
  return unsafe ByteView(start: start, count: buffer.count)
}

private nonisolated(unsafe) let emptyBytes = UnsafeRawPointer(
  UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)
)
