public import Corpora

/// The languages of corpora.
public struct CorpusListReport: Sendable {
  private let corpora: [CorpusListing]

  /// Reports listings.
  public init(_ corpora: [CorpusListing]) {
    self.corpora = corpora
  }

  /// The report for a terminal.
  public var text: String {
    corpora.map { corpus in
      let bytes = corpus.languages.reduce(0) { $0 + $1.bytes }
      var facts = [
        "\(corpus.languages.count) languages", "\(DecimalText.grouped(Double(bytes))) bytes",
      ]
      if corpus.isParallel == true { facts.append("parallel") }
      if let license = corpus.license { facts.append(license) }
      var table = TextTable([
        .name("language"), .name("name"), .name("script"), .number("segments"), .number("bytes"),
        .name("file"),
      ])
      for language in corpus.languages {
        table.add([
          language.tag, language.name ?? "-", language.script ?? "-",
          language.segments.map { DecimalText.grouped(Double($0)) } ?? "-",
          DecimalText.grouped(Double(language.bytes)), language.file,
        ])
      }
      return "\(corpus.path): \(facts.joined(separator: ", "))\n\n\(table.text)"
    }.joined(separator: "\n")
  }

  /// The report for scripts.
  public var json: JSONValue {
    .object([
      .init(
        "corpora",
        .array(
          corpora.map { corpus in
            .object([
              .init("name", .string(corpus.name)), .init("path", .string(corpus.path)),
              .init("license", corpus.license.map { .string($0) } ?? .null),
              .init("parallel", corpus.isParallel.map { .bool($0) } ?? .null),
              .init("languages", .array(corpus.languages.map(\.json))),
            ])
          }
        )
      )
    ])
  }

  /// The report as a table for programs.
  public var csv: String {
    var table = CSVText(["corpus", "language", "name", "script", "segments", "bytes", "file"])
    for corpus in corpora {
      for language in corpus.languages {
        table.add([
          .text(corpus.path), .text(language.tag), .text(language.name ?? ""),
          .text(language.script ?? ""), .number(language.segments.map(Double.init)),
          .number(Double(language.bytes)), .text(language.file),
        ])
      }
    }
    return table.text
  }
}

extension CorpusListing.Language {
  fileprivate var json: JSONValue {
    .object([
      .init("language", .string(tag)), .init("name", name.map { .string($0) } ?? .null),
      .init("script", script.map { .string($0) } ?? .null), .init("file", .string(file)),
      .init("bytes", .integer(bytes)), .init("segments", segments.map { .integer($0) } ?? .null),
    ])
  }
}
