import CZlib
import CZstd

/// Unpacks bytes step by step.
///
/// Memory does not depend on the data: gzip needs 32 KiB of window; a Zstandard frame says how much
/// it needs, and more than 128 MiB is refused.
@safe final class Decompressor {
  /// Why no more can be unpacked.
  enum Fault: Error {
    /// The bytes are not what they should be, in the library's words.
    case corrupt(String)
    /// The system gives no memory.
    case noMemory
  }

  /// The largest window of a Zstandard frame, as a power of two; what `zstd -d` allows by itself.
  private static let largestWindow: Int32 = 27

  private let compression: Compression
  private let decoder: OpaquePointer
  /// Whether a member or frame has begun and not ended.
  private(set) var isInside = false
  /// Whether a first member or frame has ended.
  private var hasEnded = false

  /// Creates a decoder at the start of a file; nil for files that are not packed.
  init?(_ compression: Compression) throws(Fault) {
    let opened: OpaquePointer?
    switch compression {
    case .none: return nil
    case .gzip: unsafe opened = gzip_open()
    case .zstd: unsafe opened = zstd_open(Self.largestWindow)
    }
    guard let opened = unsafe opened else { throw .noMemory }
    self.compression = compression
    unsafe decoder = opened
  }

  deinit {
    if compression == .gzip { unsafe gzip_close(decoder) } else { unsafe zstd_close(decoder) }
  }

  /// Unpacks as much as input and room allow.
  ///
  /// - Returns: How many bytes of the input were used up and how many were written.
  func step(
    _ input: UnsafeRawBufferPointer,
    into output: UnsafeMutableRawBufferPointer
  ) throws(Fault) -> (consumed: Int, produced: Int) {
    var consumed = 0
    var produced = 0
    let source = unsafe input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    let target = unsafe output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    if compression == .gzip {
      if !isInside, hasEnded {
        let padding = unsafe input.prefix { $0 == 0 }.count
        // Tapes and block devices pad their last block with zeros, which no reader minds.
        if padding > 0 { return (padding, 0) }
        unsafe gzip_restart(decoder)
      }
      let status = unsafe gzip_step(
        decoder,
        source,
        input.count,
        target,
        output.count,
        &consumed,
        &produced
      )
      switch status {
      case GZIP_MORE: isInside = isInside || consumed > 0
      case GZIP_MEMBER_END: ended()
      case GZIP_NO_MEMORY: throw .noMemory
      default: throw .corrupt(unsafe String(cString: gzip_reason(decoder)))
      }
    } else {
      let status = unsafe zstd_step(
        decoder,
        source,
        input.count,
        target,
        output.count,
        &consumed,
        &produced
      )
      switch status {
      case ZSTD_MORE: isInside = isInside || consumed > 0
      case ZSTD_FRAME_END: ended()
      default:
        if unsafe zstd_window_is_too_large(decoder) {
          throw .corrupt("it needs more than 128 MiB of memory to unpack")
        }
        throw .corrupt(unsafe String(cString: zstd_reason(decoder)))
      }
    }
    return (consumed, produced)
  }

  private func ended() {
    isInside = false
    hasEnded = true
  }
}
