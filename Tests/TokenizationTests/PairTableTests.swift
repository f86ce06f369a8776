import Randomness
import Testing

@testable import Tokenization

/// Tables of pairs find what was put into them, however they grew.
@Suite struct PairTableTests {
  /// Fills tables in all ways of growing, with pairs that were removed in between.
  @Test(arguments: [false, true])
  func growthLosesNothing(isInPlace: Bool) throws {
    var random = Seed(3).stream("pairs")
    for round in 0..<60 {
      var table = PairTable(capacity: round % 20)
      var wanted: [PairKey: Int64] = [:]
      for number in 0..<(20 << (round % 6)) {
        let key = pairKey(TokenID(random.below(200)), TokenID(random.below(50)))
        if isInPlace, !table.hasRoom(for: 1) || random.below(500) == 0 { table.growInPlace() }
        let slot = table.insert(key)
        table[slot: slot].count = Int64(number)
        wanted[key] = Int64(number)
        if random.below(5) == 0, let (lost, _) = wanted.first, let slot = table.find(lost) {
          table.remove(slot)
          wanted[lost] = nil
        }
      }
      #expect(table.count == wanted.count)
      for (key, count) in wanted {
        #expect(table.find(key).map { table[slot: $0].count } == count)
      }
      var used = 0
      for slot in 0..<table.slotCount where !table[slot: slot].isFree { used += 1 }
      #expect(used == wanted.count)
    }
  }

  @Test func growthInPlaceAddsAsManySlots() {
    var table = PairTable(capacity: 100)
    let count = table.slotCount
    #expect(table.addedByteCount == count * MemoryLayout<PairTable.Entry>.stride)
    table.growInPlace()
    #expect(table.slotCount == 2 * count)
  }
}
