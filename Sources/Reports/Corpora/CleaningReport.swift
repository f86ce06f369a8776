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
    let repeatsOthers = summaries.contains { $0.repeatsOfOtherFiles > 0 }
    var titles = ["documents", "kept", "kept\nbytes", "repaired"] + reasons
    if repeatsOthers { titles.append("repeats of\nother files") }
    var rows = summaries.map { summary in
      let counts = [
        summary.documents, summary.keptDocuments, summary.keptBytes, summary.repairedDocuments,
      ]
      return (
        name: summary.path,
        counts: counts + reasons.map { summary.dropped[$0] ?? 0 }
          + (repeatsOthers ? [summary.repeatsOfOtherFiles] : [])
      )
    }
    if rows.count > 1 {
      let sums = titles.indices.map { column in rows.reduce(0) { $0 + $1.counts[column] } }
      rows.append(("all", sums))
    }
    titles.insert("kept\n%", at: 2)
    var table = TextTable([.name("file")] + titles.map { .number($0) })
    for row in rows {
      var cells = row.counts.map { DecimalText.grouped(Double($0)) }
      let share = Double(row.counts[1]) / Double(max(1, row.counts[0]))
      cells.insert(DecimalText.fixed(100 * share, places: 1), at: 2)
      table.add([row.name] + cells)
    }
    let place =
      folder.map { "What was dropped and why: \(CorpusCleaner.droppedList(in: $0))" }
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
              .init("repeats_of_other_files", .integer(summary.repeatsOfOtherFiles)),
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
