import CVector

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A growable array of plain values in one piece of memory, owned by one place.
///
/// The hot loops of counting, training and encoding stand on it: an element is reached by one load
/// or store. Bounds are checked in debug builds, where the tests run, and not in release builds.
@safe struct FlatArray<Element: BitwiseCopyable>: ~Copyable {
  fileprivate(set) var count: Int
  private(set) var capacity: Int
  fileprivate var start: UnsafeMutablePointer<Element>

  /// An empty array with room for some elements.
  init(capacity: Int = 0) {
    self.capacity = max(capacity, 1)
    count = 0
    unsafe start = Self.allocate(self.capacity)
  }

  /// An array of equal elements.
  init(repeating element: Element, count: Int) {
    self.init(capacity: count)
    unsafe start.initialize(repeating: element, count: count)
    self.count = count
  }

  deinit {
    unsafe free(start)
  }

  /// Memory that begins with a cache line, so that records of 32 or 64 bytes never cross one; large
  /// memory in huge pages, where looking something up at random misses fewer page tables.
  private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Element> {
    let size = capacity * MemoryLayout<Element>.stride
    let isLarge = size >= 2 * hugePageSize
    var block: UnsafeMutableRawPointer?
    let code = unsafe posix_memalign(&block, isLarge ? hugePageSize : 64, size)
    guard code == 0, let bytes = unsafe block else {
      preconditionFailure("no memory for an array of \(size) bytes")
    }
    if isLarge { unsafe adviseHugePages(bytes, size) }
    return unsafe bytes.bindMemory(to: Element.self, capacity: capacity)
  }

  subscript(_ index: Int) -> Element {
    @inline(__always) get {
      assert(index >= 0 && index < count, "index \(index) of \(count)")
      return unsafe start[index]
    }
    @inline(__always) _modify {
      assert(index >= 0 && index < count, "index \(index) of \(count)")
      yield unsafe &start[index]
    }
  }

  @inline(__always)
  mutating func append(_ element: Element) {
    if count == capacity { grow(to: count + 1) }
    unsafe (start + count).initialize(to: element)
    count += 1
  }

  /// Appends elements whose values do not matter yet.
  mutating func extend(by more: Int, with element: Element) {
    if count + more > capacity { grow(to: count + more) }
    unsafe (start + count).initialize(repeating: element, count: more)
    count += more
  }

  /// Makes room for a number of elements where they are, or where the system moves the pages to.
  ///
  /// Unlike growth by appending, a large array never stands beside a copy of itself; where it begins
  /// after that, only small pages are sure to be whole.
  mutating func enlarge(to newCapacity: Int) {
    if newCapacity <= capacity { return }
    let size = newCapacity * MemoryLayout<Element>.stride
    guard let moved = unsafe realloc(start, size) else {
      preconditionFailure("no memory for an array of \(size) bytes")
    }
    unsafe start = moved.bindMemory(to: Element.self, capacity: newCapacity)
    capacity = newCapacity
  }

  /// Makes room for elements to come.
  @inline(__always)
  mutating func reserve(_ more: Int) {
    if count + more > capacity { grow(to: count + more) }
  }

  /// Asks for the memory of an element that is read soon.
  @inline(__always)
  func prefetch(_ index: Int) {
    unsafe prefetchMemory(start + index)
  }

  /// Forgets the elements and keeps the memory.
  @inline(__always)
  mutating func removeAll() {
    count = 0
  }

  /// Forgets the last elements.
  mutating func truncate(to newCount: Int) {
    assert(newCount >= 0 && newCount <= count, "\(newCount) of \(count) elements")
    count = newCount
  }

  /// The elements as an ordinary array.
  func toArray() -> [Element] {
    unsafe Array(UnsafeBufferPointer(start: start, count: count))
  }

  /// The bytes from one index on, for reading by 8 where the caller knows the bounds.
  @inline(__always)
  func withElements<Result: ~Copyable, Failure: Error>(
    _ body: (UnsafeBufferPointer<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(UnsafeBufferPointer(start: start, count: count))
  }

  @inline(never)
  fileprivate mutating func grow(to needed: Int) {
    let larger = max(needed, capacity + capacity / 2, 16)
    let moved = unsafe Self.allocate(larger)
    unsafe moved.moveInitialize(from: start, count: count)
    unsafe free(start)
    unsafe start = moved
    capacity = larger
  }
}

/// Asks for the memory at an address that is read soon.
@unsafe @inline(__always)
func prefetchMemory(_ address: UnsafeRawPointer) {
  unsafe cv_prefetch(address)
}

extension FlatArray where Element == UInt32 {
  /// Writes four elements at a place, behind the last element too where there is room.
  @inline(__always)
  mutating func store(_ elements: SIMD4<UInt32>, at index: Int) {
    assert(index >= 0 && index + 4 <= capacity, "4 elements at \(index) of \(capacity)")
    unsafe UnsafeMutableRawPointer(start + index).storeBytes(of: elements, as: SIMD4<UInt32>.self)
  }

  /// Writes an element at a place, behind the last element too where there is room.
  @inline(__always)
  mutating func store(_ element: UInt32, at index: Int) {
    assert(index >= 0 && index < capacity, "element \(index) of \(capacity)")
    unsafe start[index] = element
  }

  /// Counts the elements that were stored.
  @inline(__always)
  mutating func setCount(_ newCount: Int) {
    assert(newCount >= 0 && newCount <= capacity, "\(newCount) elements of \(capacity)")
    count = newCount
  }

  /// How far ``store(_:_:at:)`` reads and writes beyond what it copies, at most.
  static var overshoot: Int { 8 }

  /// Copies some elements of another array to a place, behind the last element too where there is room;
  /// eight at once, so that up to ``overshoot`` elements behind them change too.
  ///
  /// - Precondition: Both arrays have room for what is too much.
  /// - Returns: The place behind them.
  @inline(__always)
  mutating func store(
    _ other: borrowing FlatArray<UInt32>,
    _ range: Range<Int>,
    at index: Int
  ) -> Int {
    let end = index &+ range.count
    assert(range.upperBound <= other.count && index >= 0, "\(range) of \(other.count) to \(index)")
    assert(end + Self.overshoot <= capacity, "\(range.count) at \(index) of \(capacity)")
    assert(range.upperBound + Self.overshoot <= other.capacity, "\(range) of \(other.capacity)")
    var source = unsafe UnsafeRawPointer(other.start + range.lowerBound)
    var target = unsafe UnsafeMutableRawPointer(start + index)
    let last = unsafe UnsafeMutableRawPointer(start + end)
    repeat {
      let low = unsafe source.loadUnaligned(as: SIMD4<UInt32>.self)
      let high = unsafe source.loadUnaligned(fromByteOffset: 16, as: SIMD4<UInt32>.self)
      unsafe target.storeBytes(of: low, as: SIMD4<UInt32>.self)
      unsafe target.storeBytes(of: high, toByteOffset: 16, as: SIMD4<UInt32>.self)
      unsafe source += 32
      unsafe target += 32
    } while unsafe target < last
    return end
  }
}

extension FlatArray where Element == UInt8 {
  /// Appends bytes.
  mutating func append(_ bytes: ByteView) {
    reserve(bytes.count)
    unsafe (start + count).initialize(from: bytes.address, count: bytes.count)
    count += bytes.count
  }

  /// Whether some bytes stand at a place.
  @inline(__always)
  func hasBytes(of bytes: ByteView, at place: Int) -> Bool {
    assert(place >= 0 && place + bytes.count <= count, "\(bytes.count) bytes at \(place)")
    return unsafe ByteView(start: start + place, count: bytes.count).isEqual(to: bytes)
  }

  /// Appends a part of another array, which holds at least 16 bytes after that part.
  ///
  /// Short parts are copied 16 bytes at once; what is too much is overwritten by the next one.
  @inline(__always)
  mutating func append(_ other: borrowing FlatArray<UInt8>, padded range: Range<Int>) {
    assert(range.lowerBound >= 0 && range.upperBound + 16 <= other.count, "\(range) is not padded")
    if count + range.count + 16 > capacity { grow(to: count + range.count + 16) }
    let source = unsafe UnsafeRawPointer(other.start + range.lowerBound)
    let target = unsafe UnsafeMutableRawPointer(start + count)
    if range.count <= 16 {
      unsafe target.storeBytes(
        of: source.loadUnaligned(as: SIMD16<UInt8>.self),
        as: SIMD16<UInt8>.self
      )
    } else {
      unsafe target.copyMemory(from: source, byteCount: range.count)
    }
    count += range.count
  }
}

// The memory has one owner, and changing it needs exclusive access to that owner.
extension FlatArray: @unchecked Sendable where Element: Sendable {}
