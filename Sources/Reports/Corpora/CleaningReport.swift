public import Corpora

/// What a cleaning dropped and kept.
public struct CleaningReport: Sendable {
  private let summaries: [CleaningSummary]
  private let folder: String?

  /// Reports a cleaning whose files lie in a folder, or nowhere after a dry run.
  public init(_ summaries: [CleaningSummary], folder: String?) {
    self.summaries = summaries
    self.folder = folder
  }

  /// The reasons that occurred, the most frequent first.
  private var reasons: [String] {
    var counts: [String: Int] = [:]
    for summary in summaries {
      for (reason, count) in summary.dropped { counts[reason, default: 0] += count }
    }
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
  }

  /// The report for a terminal.
  public var text: String {
    let reasons = reasons
    var table = TextTable(
      [
        .name("language"), .number("documents"), .number("kept"), .number("kept\n%"),
        .number("kept\nbytes"), .number("repaired"),
      ] + reasons.map { .number($0) }
    )
    for summary in summaries {
      let share = Double(summary.keptDocuments) / Double(max(1, summary.documents))
      let counts = [summary.keptBytes, summary.repairedDocuments]
      table.add(
        [
          summary.language, DecimalText.grouped(Double(summary.documents)),
          DecimalText.grouped(Double(summary.keptDocuments)),
          DecimalText.fixed(100 * share, places: 1),
        ]
          + (counts + reasons.map { summary.dropped[$0] ?? 0 }).map {
            DecimalText.grouped(Double($0))
          }
      )
    }
    let place =
      folder.map { "What was dropped and why: \($0)/\(CorpusCleaner.droppedName)" }
      ?? "Nothing was written."
    return table.text + "\n" + place + "\n"
  }

  /// The report for scripts.
  public var json: JSONValue {
    .object([
      .init("output", folder.map { .string($0) } ?? .null),
      .init(
        "files",
        .array(
          summaries.map { summary in
            .object([
              .init("language", .string(summary.language)), .init("file", .string(summary.path)),
              .init("output", summary.output.map { .string($0) } ?? .null),
              .init("script", summary.script.map { .string($0) } ?? .null),
              .init("documents", .integer(summary.documents)),
              .init("bytes", .integer(summary.bytes)),
              .init("kept_documents", .integer(summary.keptDocuments)),
              .init("kept_bytes", .integer(summary.keptBytes)),
              .init("repaired_documents", .integer(summary.repairedDocuments)),
              .init(
                "dropped",
                .object(
                  summary.dropped.sorted { $0.key < $1.key }.map {
                    .init($0.key, .integer($0.value))
                  }
                )
              ),
            ])
          }
        )
      ),
    ])
  }
}
