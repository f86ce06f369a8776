/// A growable array of plain values in one piece of memory, owned by one place.
///
/// The hot loops of counting, training and encoding stand on it: an element is reached by one load
/// or store. Bounds are checked in debug builds, where the tests run, and not in release builds.
@safe struct FlatArray<Element: BitwiseCopyable>: ~Copyable {
  private(set) var count: Int
  private(set) var capacity: Int
  private var start: UnsafeMutablePointer<Element>

  /// An empty array with room for some elements.
  init(capacity: Int = 0) {
    self.capacity = max(capacity, 1)
    count = 0
    unsafe start = UnsafeMutablePointer.allocate(capacity: self.capacity)
  }

  /// An array of equal elements.
  init(repeating element: Element, count: Int) {
    self.init(capacity: count)
    unsafe start.initialize(repeating: element, count: count)
    self.count = count
  }

  deinit {
    unsafe start.deallocate()
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
  private mutating func grow(to needed: Int) {
    let larger = max(needed, capacity + capacity / 2, 16)
    let moved = UnsafeMutablePointer<Element>.allocate(capacity: larger)
    unsafe moved.moveInitialize(from: start, count: count)
    unsafe start.deallocate()
    unsafe start = moved
    capacity = larger
  }
}

extension FlatArray where Element == UInt8 {
  /// Appends bytes.
  mutating func append(_ bytes: ByteView) {
    for index in 0..<bytes.count { append(bytes[index]) }
  }

  /// Appends a part of another array.
  @inline(__always)
  mutating func append(_ other: borrowing FlatArray<UInt8>, _ range: Range<Int>) {
    for index in range { append(other[index]) }
  }
}

// The memory has one owner, and changing it needs exclusive access to that owner.
extension FlatArray: @unchecked Sendable where Element: Sendable {}
