/// The tokens of a byte-level vocabulary by their bytes, and which of them can stand side by side:
/// what ``PieceParser`` encodes by.
///
/// Merging gives a piece the one list of tokens in which each token is what its own bytes merge to
/// and each two neighbors are what their joined bytes merge to. So a piece can be read from left to
/// right, a token at a time, without making the merges.
///
/// - Source: van Antwerpen and Neubeck 2024, "So many tokens, so little time" (GitHub), and their
///   library `bpe`; Berglund and van der Merwe 2023, arXiv:2309.08715, on when an order of merges
///   means the same as such lists.
struct TokenTrie: ~Copyable, Sendable {
  /// What is known of a token.
  struct Entry: BitwiseCopyable, Sendable {
    /// The tokens it is merged from; not used of bytes.
    var left: TokenID = 0
    var right: TokenID = 0
    /// The longest token that it begins with, other than itself; ``TokenTrie/noToken`` for a byte.
    var prefix: TokenID = TokenTrie.noToken
    /// How many bytes it has.
    var length: UInt32 = 0
  }

  /// No token.
  static let noToken = TokenID.max

  /// Steps from node to node: node, byte, next node in 20, 8 and 20 bits, and above the lowest bit
  /// whether the next node is a token; all ones where free.
  private var slots = FlatArray<UInt64>(repeating: .max, count: 1 << 12)
  private var used = 0
  /// The token of each node, ``noToken`` where none ends.
  ///
  /// The first 256 nodes are the bytes.
  private var tokens = FlatArray<TokenID>()
  /// The node before each.
  private var parents = FlatArray<UInt32>()
  private var entries: FlatArray<Entry>
  /// The first token that is no byte; those after it are made in the order of the merges.
  let firstMerged: TokenID

  /// A trie of single bytes.
  private init(count: Int, firstMerged: TokenID, _ byteTokens: borrowing ByteTokens) {
    self.firstMerged = firstMerged
    entries = FlatArray(repeating: Entry(), count: count)
    for byte in 0..<256 {
      let token = byteTokens[UInt8(byte)]
      entries[Int(token)].length = 1
      tokens.append(token)
      parents.append(Self.noNode)
    }
  }

  /// Prepares a vocabulary.
  ///
  /// - Returns: Nil where the tokens are not read this way: where a byte has no token, or the merged
  ///   tokens do not have consecutive numbers in the order of the merges, each from parts made
  ///   before.
  static func make(_ merges: [Merge], _ tables: TokenizerTables) -> TokenTrie? {
    guard tables.coversAllBytes, tables.ranks.isNarrow, let first = merges.first?.merged,
      Int(first) + merges.count < largestCount,
      (0..<256).allSatisfy({ tables.byteTokens[UInt8($0)] < first })
    else { return nil }
    let count = Int(first) + merges.count
    var trie = TokenTrie(count: count, firstMerged: first, tables.byteTokens)
    // The node of each token.
    var nodes = FlatArray<UInt32>(repeating: noNode, count: count)
    for byte in 0..<256 { nodes[Int(tables.byteTokens[UInt8(byte)])] = UInt32(byte) }
    var isWhole = true
    for (rank, merge) in merges.enumerated() where isWhole {
      let token = TokenID(rank) + first
      isWhole =
        merge.merged == token && merge.left < token && merge.right < token
        && trie.add(merge, tables, &nodes)
    }
    if !isWhole { return nil }
    trie.findPrefixes()
    return trie
  }

  private static let largestCount = 1 << 20
  private static let noNode = UInt32.max

  /// Adds a merged token; false where its parts are no tokens of their own or it stands for other
  /// bytes than they.
  private mutating func add(
    _ merge: Merge,
    _ tables: TokenizerTables,
    _ nodes: inout FlatArray<UInt32>
  ) -> Bool {
    let left = tables.decodedRange(merge.left)
    let right = tables.decodedRange(merge.right)
    let whole = tables.decodedRange(merge.merged)
    var node = nodes[Int(merge.left)]
    guard node != Self.noNode, nodes[Int(merge.right)] != Self.noNode,
      right.count > 0, whole.count == left.count + right.count
    else { return false }
    for index in 0..<left.count
    where tables.decodedBytes[whole.lowerBound + index]
      != tables.decodedBytes[left.lowerBound + index]
    {
      return false
    }
    var slot = 0
    for index in 0..<right.count {
      let byte = tables.decodedBytes[right.lowerBound + index]
      guard byte == tables.decodedBytes[whole.lowerBound + left.count + index],
        tokens.count < Self.largestCount
      else { return false }
      slot = insert(node, byte)
      node = Self.next(slots[slot])
    }
    nodes[Int(merge.merged)] = node
    let isMade = isReached(merge, tables.ranks)
    if isMade {
      tokens[Int(node)] = merge.merged
      slots[slot] |= 1
    }
    entries[Int(merge.merged)] = Entry(
      left: merge.left,
      right: merge.right,
      length: isMade ? UInt32(whole.count) : 0
    )
    return true
  }

  /// Whether merging the bytes of a token gives the token: its parts do so, and nothing merges
  /// across their border before they are made.
  private func isReached(_ merge: Merge, _ ranks: borrowing PairRanks) -> Bool {
    guard entries[Int(merge.left)].length > 0, entries[Int(merge.right)].length > 0 else {
      return false
    }
    return areNeighbors(merge.left, merge.right, ranks, butForThemselves: true)
  }

  /// Fills in the longest token that each token begins with.
  private mutating func findPrefixes() {
    var above = FlatArray<TokenID>(repeating: Self.noToken, count: tokens.count)
    for node in 256..<max(256, tokens.count) {
      let parent = Int(parents[node])
      above[node] = tokens[parent] == Self.noToken ? above[parent] : tokens[parent]
      if tokens[node] != Self.noToken { entries[Int(tokens[node])].prefix = above[node] }
    }
    parents = FlatArray()
  }

  /// What is known of a token.
  @inline(__always)
  subscript(_ token: TokenID) -> Entry { entries[Int(token)] }

  /// The longest token that a piece has at a place.
  @inline(__always)
  func longestToken(_ piece: ByteView, _ start: Int) -> TokenID {
    var node = UInt32(piece[start])
    var last = node
    var place = start &+ 1
    while place < piece.count {
      let key = UInt64(node) << 8 | UInt64(piece[place])
      var index = home(key)
      var slot = slots[index]
      while slot >> 21 != key, slot != .max {
        index = (index &+ 1) & (slots.count &- 1)
        slot = slots[index]
      }
      if slot == .max { break }
      node = Self.next(slot)
      if slot & 1 != 0 { last = node }
      place &+= 1
    }
    return tokens[Int(last)]
  }

  /// Whether two tokens are what their joined bytes merge to.
  ///
  /// Looks back in time at the tokens on both sides of the border: of the two that met there, the
  /// one made later is taken apart, and so on down to bytes. Where two that met merge before either
  /// becomes part of a longer token, they would have been merged.
  ///
  /// - Parameters:
  ///   - left: The left token.
  ///   - right: The right token.
  ///   - ranks: The merges.
  ///   - butForThemselves: Whether a merge of the two themselves does not count.
  /// - Returns: Whether nothing merges across the border.
  @inline(__always)
  func areNeighbors(
    _ left: TokenID,
    _ right: TokenID,
    _ ranks: borrowing PairRanks,
    butForThemselves: Bool = false
  ) -> Bool {
    var left = left
    var right = right
    // The merged tokens below this one are made while these two stand side by side.
    var limit = butForThemselves ? 0 : TokenID.max
    while true {
      let rank = ranks.rank(left, right)
      if rank != PairRanks.none, firstMerged &+ rank < limit { return false }
      if left > right {
        if left < firstMerged { return true }
        limit = left
        left = entries[Int(left)].right
      } else {
        if right < firstMerged { return true }
        // Of equal pairs the left one is merged first: then the one across the border.
        limit = right &+ 1
        right = entries[Int(right)].left
      }
    }
  }

  @inline(__always)
  private static func next(_ slot: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: slot >> 1) & 0xF_FFFF
  }

  @inline(__always)
  private func home(_ key: UInt64) -> Int {
    Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 40) & (slots.count &- 1)
  }

  /// The slot of the step from a node by a byte, made where there is none.
  private mutating func insert(_ node: UInt32, _ byte: UInt8) -> Int {
    if 2 * (used + 1) > slots.count { grow() }
    let key = UInt64(node) << 8 | UInt64(byte)
    var index = home(key)
    while slots[index] != .max {
      if slots[index] >> 21 == key { return index }
      index = (index + 1) & (slots.count - 1)
    }
    slots[index] = key << 21 | UInt64(tokens.count) << 1
    used += 1
    tokens.append(Self.noToken)
    parents.append(node)
    return index
  }

  private mutating func grow() {
    var old = FlatArray<UInt64>(repeating: .max, count: 2 * slots.count)
    swap(&old, &slots)
    for place in 0..<old.count where old[place] != .max {
      var index = home(old[place] >> 21)
      while slots[index] != .max { index = (index + 1) & (slots.count - 1) }
      slots[index] = old[place]
    }
  }
}
