import Foundation

/// A text for readers whose examples are run: the README, or an article of a DocC catalogue.
///
/// The convention, which writers of articles follow:
///
/// - A line of a fenced code block that begins with `$ ` is a command, and the lines up to the next
///   command or the end of the block are what it prints. A block without such a line is not run.
/// - A command goes to `bash`, with the built `isoflop` in front of the path. It may end in `\` and
///   go on in the next line.
/// - The commands of an article run in order in one fresh folder, in which `Corpora` and `Tables`
///   are those of the package: paths look as if the package's root were the current folder, and
///   what one command writes the next one finds.
/// - What must happen but need not be read stands in a comment, `<!-- $ COMMANDS -->`, which may have
///   several lines.
/// - Compared is standard output, and for a command that fails standard error after it: the example
///   then shows the line that begins with `Error: `. Spaces at the ends of lines do not count.
/// - `…` in an expected line stands for any characters, a line of its own for any lines: figures that
///   differ from one machine to the next, and output too long to print.
///
/// With `ISOFLOP_RECORD=1` in the environment, what differs is written into the article instead.
public struct Article: Sendable {
  /// A command and what it prints.
  public struct Example: Sendable, Equatable {
    /// The line of the article that the command begins in, from 1.
    public let line: Int
    /// The command.
    public let command: String
    /// The lines that it prints; nil for a command in a comment, whose output is not compared.
    public let expected: [String]?
    /// The indices of the expected lines in the article.
    let expectedLines: Range<Int>
  }

  /// Its path within the package.
  public let name: String
  /// Its examples in order.
  public let examples: [Example]
  private let lines: [String]

  /// Finds the examples of a text.
  public init(name: String, text: String) {
    self.name = name
    lines = text.components(separatedBy: "\n")
    examples = Self.examples(in: lines)
  }

  private static func examples(in lines: [String]) -> [Example] {
    var examples: [Example] = []
    var isInBlock = false
    var index = 0
    while index < lines.count {
      let line = lines[index]
      if line.hasPrefix("```") {
        isInBlock.toggle()
      } else if !isInBlock, line.hasPrefix("<!-- $ ") {
        let first = index
        while index + 1 < lines.count, !lines[index].hasSuffix("-->") { index += 1 }
        let script = lines[first...index].joined(separator: "\n").dropFirst("<!-- $ ".count)
        let command = String(script.hasSuffix("-->") ? script.dropLast(3) : script)
        examples.append(
          Example(line: first + 1, command: command, expected: nil, expectedLines: index..<index)
        )
      } else if isInBlock, line.hasPrefix("$ ") {
        let first = index
        var command = String(line.dropFirst(2))
        while command.hasSuffix("\\"), index + 1 < lines.count {
          index += 1
          command += "\n" + lines[index]
        }
        var end = index + 1
        while end < lines.count, !lines[end].hasPrefix("$ "), !lines[end].hasPrefix("```") {
          end += 1
        }
        examples.append(
          Example(
            line: first + 1,
            command: command,
            expected: Array(lines[index + 1..<end]),
            expectedLines: index + 1..<end
          )
        )
        index = end - 1
      }
      index += 1
    }
    return examples
  }

  /// Runs the examples and tells of each that fails or prints something else.
  ///
  /// - Parameter package: The folder of the package.
  /// - Returns: A sentence for each difference, with the article and the line.
  /// - Throws: When the command is not built.
  public func differences(package: String) throws -> [String] {
    if examples.isEmpty { return [] }
    return try withTemporaryFolder { folder in
      for shared in ["Corpora", "Tables"] {
        try FileManager.default.createSymbolicLink(
          atPath: "\(folder)/\(shared)",
          withDestinationPath: "\(package)/\(shared)"
        )
      }
      let isRecording = ProcessInfo.processInfo.environment["ISOFLOP_RECORD"] != nil
      var differences: [String] = []
      var recorded = lines
      var found: [(Example, [String])] = []
      for example in examples {
        let result = try run(example, in: folder)
        let place = "\(name):\(example.line): $ \(example.command)"
        var printed = result.output
        if result.status != 0 { printed += result.errors }
        let actual = trimmed(printed.components(separatedBy: "\n"))
        let expected = trimmed(example.expected ?? ["…"])
        if result.status != 0, !expected.contains(where: { $0.hasPrefix("Error: ") }) {
          differences.append("\(place)\nfailed with \(result.status):\n\(printed)")
          // What follows builds on it.
          break
        }
        if !matches(actual[...], expected[...]) {
          found.append((example, actual))
          differences.append(
            "\(place)\nprinted\n\(actual.joined(separator: "\n"))\ninstead of\n"
              + expected.joined(separator: "\n")
          )
        }
      }
      guard isRecording, !found.isEmpty else { return differences }
      for (example, actual) in found.reversed() {
        recorded.replaceSubrange(example.expectedLines, with: actual)
      }
      try recorded.joined(separator: "\n")
        .write(toFile: "\(package)/\(name)", atomically: true, encoding: .utf8)
      return differences.map { "Recorded: \($0)" }
    }
  }

  private func run(_ example: Example, in folder: String) throws -> CommandResult {
    // `env bash -c SCRIPT COMMAND` gives the script the command's path as its own name.
    try isoflop(
      [],
      folder: folder,
      environment: ["LC_ALL": "C.UTF-8"],
      launcher: ["bash", "-c", "PATH=\"${0%/*}:$PATH\"; set -o pipefail\n\(example.command)"]
    )
  }
}

/// Lines without spaces at their ends and without empty lines at the end.
private func trimmed(_ lines: [String]) -> [String] {
  var trimmed = lines.map { line in
    var line = line
    while line.last == " " { line.removeLast() }
    return line
  }
  while trimmed.last?.isEmpty == true { trimmed.removeLast() }
  return trimmed
}

/// Whether lines are the expected ones, among which a `…` stands for any lines.
private func matches(_ lines: ArraySlice<String>, _ expected: ArraySlice<String>) -> Bool {
  guard let first = expected.first else { return lines.isEmpty }
  let rest = expected.dropFirst()
  if first == "…" {
    return lines.indices.contains { matches(lines[$0...], rest) } || rest.isEmpty
  }
  guard let line = lines.first, fits(line, first) else { return false }
  return matches(lines.dropFirst(), rest)
}

/// Whether a line is the expected one, in which `…` stands for any characters.
private func fits(_ line: String, _ expected: String) -> Bool {
  let parts = expected.components(separatedBy: "…")
  guard parts.count > 1 else { return line == expected }
  guard line.hasPrefix(parts[0]) else { return false }
  var rest = line.dropFirst(parts[0].count)
  for part in parts.dropFirst().dropLast() where !part.isEmpty {
    guard let range = rest.range(of: part) else { return false }
    rest = rest[range.upperBound...]
  }
  return rest.hasSuffix(parts[parts.count - 1])
}
