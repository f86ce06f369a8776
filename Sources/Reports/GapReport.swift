import Evaluation
public import Experiments

/// How much worse each language is served than a reference.
public struct GapReport: Sendable {
  private let gap: LossGap

  /// Reports gaps.
  public init(_ gap: LossGap) {
    self.gap = gap
  }

  /// The report for a terminal: a row per language, the worst served first.
  public var text: String {
    let share = DecimalText.brief(100 * gap.confidence)
    var table = TextTable([
      .name("language"), .number("tokens/segment"), .number("premium"), .number("nats/token"),
      .number("bits/byte"), .number("nats/segment"), .number("bits/segment"),
      .number("gap (bits/segment)"), .number("\(share) % interval"), .number("parity"),
    ])
    for language in gap.languages.sorted(by: { $0.gapBitsPerSegment > $1.gapBitsPerSegment }) {
      let losses = language.losses
      let isReference = language.language == gap.reference
      table.add([
        language.language,
        DecimalText.fixed(Double(losses.tokens) / Double(losses.segments.count), places: 1),
        DecimalText.fixed(language.premium, places: 2),
        DecimalText.fixed(losses.natsPerToken, places: 3),
        DecimalText.fixed(losses.bitsPerByte, places: 3),
        DecimalText.fixed(losses.natsPerSegment, places: 1),
        DecimalText.fixed(losses.bitsPerSegment, places: 1),
        isReference ? "reference" : signed(language.gapBitsPerSegment),
        isReference
          ? ""
          : "\(signed(language.interval.lowerBound)) … \(signed(language.interval.upperBound))",
        DecimalText.fixed(language.parity, places: 3),
      ])
    }
    return table.text
  }

  /// The report for scripts, in full precision.
  public var json: JSONValue {
    .object([
      .init("reference", .string(gap.reference)),
      .init("confidence", .number(gap.confidence)),
      .init("resamples", .integer(gap.resamples)),
      .init("languages", .array(gap.languages.map(json))),
    ])
  }

  private func json(_ language: LossGap.Language) -> JSONValue {
    let losses = language.losses
    return .object([
      .init("language", .string(language.language)),
      .init("loss_nats_per_token", .number(losses.natsPerToken)),
      .init("bits_per_byte", .number(losses.bitsPerByte)),
      .init("bits_per_segment", .number(losses.bitsPerSegment)),
      .init("tokens", .integer(losses.tokens)),
      .init("bytes", .integer(losses.bytes)),
      .init("segments", .integer(losses.segments.count)),
      .init("premium", .number(language.premium)),
      .init("parity", .number(language.parity)),
      .init("gap_bits_per_segment", .number(language.gapBitsPerSegment)),
      .init("gap_interval", .pair(language.interval.lowerBound, language.interval.upperBound)),
    ])
  }

  private func signed(_ value: Double) -> String {
    let text = DecimalText.fixed(value, places: 1)
    return value > 0 ? "+" + text : text
  }
}
