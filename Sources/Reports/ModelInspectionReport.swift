import Accounting
public import LanguageModels

/// The tensors of a model folder or file.
public struct ModelInspectionReport: Sendable {
  private let inspection: ModelInspection

  /// Takes what was found.
  public init(_ inspection: ModelInspection) {
    self.inspection = inspection
  }

  /// The report for a terminal.
  public var text: String {
    let parameters = Quantity(Double(inspection.valueCount), .parameters).text
    let bytes = Quantity(Double(inspection.byteCount), .bytes).text
    var text = "\(inspection.path): \(parameters) values in \(inspection.tensors.count) tensors,"
    text += " \(bytes)\n"
    if let format = inspection.format, let shape = inspection.shape {
      text +=
        "format \(format.rawValue), \(shape.layerCount) blocks of width \(shape.width),"
        + " \(shape.headCount) heads, vocabulary \(shape.vocabularySize),"
        + " context \(shape.contextLength)\n"
    }
    return text + "\n" + table
  }

  private var table: String {
    let hasStatistics = inspection.tensors.contains { $0.statistics != nil }
    var columns: [TextTable.Column] = [.name("tensor"), .name("type"), .name("shape")]
    if hasStatistics {
      columns += ["smallest", "largest", "mean", "deviation", "zeros", "not finite"].map {
        .number($0)
      }
    } else {
      columns.append(.number("values"))
    }
    var table = TextTable(columns)
    for tensor in inspection.tensors {
      let stored = tensor.stored
      let shape = stored.shape.map(String.init).joined(separator: " x ")
      var cells = [stored.name, stored.type.rawValue, shape]
      if hasStatistics {
        let statistics = tensor.statistics
        for value in [
          statistics?.minimum, statistics?.maximum, statistics?.mean, statistics?.deviation,
        ] {
          cells.append(value.map(DecimalText.significant) ?? "-")
        }
        cells.append(statistics.map { String($0.zeroCount) } ?? "-")
        cells.append(statistics.map { String($0.notFiniteCount) } ?? "-")
      } else {
        cells.append(DecimalText.grouped(Double(stored.count)))
      }
      table.add(cells)
    }
    return table.text
  }

  /// One object with every number.
  public var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("path", .string(inspection.path)),
      .init("values", .integer(inspection.valueCount)),
      .init("bytes", .integer(inspection.byteCount)),
    ]
    if let format = inspection.format { members.append(.init("format", .string(format.rawValue))) }
    if let shape = inspection.shape {
      members += [
        .init("vocab_size", .integer(shape.vocabularySize)),
        .init("context", .integer(shape.contextLength)),
        .init("layers", .integer(shape.layerCount)),
        .init("width", .integer(shape.width)),
        .init("heads", .integer(shape.headCount)),
        .init("key_value_heads", .integer(shape.keyValueHeadCount)),
        .init("tied_head", .bool(shape.tiedHead)),
      ]
    }
    if let special = inspection.specialTokens {
      members.append(.init("end_token_ids", .array(special.ends.map { .integer($0) })))
    }
    members.append(.init("tensors", .array(inspection.tensors.map(tensor))))
    return .object(members)
  }

  private func tensor(_ tensor: ModelInspection.Tensor) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("name", .string(tensor.stored.name)),
      .init("type", .string(tensor.stored.type.rawValue)),
      .init("shape", .array(tensor.stored.shape.map { .integer($0) })),
      .init("values", .integer(tensor.stored.count)),
      .init("bytes", .integer(tensor.stored.bytes.count)),
      .init("file", .string(tensor.file)),
    ]
    if let statistics = tensor.statistics {
      members += [
        .init("minimum", .optional(statistics.minimum)),
        .init("maximum", .optional(statistics.maximum)),
        .init("mean", .optional(statistics.mean)),
        .init("standard_deviation", .optional(statistics.deviation)),
        .init("zeros", .integer(statistics.zeroCount)),
        .init("not_finite", .integer(statistics.notFiniteCount)),
      ]
    }
    return .object(members)
  }
}
