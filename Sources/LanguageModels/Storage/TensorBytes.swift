import Kernels

// The one place of this module that reads and writes numbers as raw bytes. All machines that Swift
// runs on are little-endian, as the files are.

/// Converts the numbers of a tensor to single precision into a place of a buffer.
///
/// - Precondition: The type is readable, the bytes hold `count` numbers, and they fit.
func convert(_ bytes: RawSpan, _ type: NumberType, into buffer: FloatBuffer, at start: Int) {
  let count = bytes.byteCount / type.byteCount
  precondition(start >= 0 && count <= buffer.count - start, "\(count) at \(start)")
  let target = unsafe buffer.base + start
  unsafe bytes.withUnsafeBytes { source in
    switch type {
    case .float32:
      unsafe UnsafeMutableRawBufferPointer(start: target, count: 4 * count).copyMemory(from: source)
    case .float16:
      for index in 0..<count {
        let bits = unsafe source.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
        unsafe target[index] = Float(Float16(bitPattern: bits))
      }
    case .bfloat16:
      for index in 0..<count {
        let bits = unsafe source.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
        unsafe target[index] = Float(bitPattern: UInt32(bits) << 16)
      }
    case .float64:
      for index in 0..<count {
        let bits = unsafe source.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self)
        unsafe target[index] = Float(Double(bitPattern: bits))
      }
    default:
      preconditionFailure("numbers of type \(type.rawValue) are no weights")
    }
  }
}

/// The bytes of some numbers in a type of two or eight bytes.
///
/// - Precondition: The type is one that weights are written in.
func converted(_ values: [Float], to type: NumberType) -> [UInt8] {
  var bytes: [UInt8] = []
  bytes.reserveCapacity(values.count * type.byteCount)
  for value in values {
    let bits: UInt64
    switch type {
    case .float16: bits = UInt64(Float16(value).bitPattern)
    case .bfloat16: bits = UInt64(bfloat16Bits(value))
    case .float32: bits = UInt64(value.bitPattern)
    case .float64: bits = Double(value).bitPattern
    default: preconditionFailure("weights are not written as \(type.rawValue)")
    }
    for byte in 0..<type.byteCount {
      bytes.append(UInt8(truncatingIfNeeded: bits >> (8 * UInt64(byte))))
    }
  }
  return bytes
}

/// The first eight bytes as a number, or nil when there are fewer.
func leadingWord(_ bytes: RawSpan) -> UInt64? {
  guard bytes.byteCount >= 8 else { return nil }
  return unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt64.self)
}

/// A copy of some bytes.
func array(_ bytes: RawSpan) -> [UInt8] {
  unsafe bytes.withUnsafeBytes { unsafe Array($0) }
}
