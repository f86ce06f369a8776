extension TrainingResult {
  /// The languages as a table, for people.
  var table: String {
    let all = languages.reduce(0) { $0 + $1.characters }
    let weighed = languages.reduce(0.0) { $0 + Double($1.characters) * ($1.factor ?? 1) }
    var rows = [["language", "characters", "share"]]
    if languages.contains(where: { $0.factor != nil }) { rows[0] += ["weight", "new share"] }
    if languages.contains(where: { $0.parallelTokens != nil }) {
      rows[0] += ["merges", "parallel tokens"]
    }
    for language in languages {
      var row = [language.name, "\(language.characters)"]
      row.append(percent(Double(language.characters), of: Double(all)))
      if let factor = language.factor {
        row.append(fixed(factor, places: 4))
        row.append(percent(Double(language.characters) * factor, of: weighed))
      }
      if let tokens = language.parallelTokens {
        row += ["\(language.merges ?? 0)", "\(tokens)"]
      }
      rows.append(row)
    }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      zip(row, widths).enumerated().map { index, cell in
        let padding = String(repeating: " ", count: cell.1 - cell.0.count)
        return index == 0 ? cell.0 + padding : padding + cell.0
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  /// The languages as JSON.
  var languagesJSON: String {
    JSONText.array(
      languages.map { language in
        var members = [
          ("language", JSONText.string(language.name)), ("characters", "\(language.characters)"),
        ]
        if let factor = language.factor { members.append(("weight", "\(factor)")) }
        if let merges = language.merges { members.append(("merges", "\(merges)")) }
        if let tokens = language.parallelTokens { members.append(("parallel_tokens", "\(tokens)")) }
        return JSONText.object(members)
      }
    )
  }

  private func percent(_ part: Double, of whole: Double) -> String {
    fixed(whole > 0 ? 100 * part / whole : 0, places: 1) + " %"
  }

  /// A number with so many digits after the point.
  private func fixed(_ value: Double, places: Int) -> String {
    let scale = (0..<places).reduce(1) { power, _ in power * 10 }
    let digits = Int((value * Double(scale)).rounded())
    let rest = String(digits % scale)
    return "\(digits / scale)." + String(repeating: "0", count: places - rest.count) + rest
  }
}
