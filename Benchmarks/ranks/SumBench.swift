import Ranks

/// Times the sum over ranks by size, as a table.
///
/// It is compiled by hand, since a package that needs MPI would not build without it:
///
///     Scripts/install libopenmpi-dev openmpi-bin
///     Benchmarks/ranks/run 2
@main
enum SumBench {
  static func main() throws {
    let ranks = try Communicator.launched()
    if ranks.isFirst { print("parameters      MiB   milliseconds   GB/s sent by each rank") }
    for power in stride(from: 10, through: 26, by: 2) {
      let count = 1 << power
      var values = [Float](repeating: Float(ranks.rank + 1), count: count)
      var best = Double.infinity
      for _ in 0..<(power < 20 ? 50 : 5) {
        for index in 0..<count { values[index] = Float(ranks.rank + 1) }
        try ranks.barrier()
        let time = try ContinuousClock().measure {
          var span = values.mutableSpan
          try ranks.sum(&span)
        }
        best = min(best, time / .milliseconds(1))
      }
      // A wrong sum must not win.
      let expected = Float(ranks.count * (ranks.count + 1) / 2)
      precondition(values.allSatisfy { $0 == expected }, "a sum of \(values[0])")
      if ranks.isFirst {
        let share = 2 * Double(ranks.count - 1) / Double(ranks.count)
        let rate = share * Double(4 * count) / (best * 1e-3) / 1e9
        print(pad(count, 10), pad(Double(4 * count) / 1_048_576, 8), pad(best, 14), pad(rate, 8))
      }
    }
    ranks.finish()
  }

  private static func pad(_ value: some CustomStringConvertible, _ width: Int) -> String {
    var text = value.description
    if let number = value as? Double { text = "\((number * 1000).rounded() / 1000)" }
    return String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
