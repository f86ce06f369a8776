import CICU

/// The class of every code point, in two stages: blocks of 64 code points, shared where uniform.
///
/// Built at first use from ICU's enumeration of categories, in well under a millisecond.
@safe public final class CharacterClassTable: Sendable {
  /// The one table.
  public static let shared = CharacterClassTable()

  // subtle: written only by the initializer, and never freed: the one table lives as long as the
  // process.
  @usableFromInline nonisolated(unsafe) let offsets: UnsafePointer<UInt16>
  @usableFromInline nonisolated(unsafe) let classes: UnsafePointer<UInt8>

  /// The class of a code point; nothing for numbers above U+10FFFF.
  @inlinable @inline(__always)
  public subscript(_ scalar: UInt32) -> CharacterClass {
    guard scalar < 0x11_0000 else { return [] }
    let block = Int(unsafe offsets[Int(scalar >> 6)])
    return CharacterClass(rawValue: unsafe classes[block << 6 | Int(scalar & 63)])
  }

  /// The class of a code point from its upper bits (without the lowest six) and its lowest six.
  ///
  /// - Precondition: `upper` is below 0x4400 and `lower` below 64, which is checked in debug builds.
  @inlinable @inline(__always)
  public subscript(upper upper: Int, lower lower: Int) -> CharacterClass {
    assert(upper >= 0 && upper < 0x4400 && lower >= 0 && lower < 64, "\(upper), \(lower)")
    let block = Int(unsafe offsets[upper])
    return CharacterClass(rawValue: unsafe classes[block << 6 | lower])
  }

  private init() {
    var builder = TwoStageBuilder()
    unsafe withUnsafeMutablePointer(to: &builder) { context in
      unsafe icu_enumerate_categories(context) { context, first, limit, category in
        guard let context = unsafe context else { return }
        let builder = unsafe context.assumingMemoryBound(to: TwoStageBuilder.self)
        unsafe builder.pointee.fill(first, limit, CharacterClass(category: category).rawValue)
      }
    }
    for (scalar, value) in controlWhitespace {
      builder.fill(scalar, scalar + 1, value.rawValue)
    }
    for (first, last, value) in laterClasses where builder[first] == 0 {
      builder.fill(first, last + 1, value.rawValue)
    }
    let offsets = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: builder.offsets.count)
    _ = unsafe offsets.initialize(fromContentsOf: builder.offsets)
    let classes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: builder.values.count)
    _ = unsafe classes.initialize(fromContentsOf: builder.values)
    // subtle: both lists are non-empty, so that both addresses exist.
    guard let first = offsets.baseAddress, let second = classes.baseAddress else {
      preconditionFailure("an empty table of character classes")
    }
    unsafe self.offsets = UnsafePointer(first)
    unsafe self.classes = UnsafePointer(second)
  }
}

/// Fills a two-stage table from runs of code points.
private struct TwoStageBuilder {
  /// The block of each 64 code points.
  var offsets = [UInt16](repeating: 0, count: 0x11_0000 >> 6)
  /// The blocks' values; block 0 is all zero.
  var values = [UInt8](repeating: 0, count: 64)
  /// The uniform block of each value, 0 where there is none yet.
  private var uniform = [UInt16](repeating: 0, count: 256)
  /// Whether a block belongs to one place only and may be written.
  private var isOwned: [Bool] = [false]

  init() {}

  subscript(_ scalar: UInt32) -> UInt8 {
    values[Int(offsets[Int(scalar >> 6)]) << 6 | Int(scalar & 63)]
  }

  /// Gives a value to the code points from `first` up to `limit`.
  mutating func fill(_ first: UInt32, _ limit: UInt32, _ value: UInt8) {
    var scalar = first
    while scalar < limit {
      let place = Int(scalar >> 6)
      let end = min(limit, (scalar | 63) + 1)
      if end - scalar == 64 {
        offsets[place] = uniformBlock(value)
      } else {
        let start = ownedBlock(place) << 6
        for index in Int(scalar & 63)...Int((end - 1) & 63) { values[start | index] = value }
      }
      scalar = end
    }
  }

  private mutating func uniformBlock(_ value: UInt8) -> UInt16 {
    if value == 0 { return 0 }
    if uniform[Int(value)] == 0 {
      uniform[Int(value)] = appendBlock(repeatElement(value, count: 64), isOwned: false)
    }
    return uniform[Int(value)]
  }

  private mutating func ownedBlock(_ place: Int) -> Int {
    let old = Int(offsets[place])
    if !isOwned[old] {
      offsets[place] = appendBlock(Array(values[old << 6..<old << 6 + 64]), isOwned: true)
    }
    return Int(offsets[place])
  }

  private mutating func appendBlock(
    _ block: some Collection<UInt8>,
    isOwned owned: Bool
  ) -> UInt16 {
    values.append(contentsOf: block)
    isOwned.append(owned)
    return UInt16(isOwned.count - 1)
  }
}
