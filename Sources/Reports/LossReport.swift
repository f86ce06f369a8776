public import Evaluation

/// The losses of a model, over a sequence of ids or language by language.
public struct LossReport {
  private let model: String
  private let context: Int
  private let stream: (loss: TokenStreamLoss, path: String, stride: Int)?
  private let table: LossTable?

  /// Reports the loss on a file of ids, read in windows a stride apart.
  public init(
    _ loss: TokenStreamLoss,
    of model: String,
    ids path: String,
    context: Int,
    stride: Int
  ) {
    self.model = model
    self.context = context
    stream = (loss, path, stride)
    table = nil
  }

  /// Reports the losses on a corpus.
  public init(_ table: LossTable, of model: String, context: Int) {
    self.model = model
    self.context = context
    self.table = table
    stream = nil
  }

  /// The report for a terminal.
  public var text: String {
    if let stream {
      return "\(DecimalText.fixed(stream.loss.natsPerToken, places: 6)) nats/token over "
        + "\(DecimalText.grouped(Double(stream.loss.tokens))) tokens of \(stream.path) "
        + "(context \(context), stride \(stream.stride))\n"
    }
    guard let table else { return "" }
    var rows = TextTable([
      .name("language"), .number("segments"), .number("tokens"), .number("bytes"),
      .number("nats/token"), .number("bits/byte"), .number("bits/segment"),
    ])
    let languages = table.languages + (table.languages.count > 1 ? [table.total] : [])
    for losses in languages {
      rows.add([
        losses.language,
        DecimalText.grouped(Double(losses.segments.count)),
        DecimalText.grouped(Double(losses.tokens)),
        DecimalText.grouped(Double(losses.bytes)),
        DecimalText.fixed(losses.natsPerToken, places: 4),
        DecimalText.fixed(losses.bitsPerByte, places: 4),
        DecimalText.fixed(losses.bitsPerSegment, places: 2),
      ])
    }
    return rows.text
  }

  /// The report for scripts, in full precision.
  public var json: JSONValue {
    var members: [JSONValue.Member] = [.init("model", .string(model))]
    if let stream {
      members += [
        .init("ids", .string(stream.path)),
        .init("context", .integer(context)),
        .init("stride", .integer(stream.stride)),
        .init("loss_nats_per_token", .number(stream.loss.natsPerToken)),
        .init("tokens", .integer(stream.loss.tokens)),
      ]
    }
    if let table {
      members.append(.init("context", .integer(context)))
      members += measures(table.total)
      members.append(
        .init(
          "languages",
          .array(
            table.languages.map { losses in
              .object([.init("language", .string(losses.language))] + measures(losses))
            }
          )
        )
      )
    }
    return .object(members)
  }

  private func measures(_ losses: LanguageLosses) -> [JSONValue.Member] {
    [
      .init("loss_nats_per_token", .number(losses.natsPerToken)),
      .init("bits_per_byte", .number(losses.bitsPerByte)),
      .init("bits_per_segment", .number(losses.bitsPerSegment)),
      .init("tokens", .integer(losses.tokens)),
      .init("bytes", .integer(losses.bytes)),
      .init("segments", .integer(losses.segments.count)),
    ]
  }
}
