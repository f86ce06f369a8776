import Accounting
import Kernels

/// The masks of one sequence.
struct SequenceMasks: Sendable {
  let all: DropoutMasks
  let sequence: Int

  var embedding: DropoutMask? { all.embedding(sequence) }
  func block(_ index: Int) -> BlockMasks { BlockMasks(of: self, index: index) }
}

/// The masks of one block on one sequence.
struct BlockMasks {
  private let masks: SequenceMasks
  private let index: Int

  init(of masks: SequenceMasks, index: Int) {
    self.masks = masks
    self.index = index
  }

  var attention: DropoutMask? { masks.all.attention(index, masks.sequence) }
  var feedForward: DropoutMask? { masks.all.feedForward(index, masks.sequence) }
  func weights(_ head: Int) -> DropoutMask? {
    masks.all.weights(index, masks.sequence, head: head)
  }
}

extension ReferenceGPT {
  /// x / (1 − p) where the mask keeps a number, and zero elsewhere; x without a mask.
  func dropped(_ x: Matrix, _ mask: DropoutMask?) -> Matrix {
    guard let mask else { return x }
    var result = x
    for row in 0..<x.rows {
      for column in 0..<x.columns {
        let isKept = mask.keeps(row: row, column: column)
        result[row, column] = isKept ? x[row, column] * Double(mask.scale) : 0
      }
    }
    return result
  }
}
