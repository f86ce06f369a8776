import Tables

/// A device that trains models, as its vendor describes it.
public struct Accelerator: Sendable, Hashable {
  /// The name in the table.
  public var name: String
  /// Who makes it.
  public var vendor: String
  /// Bytes.
  public var memory: Double?
  /// Dense operations per second in the 16-bit format it is best at.
  public var peak: Double
  /// Watts.
  public var power: Double?
  /// What a reader must know.
  public var note: String

  /// The device with a name, however it is written.
  ///
  /// Example: `h100-sxm` finds `H100-SXM-80GB`.
  ///
  /// - Throws: ``ScalingLawsError/badOption(name:reason:)`` for an unknown or ambiguous name.
  public static func named(_ name: String) throws -> Accelerator {
    let table = try PublishedTable.accelerators.table()
    let wanted = folded(name)
    var exact: [Int] = []
    var beginning: [Int] = []
    var names: [String] = []
    for row in 0..<table.rowCount {
      let known = try table.text(row: row, column: table.column("name"))
      names.append(known)
      if folded(known) == wanted { exact.append(row) }
      if folded(known).hasPrefix(wanted) { beginning.append(row) }
    }
    let found = exact.isEmpty ? beginning : exact
    guard !wanted.isEmpty, let row = found.first else {
      throw ScalingLawsError.badOption(
        name: "The accelerator",
        reason: "“\(name)” is not in the table; known: \(names.joined(separator: ", "))"
      )
    }
    let accelerator = try read(table, row)
    // A prefix is good enough as long as what it leaves open changes nothing but the memory.
    let others = try found.dropFirst().map { try read(table, $0) }
    guard others.allSatisfy({ $0.peak == accelerator.peak }) else {
      throw ScalingLawsError.badOption(
        name: "The accelerator",
        reason: "“\(name)” may be \(found.map { names[$0] }.joined(separator: " or "))"
      )
    }
    return others.max { ($0.memory ?? 0) < ($1.memory ?? 0) }.map {
      ($0.memory ?? 0) > (accelerator.memory ?? 0) ? $0 : accelerator
    } ?? accelerator
  }

  private static func read(_ table: CSVTable, _ row: Int) throws -> Accelerator {
    func number(_ column: String) throws(TablesError) -> Double? {
      try table.optionalNumber(row: row, column: table.column(column))
    }
    let peak =
      try number("bf16_tflops") ?? number("fp16_tflops") ?? number("fp32_tflops") ?? 0
    return Accelerator(
      name: try table.text(row: row, column: table.column("name")),
      vendor: try table.text(row: row, column: table.column("vendor")),
      memory: try number("memory_gb").map { $0 * 1e9 },
      peak: peak * 1e12,
      power: try number("tdp_watts"),
      note: try table.text(row: row, column: table.column("note"))
    )
  }

  private static func folded(_ name: String) -> String {
    String(name.lowercased().filter { $0.isLetter || $0.isNumber })
  }
}
