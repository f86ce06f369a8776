/// Which numbers of a matrix are set to zero in training, and what the others are multiplied by.
///
/// A number's fate follows from the mask's key, its row and its column by counting: nothing is drawn
/// in order, so that nothing is stored, threads need not agree, and the backward pass asks again.
///
/// - Source: Srivastava et al. 2014, JMLR 15:1929; random numbers by counting: Salmon et al. 2011,
///   "Parallel random numbers: as easy as 1, 2, 3". Rows are mixed by SplitMix64's last step (Steele
///   et al. 2014), columns by a 32-bit mixer whose multipliers are of Wellons' hash-prospector.
public struct DropoutMask: Sendable, Hashable {
  /// What tells this mask from others.
  public let key: UInt64
  /// A number is dropped where its random word is less.
  public let bound: UInt32
  /// 1 / (1 − p), which keeps the expected value.
  public let scale: Float
  /// The mask's row that belongs to the first row of a matrix.
  public let firstRow: Int

  /// Two random words that all numbers of a row share.
  public struct RowKey: Sendable, Hashable {
    /// Added to the column.
    public let first: UInt32
    /// Added between the two multiplications.
    public let second: UInt32

    /// Joins the words.
    @inlinable
    public init(first: UInt32, second: UInt32) {
      self.first = first
      self.second = second
    }
  }

  /// A mask that drops each number with some probability.
  ///
  /// - Precondition: 0 ≤ p < 1.
  public init(key: UInt64, probability: Double) {
    precondition(probability >= 0 && probability < 1, "a probability of \(probability)")
    self.key = key
    bound = UInt32(min((probability * 0x1p32).rounded(), 0x1p32 - 1))
    scale = Float(1 / (1 - probability))
    firstRow = 0
  }

  @inlinable
  init(key: UInt64, bound: UInt32, scale: Float, firstRow: Int) {
    self.key = key
    self.bound = bound
    self.scale = scale
    self.firstRow = firstRow
  }

  /// The mask from one of its rows on.
  @inlinable
  public func rows(from row: Int) -> DropoutMask {
    DropoutMask(key: key, bound: bound, scale: scale, firstRow: firstRow &+ row)
  }

  /// The words of a row.
  @inlinable
  public func rowKey(_ row: Int) -> RowKey {
    var x = key &+ UInt64(bitPattern: Int64(firstRow &+ row)) &* 0x9e37_79b9_7f4a_7c15
    x = (x ^ (x &>> 30)) &* 0xbf58_476d_1ce4_e5b9
    x = (x ^ (x &>> 27)) &* 0x94d0_49bb_1331_11eb
    x ^= x &>> 31
    return RowKey(
      first: UInt32(truncatingIfNeeded: x),
      second: UInt32(truncatingIfNeeded: x &>> 32)
    )
  }

  /// Whether a number stays: what the kernels decide for a whole vector at a time.
  public func keeps(row: Int, column: Int) -> Bool {
    let words = rowKey(row)
    var x = UInt32(truncatingIfNeeded: column) &+ words.first
    x = (x ^ (x &>> 16)) &* 0x21f0_aaad
    x = ((x ^ (x &>> 15)) &+ words.second) &* 0x735a_2d97
    x ^= x &>> 15
    return x >= bound
  }
}
