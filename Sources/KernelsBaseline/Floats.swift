internal import CVector
internal import KernelInterface

/// As many numbers as one instruction of this level holds.
typealias Lanes = cv_float

/// The number of lanes.
@inline(__always) var lanes: Int { MemoryLayout<Lanes>.size / 4 }

/// A place in memory, unchecked.
///
/// The face of the kernels has checked every shape before a kernel runs, so this file is the only
/// one of the kernels that touches memory.
@safe struct Floats {
  @unsafe let base: UnsafeMutablePointer<Float>

  @inline(__always) init(_ base: UnsafeMutablePointer<Float>) { unsafe self.base = base }
  @inline(__always) init(_ base: UnsafePointer<Float>) {
    unsafe self.base = UnsafeMutablePointer(mutating: base)
  }
  @inline(__always) init(_ vector: VectorView) { unsafe self.init(vector.base) }
  @inline(__always) init(_ matrix: MatrixView) { unsafe self.init(matrix.base) }

  /// The place some numbers further on.
  @inline(__always) static func + (place: Floats, distance: Int) -> Floats {
    unsafe Floats(place.base + distance)
  }
  @inline(__always) static func += (place: inout Floats, distance: Int) {
    place = place + distance
  }
  @inline(__always) subscript(index: Int) -> Float {
    get { unsafe base[index] }
    nonmutating set { unsafe base[index] = newValue }
  }
  /// The lanes from an index on.
  @inline(__always) func load(_ index: Int = 0) -> Lanes { unsafe cv_load(base + index) }
  @inline(__always) func store(_ value: Lanes, _ index: Int = 0) {
    unsafe cv_store(base + index, value)
  }
  /// The first of the lanes from an index on, zeros in the others.
  @inline(__always) func load(_ index: Int, first count: Int) -> Lanes {
    unsafe cv_load_first(base + index, count)
  }
  @inline(__always) func store(_ value: Lanes, _ index: Int, first count: Int) {
    unsafe cv_store_first(base + index, value, count)
  }
  /// Asks for the numbers at an index, which need not exist.
  @inline(__always) func prefetch(_ index: Int) { unsafe cv_prefetch(base + index) }
  /// The numbers from here on as a vector, a matrix, a factor of a product.
  @inline(__always) func vector(_ count: Int) -> VectorView {
    unsafe VectorView(base: base, count: count)
  }
  @inline(__always) func matrix(rows: Int, columns: Int, stride: Int) -> MatrixView {
    unsafe MatrixView(base: base, rows: rows, columns: columns, stride: stride)
  }
  @inline(__always)
  func factor(
    _ precision: ProductPrecision = .f32,
    rows: Int,
    columns: Int,
    panelStride: Int,
    rowStride: Int
  ) -> RightFactor {
    unsafe RightFactor(
      base: base,
      precision: precision,
      rows: rows,
      columns: columns,
      panelStride: panelStride,
      rowStride: rowStride
    )
  }
  /// Transposes a square of lanes × lanes numbers.
  @inline(__always) func transposeSquare(stride: Int, into target: Floats, stride targetStride: Int)
  {
    unsafe cv_transpose(base, stride, target.base, targetStride)
  }
}

extension MatrixView {
  /// The place of a number.
  @inline(__always) func place(_ row: Int, _ column: Int) -> Floats {
    Floats(self) + (row &* stride &+ column)
  }
}

/// The same number in every lane.
@inline(__always) func all(_ value: Float) -> Lanes { cv_all(value) }
