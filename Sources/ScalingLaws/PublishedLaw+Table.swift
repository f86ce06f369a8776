public import Tables

extension PublishedLaw {
  /// Every law that the program carries, in the order of the table.
  ///
  /// - Throws: ``TablesError`` only if the binary carries a damaged table.
  public static func all() throws(TablesError) -> [PublishedLaw] { try catalog.get() }

  /// The tables, read when they are first asked for.
  private static let catalog = Result<[PublishedLaw], TablesError> {
    () throws(TablesError) -> [PublishedLaw] in
    try readAll()
  }

  private static func readAll() throws(TablesError) -> [PublishedLaw] {
    let laws = try PublishedTable.laws.table()
    let constants = try constantsByLaw()
    var result: [PublishedLaw] = []
    for row in 0..<laws.rowCount { result.append(try read(laws, row, constants)) }
    return result
  }

  /// The law with a name.
  ///
  /// - Throws: ``ScalingLawsError/unknownLaw(name:known:)``, with the names that predict a loss.
  public static func named(_ name: String) throws -> PublishedLaw {
    let all = try all()
    guard let law = all.first(where: { $0.name == name }) else {
      throw ScalingLawsError.unknownLaw(name: name, known: all.map(\.name))
    }
    return law
  }

  /// The laws that a budget is compared by, in reading order.
  public static let comparedNames = [
    "hoffmann2022-printed", "hoffmann2022-tex", "besiroglu2024", "muennighoff2023-c4", "kaplan2020",
  ]

  private static func constantsByLaw() throws(TablesError) -> [String: [Constant]] {
    let table = try PublishedTable.lawConstants.table()
    let law = try table.column("law")
    let name = try table.column("constant")
    let value = try table.column("value")
    let unit = try table.column("unit")
    var result: [String: [Constant]] = [:]
    for row in 0..<table.rowCount {
      result[try table.text(row: row, column: law), default: []].append(
        Constant(
          name: try table.text(row: row, column: name),
          value: try table.number(row: row, column: value),
          unit: try table.text(row: row, column: unit)
        )
      )
    }
    return result
  }

  private static func read(
    _ table: CSVTable,
    _ row: Int,
    _ constants: [String: [Constant]]
  ) throws(TablesError) -> PublishedLaw {
    func text(_ column: String) throws(TablesError) -> String {
      try table.text(row: row, column: table.column(column))
    }
    func interval(_ quantity: String) throws(TablesError) -> Interval? {
      let low = try table.optionalNumber(row: row, column: table.column(quantity + "_min"))
      let high = try table.optionalNumber(row: row, column: table.column(quantity + "_max"))
      if low == nil, high == nil { return nil }
      return Interval(low: low ?? 0, high: high ?? .infinity)
    }
    let name = try text("name")
    return PublishedLaw(
      name: name,
      paper: try text("paper"),
      form: LawForm(rawValue: try text("form")) ?? .other,
      formula: try text("formula"),
      lossUnit: try text("loss_unit"),
      parameterConvention: try text("parameter_convention"),
      data: try text("data"),
      range: LawRange(
        parameters: try interval("params"),
        tokens: try interval("tokens"),
        flops: try interval("flops")
      ),
      source: try text("source"),
      rangeSource: try text("range_source"),
      verified: Int(try table.number(row: row, column: table.column("verified"))),
      note: try text("note"),
      constants: constants[name] ?? []
    )
  }
}
