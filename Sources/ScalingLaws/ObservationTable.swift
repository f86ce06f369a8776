import Files
public import Tables

/// Which column of a table holds which quantity; nil where the usual names are looked for.
public struct ColumnNames: Sendable, Hashable {
  /// N.
  public var parameters: String?
  /// D.
  public var tokens: String?
  /// L.
  public var loss: String?
  /// C.
  public var flops: String?
  /// U.
  public var uniqueTokens: String?
  /// The run that checkpoints share.
  public var run: String?

  /// Names columns.
  public init(
    parameters: String? = nil,
    tokens: String? = nil,
    loss: String? = nil,
    flops: String? = nil,
    uniqueTokens: String? = nil,
    run: String? = nil
  ) {
    self.parameters = parameters
    self.tokens = tokens
    self.loss = loss
    self.flops = flops
    self.uniqueTokens = uniqueTokens
    self.run = run
  }
}

/// Training runs read from a table of comma-separated values.
///
/// Columns are found by their usual names, whatever their case: `N`, `params`, `parameters` and so
/// on. Where there are no tokens but FLOPs, D is C / 6 N.
public struct ObservationTable: Sendable {
  /// The runs in the order of the file.
  public private(set) var observations: [LossObservation]
  /// The unit of the losses: `nats_per_token` unless the column's name says otherwise.
  public let lossUnit: String
  /// What a reader should know of the reading, such as a conversion.
  public private(set) var notes: [String]
  /// The path.
  public let file: String
  private var isConverted: Bool

  static let parameterNames = [
    "n", "params", "parameters", "n_params", "num_params", "num_parameters", "n_parameters",
    "model_size", "total_params", "params_total", "size",
  ]
  static let tokenNames = [
    "d", "tokens", "n_tokens", "num_tokens", "training_tokens", "train_tokens", "tokens_seen",
    "total_tokens",
  ]
  static let lossNames = [
    "loss", "l", "loss_nats_per_token", "val_loss", "validation_loss", "final_loss", "eval_loss",
    "test_loss", "nats_per_token", "bits_per_token", "bits_per_byte", "bpb",
  ]
  static let flopNames = ["c", "flops", "flop", "compute", "training_flops", "flops_total"]
  static let uniqueNames = ["u", "unique_tokens", "unique", "distinct_tokens"]
  static let runNames = ["run", "run_id", "run_name"]

  /// Reads a file; `-` is standard input.
  ///
  /// - Throws: `FilesError` where it cannot be read; ``TablesError`` and ``ScalingLawsError`` with
  ///   file, row and column where it holds no runs.
  public init(_ path: String, columns names: ColumnNames = ColumnNames()) throws {
    let table = try CSVTable(readFile(path), file: path == "-" ? "standard input" : path)
    try self.init(table, columns: names)
  }

  /// Reads a table.
  ///
  /// - Throws: ``TablesError`` and ``ScalingLawsError`` with file, row and column.
  public init(_ table: CSVTable, columns names: ColumnNames = ColumnNames()) throws {
    let parameters = try Self.column(
      table,
      "the parameters N",
      names.parameters,
      Self.parameterNames
    )
    let loss = try Self.column(table, "the loss", names.loss, Self.lossNames)
    let flops = try Self.optionalColumn(table, names.flops, Self.flopNames)
    let tokens =
      flops == nil
      ? try Self.column(table, "the tokens D", names.tokens, Self.tokenNames)
      : try Self.optionalColumn(table, names.tokens, Self.tokenNames)
    let unique = try Self.optionalColumn(table, names.uniqueTokens, Self.uniqueNames)
    let run = try Self.optionalColumn(table, names.run, Self.runNames)
    let lossName = table.columns[loss].lowercased()
    let isPerByte = lossName == "bpb" || (lossName.contains("bits") && lossName.contains("byte"))
    let isBits = lossName.contains("bits") && !isPerByte
    guard table.rowCount > 0 else { throw ScalingLawsError.noRuns(file: table.file, dropped: 0) }

    func positive(_ row: Int, _ column: Int) throws -> Double {
      let value = try table.number(row: row, column: column)
      guard value > 0 else {
        throw ScalingLawsError.badCell(
          file: table.file,
          row: table.line(ofRow: row),
          column: table.columns[column],
          value: value
        )
      }
      return value
    }
    var observations: [LossObservation] = []
    observations.reserveCapacity(table.rowCount)
    for row in 0..<table.rowCount {
      let n = try positive(row, parameters)
      let c = try flops.map { try positive(row, $0) }
      let d: Double
      if let tokens { d = try positive(row, tokens) } else { d = (c ?? 0) / 6 / n }
      observations.append(
        LossObservation(
          parameters: n,
          tokens: d,
          loss: try positive(row, loss) * (isBits ? 0.6931471805599453 : 1),
          uniqueTokens: try unique.flatMap { try table.optionalNumber(row: row, column: $0) },
          measuredFLOPs: c,
          run: try run.map { try table.text(row: row, column: $0) }
        )
      )
    }
    self.observations = observations
    file = table.file
    lossUnit = isPerByte ? "bits_per_byte" : "nats_per_token"
    isConverted = isBits
    notes = []
    if isBits { notes.append("losses were converted from bits to nats per token") }
    if tokens == nil { notes.append("there is no column of tokens: D = C / 6 N") }
  }

  /// Leaves out the runs of the highest losses, the others keep their order.
  ///
  /// - Throws: ``ScalingLawsError/noRuns(file:dropped:)`` where none is left.
  public mutating func dropHighest(_ count: Int) throws(ScalingLawsError) {
    guard count > 0 else { return }
    guard count < observations.count else { throw .noRuns(file: file, dropped: count) }
    let order = observations.indices.sorted {
      (observations[$0].loss, $0) > (observations[$1].loss, $1)
    }
    let dropped = Set(order.prefix(count))
    observations = observations.indices.filter { !dropped.contains($0) }.map { observations[$0] }
  }

  /// Turns losses that are bits per token into nats, unless the column's name did already.
  public mutating func convertFromBits() {
    if isConverted { return }
    isConverted = true
    for index in observations.indices { observations[index].loss *= 0.6931471805599453 }
    notes.append("losses were converted from bits to nats per token")
  }

  private static func optionalColumn(
    _ table: CSVTable,
    _ given: String?,
    _ names: [String]
  ) throws -> Int? {
    if let given { return try table.column(given) }
    let folded = table.columns.map { $0.lowercased() }
    for name in names {
      if let index = folded.firstIndex(of: name) { return index }
    }
    return nil
  }

  private static func column(
    _ table: CSVTable,
    _ quantity: String,
    _ given: String?,
    _ names: [String]
  ) throws -> Int {
    guard let index = try optionalColumn(table, given, names) else {
      throw ScalingLawsError.missingColumn(
        file: table.file,
        quantity: quantity,
        tried: names,
        found: table.columns
      )
    }
    return index
  }
}
