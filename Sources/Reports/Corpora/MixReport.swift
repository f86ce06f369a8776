public import Corpora

/// A mixture of languages, planned or written.
public struct MixReport: Sendable {
  private let plan: MixPlan
  private let unit: String
  private let seed: UInt64
  private let written: [CorpusMixer.Result]?

  /// Reports a plan in a unit, `bytes` or `tokens`, and what was written where something was.
  public init(_ plan: MixPlan, unit: String, seed: UInt64, written: [CorpusMixer.Result]?) {
    self.plan = plan
    self.unit = unit
    self.seed = seed
    self.written = written
  }

  /// The report for a terminal.
  public var text: String {
    var table = TextTable([
      .name("language"), .number("available\n\(unit)"), .number("share\n%"),
      .number("planned\n\(unit)"), .number("epochs"), .number("written\ndocuments"),
      .number("written\nbytes"),
    ])
    for (index, part) in plan.parts.enumerated() {
      table.add([
        part.language.tag, DecimalText.grouped(part.language.available.rounded()),
        DecimalText.fixed(100 * part.share, places: 2), DecimalText.grouped(part.amount.rounded()),
        DecimalText.fixed(part.epochs, places: 2),
        written.map { DecimalText.grouped(Double($0[index].documents)) } ?? "-",
        written.map { DecimalText.grouped(Double($0[index].bytes)) } ?? "-",
      ])
    }
    return "Shares by \(strategy), seed \(seed)\n\n\(table.text)"
  }

  /// The report for scripts, in full precision.
  public var json: JSONValue {
    .object([
      .init("strategy", .string(strategy)), .init("unit", .string(unit)),
      .init("seed", .string(String(seed))),
      .init(
        "languages",
        .array(
          plan.parts.enumerated().map { index, part in
            .object([
              .init("language", .string(part.language.tag)),
              .init("available", .number(part.language.available)),
              .init("bytes_per_unit", .number(part.language.bytesPerUnit)),
              .init("share", .number(part.share)), .init("amount", .number(part.amount)),
              .init("epochs", .number(part.epochs)),
              .init("written_documents", written.map { .integer($0[index].documents) } ?? .null),
              .init("written_bytes", written.map { .integer($0[index].bytes) } ?? .null),
            ])
          }
        )
      ),
    ])
  }

  private var strategy: String {
    switch plan.strategy {
    case .temperature(let alpha): "sizes to the power \(DecimalText.brief(alpha))"
    case .uniMax(let epochs): "UniMax with at most \(DecimalText.brief(epochs)) epochs"
    case .weights: "weights"
    }
  }
}
