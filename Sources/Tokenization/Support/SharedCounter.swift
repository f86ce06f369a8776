import Synchronization

/// Gives out 0, 1, 2, … to any number of threads, each number once.
final class SharedCounter: Sendable {
  private let next = Atomic<Int>(0)

  func take() -> Int {
    next.wrappingAdd(1, ordering: .relaxed).oldValue
  }
}

/// A sum that any number of threads add to.
final class SharedTotal: Sendable {
  private let total = Atomic<Int>(0)

  /// Adds to the sum and gives the new one.
  func add(_ amount: Int) -> Int {
    total.wrappingAdd(amount, ordering: .relaxed).newValue
  }
}
