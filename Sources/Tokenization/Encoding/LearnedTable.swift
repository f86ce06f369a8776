import Synchronization

/// Words met before with their tokens, in a table that several threads look words up in and add to at
/// the same time; the memory behind a ``WordCache``.
///
/// A slot is 32 bytes, half a cache line, and holds a word of up to 16 bytes with up to three tokens
/// whole: most words cost one cache line. The bytes of longer words and longer lists of tokens lie in a
/// list of their own. A thread takes a free slot by exchanging its state, fills it, and publishes it by
/// its state; what is published never changes, so that reading takes no lock.
@safe final class LearnedTable: Sendable {
  /// A word and its tokens.
  struct Slot: ~Copyable {
    /// The first eight bytes, zero above a shorter word.
    var head: UInt64
    /// The next eight bytes, or the hash of a word of more than 16.
    var tail: UInt64
    /// Up to three tokens, or where a longer list starts and how long it is.
    ///
    /// In a slot of a long word the third number is the place of its bytes.
    var tokens: (UInt32, UInt32, UInt32)
    /// The word's length below the number of tokens; 0 where the slot is free.
    let state: Atomic<UInt32>
  }

  /// The table as its readers and writers see it, valid while the table lives.
  let view: View
  private let memory: ZeroedMemory
  /// How many words are added at most.
  private let wordLimit: Int
  private let wordsGiven = Atomic<Int>(0)
  private let unitsGiven = Atomic<Int>(0)

  /// How many words a thread may add before it asks again.
  private static let wordAllowance = 128
  /// How much of the list a thread gets at a time; more than a word needs.
  private static let unitAllowance = 1 << 10

  /// An empty table.
  ///
  /// - Parameters:
  ///   - bits: How many slots, as a power of two; at least 11.
  ///   - isLast: Whether no larger table follows.
  init(bits: Int, isLast: Bool) {
    // Half full, most words are at the first place they are looked for; the last table goes to three
    // quarters, as what follows is an empty one.
    wordLimit = isLast ? 3 << (bits - 2) : 1 << (bits - 1)
    memory = ZeroedMemory(byteCount: View.byteCount(bits: bits))
    view = View(bits: bits, memory)
  }

  deinit {
    memory.deallocate()
  }

  /// The number of words that the caller may add now; 0 where the table is full.
  func takeWords() -> Int {
    let given = wordsGiven.wrappingAdd(Self.wordAllowance, ordering: .relaxed).newValue
    return given <= wordLimit ? Self.wordAllowance : 0
  }

  /// A part of the list that the caller may fill; empty where the table is full.
  func takeUnits() -> Range<Int> {
    let (start, end) = unitsGiven.wrappingAdd(Self.unitAllowance, ordering: .relaxed)
    return end <= view.unitCount ? start..<end : 0..<0
  }

  /// A larger table with the words of this one.
  func enlarged(bits: Int, isLast: Bool) -> LearnedTable {
    let larger = LearnedTable(bits: bits, isLast: isLast)
    var units = 0
    let count = view.copyWords(to: larger.view, &units)
    larger.wordsGiven.store(count, ordering: .relaxed)
    larger.unitsGiven.store(units, ordering: .relaxed)
    return larger
  }
}

extension LearnedTable {
  /// The memory of a table.
  ///
  /// A value of its own, as reaching it through the table would count references in the hot loops.
  @safe struct View: BitwiseCopyable, @unchecked Sendable {
    let slotCount: Int
    /// How many numbers the list holds.
    let unitCount: Int
    private let shift: UInt64
    private let slots: UnsafeMutablePointer<Slot>
    private let units: UnsafeMutablePointer<UInt32>

    /// Stands for the length of words above 16 bytes; no length of a word.
    static let longWord: UInt32 = 0
    /// Stands for the number of tokens where there are more than fit.
    static let listed = 0xFF
    /// The state of a slot that is being filled, above those of all words.
    private static let busy: UInt32 = 1 << 31

    fileprivate init(bits: Int, _ memory: ZeroedMemory) {
      slotCount = 1 << bits
      // A word of natural text takes two to five numbers of the list, a clause of a script without
      // spaces twenty and more; what is not needed is not touched.
      unitCount = 8 << bits
      shift = UInt64(64 - bits)
      // Zeros are free slots.
      unsafe slots = memory.start.bindMemory(to: Slot.self, capacity: slotCount)
      unsafe units = (memory.start + slotCount * MemoryLayout<Slot>.stride)
        .bindMemory(to: UInt32.self, capacity: unitCount)
    }

    /// How much memory a table takes.
    fileprivate static func byteCount(bits: Int) -> Int {
      MemoryLayout<Slot>.stride << bits + MemoryLayout<UInt32>.stride << (bits + 3)
    }

    /// The key of some bytes of a text.
    @inline(__always)
    func key(_ text: ByteView, _ start: Int, _ length: Int) -> WordCache.Key {
      // Not in line, and without this value, which the compiler would prepare for every short word too.
      if length > 16 { return Self.longKey(text, start, length, shift) }
      let (head, tail) = text.words(at: start, length: length)
      let home = home(WordCache.hash(head, tail, length))
      return WordCache.Key(
        head: head,
        tail: tail,
        start: start,
        count: UInt32(truncatingIfNeeded: length),
        home: UInt32(truncatingIfNeeded: home)
      )
    }

    @inline(never)
    private static func longKey(
      _ text: ByteView,
      _ start: Int,
      _ length: Int,
      _ shift: UInt64
    ) -> WordCache.Key {
      let hash = text[start..<start &+ length].hash()
      return WordCache.Key(
        head: text.word(at: start),
        tail: hash,
        start: start,
        count: UInt32(clamping: length),
        home: UInt32(truncatingIfNeeded: hash &>> shift)
      )
    }

    /// The place that a word with a hash is looked for first.
    ///
    /// The upper bits of the hash, so that a larger table has the words in the same order: growing
    /// reads and writes memory in order.
    @inline(__always)
    func home(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash &>> shift) }

    @inline(__always)
    private func after(_ place: Int) -> Int { (place &+ 1) & (slotCount &- 1) }

    /// Asks for the memory that looking a word up will read.
    @inline(__always)
    func prefetch(_ key: WordCache.Key) {
      unsafe prefetchMemory(slots + Int(key.home))
    }

    /// Appends the tokens of words of up to 16 bytes that are at the first place they are looked for,
    /// each with up to three tokens: most of all words.
    ///
    /// - Precondition: The output has room for four tokens for each word.
    /// - Returns: The number of the first word from `first` on that is none of these, or how many words
    ///   there are.
    @inline(__always)
    func appendShort(
      _ keys: borrowing FlatArray<WordCache.Key>,
      from first: Int,
      count: Int,
      to output: inout FlatArray<TokenID>
    ) -> Int {
      var end = output.count
      var index = first
      while index < count {
        let slot = unsafe slots + Int(keys[index].home)
        // The state comes first: the bytes of a slot that is being filled are never compared.
        let state = unsafe slot.pointee.state.load(ordering: .acquiring)
        let tokenCount = Int(state >> 8)
        if state & 0xFF != keys[index].count || tokenCount == Self.listed { break }
        let (head, tail) = unsafe (slot.pointee.head, slot.pointee.tail)
        if (head ^ keys[index].head) | (tail ^ keys[index].tail) != 0 { break }
        output.store(tokens(Int(keys[index].home)), at: end)
        end &+= tokenCount
        index &+= 1
      }
      output.setCount(end)
      return index
    }

    /// Asks for what finding a word will read that is not at its first place.
    @inline(__always)
    func prefetchRest(_ key: WordCache.Key) {
      let home = Int(key.home)
      // Two slots share a cache line.
      unsafe prefetchMemory(slots + ((home &+ 2) & (slotCount &- 1)))
      let state = unsafe slots[home].state.load(ordering: .acquiring)
      if state == 0 || state == Self.busy { return }
      if state & 0xFF == Self.longWord { unsafe prefetchMemory(units + Int(slots[home].tokens.2)) }
      if Int(state >> 8) == Self.listed { unsafe prefetchMemory(units + Int(slots[home].tokens.0)) }
    }

    /// The place of a word met before, or -1.
    @inline(__always)
    func find(_ key: WordCache.Key, _ text: ByteView) -> Int {
      find(key, text, from: Int(key.home))
    }

    /// The place of a word met before, which is looked for from a place on; or -1.
    @inline(__always)
    func find(_ key: WordCache.Key, _ text: ByteView, from home: Int) -> Int {
      var place = home
      let length = key.length
      while true {
        let state = unsafe slots[place].state.load(ordering: .acquiring)
        if state == 0 { return -1 }
        if state & 0xFF == length, state != Self.busy,
          unsafe (slots[place].head ^ key.head) | (slots[place].tail ^ key.tail) == 0,
          length != Self.longWord || isSame(place, text, key.range)
        {
          return place
        }
        place = after(place)
      }
    }

    /// Whether the word at a place is one of more than 16 bytes.
    ///
    /// Not in line: the compiler would prepare it for every short word too.
    @inline(never)
    private func isSame(_ place: Int, _ text: ByteView, _ range: Range<Int>) -> Bool {
      // The length stands before the bytes; the first eight are known to be the same.
      let word = unsafe units + Int(slots[place].tokens.2)
      guard unsafe Int(word[0]) == range.count else { return false }
      let bytes = unsafe UnsafeRawPointer(word + 1).assumingMemoryBound(to: UInt8.self)
      return unsafe ByteView(start: bytes, count: range.count)[8..<range.count]
        .isEqual(to: text[range.lowerBound + 8..<range.upperBound])
    }

    /// The tokens of the word at a place, or where their list starts and how long it is, below the
    /// slot's state.
    @inline(__always)
    func tokens(_ place: Int) -> SIMD4<UInt32> {
      unsafe UnsafeRawPointer(slots + place).load(fromByteOffset: 16, as: SIMD4<UInt32>.self)
    }

    /// Copies a list that ``tokens(_:)`` found behind the elements of an array, which has room for it.
    ///
    /// - Returns: Where it ends.
    func storeList(
      _ numbers: SIMD4<UInt32>,
      in output: inout FlatArray<TokenID>,
      at start: Int
    ) -> Int {
      let list = unsafe units + Int(numbers.x)
      for index in 0..<Int(numbers.y) { output.store(unsafe list[index], at: start &+ index) }
      return start &+ Int(numbers.y)
    }

    /// Writes numbers to a part of the list that the caller was given.
    @inline(__always)
    func write(_ found: borrowing FlatArray<TokenID>, _ range: Range<Int>, at start: Int) {
      var place = start
      for index in range {
        unsafe (units + place).initialize(to: found[index])
        place &+= 1
      }
    }

    /// Writes the length and the bytes of a word to a part of the list that the caller was given.
    func write(_ word: ByteView, at start: Int) {
      unsafe (units + start).initialize(to: UInt32(truncatingIfNeeded: word.count))
      unsafe UnsafeMutableRawPointer(units + start + 1)
        .copyMemory(from: word.address, byteCount: word.count)
    }

    /// How many numbers of the list the bytes of a word take.
    static func unitCount(ofWord byteCount: Int) -> Int { 1 + (byteCount + 3) / 4 }

    /// Publishes a word: its bytes as a slot has them, its hash, the three numbers of the slot and its
    /// state; nothing where a word of up to 16 bytes is there already.
    ///
    /// - Precondition: The table has a free slot: the caller was allowed to add the word.
    @inline(__always)
    func insert(_ head: UInt64, _ tail: UInt64, _ hash: UInt64, _ tokens: SIMD4<UInt32>) {
      var place = home(hash)
      while true {
        let state = unsafe slots[place].state.load(ordering: .acquiring)
        if state == 0,
          unsafe slots[place].state.compareExchange(
            expected: 0,
            desired: Self.busy,
            ordering: .relaxed
          ).exchanged
        {
          break
        }
        let length = state & 0xFF
        if length == tokens.w & 0xFF, length != Self.longWord,
          unsafe (slots[place].head ^ head) | (slots[place].tail ^ tail) == 0
        {
          return
        }
        place = after(place)
      }
      unsafe slots[place].head = head
      unsafe slots[place].tail = tail
      unsafe slots[place].tokens = (tokens.x, tokens.y, tokens.z)
      unsafe slots[place].state.store(tokens.w, ordering: .releasing)
    }

    /// Copies the words that are published to a larger table that nobody knows yet.
    ///
    /// - Returns: How many there are.
    fileprivate func copyWords(to larger: View, _ used: inout Int) -> Int {
      var count = 0
      for place in 0..<slotCount {
        let state = unsafe slots[place].state.load(ordering: .acquiring)
        if state == 0 || state == Self.busy { continue }
        let (head, tail) = unsafe (slots[place].head, slots[place].tail)
        var (first, second, third) = unsafe slots[place].tokens
        if Int(state >> 8) == Self.listed {
          copyUnits(Int(first), Int(second), to: larger, used)
          first = UInt32(used)
          used += Int(second)
        }
        var hash = tail
        if state & 0xFF == Self.longWord {
          let length = unsafe Self.unitCount(ofWord: Int(units[Int(third)]))
          copyUnits(Int(third), length, to: larger, used)
          third = UInt32(used)
          used += length
        } else {
          hash = WordCache.hash(head, tail, Int(state & 0xFF))
        }
        larger.insert(head, tail, hash, SIMD4(first, second, third, state))
        count += 1
      }
      return count
    }

    private func copyUnits(_ start: Int, _ count: Int, to larger: View, _ place: Int) {
      unsafe (larger.units + place).initialize(from: units + start, count: count)
    }
  }
}
