import Foundation
import TestSupport
import Testing

/// The folder of the package.
private let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent().path

/// The README and all articles of all modules; the convention for their examples stands at
/// ``Article``.
@Suite struct ArticleTests {
  /// Paths within the package.
  private static let names: [String] = {
    let sources = FileManager.default.enumerator(atPath: "\(package)/Sources")
    let articles = (sources?.compactMap { $0 as? String } ?? [])
      .filter { $0.hasSuffix(".md") && $0.contains(".docc/") }
    return ["README.md"] + articles.map { "Sources/\($0)" }.sorted()
  }()

  @Test func articlesAreFound() {
    #expect(Self.names.count > 5)
    #expect(Self.names.contains("Sources/LanguageModels/LanguageModels.docc/LayerByLayer.md"))
  }

  @Test(arguments: names)
  func examplesPrintWhatIsWritten(name: String) throws {
    let text = try String(contentsOfFile: "\(package)/\(name)", encoding: .utf8)
    for difference in try Article(name: name, text: text).differences(package: package) {
      Issue.record("\(difference)")
    }
  }

  @Test(arguments: [
    // Exactly, with a rest of a line, with lines left out, with a failure that is shown.
    ("```\n$ printf 'a\\nb\\n'\na\nb\n```", true),
    ("```\n$ printf 'a\\nb\\n'\na\n```", false),
    ("```\n$ printf 'a\\nb\\n'\na\nb\nc\n```", false),
    ("```\n$ printf 'took 12 s\\n'\ntook … s\n```", true),
    ("```\n$ printf 'took 12 s\\n'\ntook … h\n```", false),
    ("```\n$ printf '1\\n2\\n3\\n'\n…\n3\n```", true),
    ("```\n$ printf '1\\n2\\n3\\n'\n1\n…\n```", true),
    ("```\n$ printf '1\\n2\\n3\\n'\n1\n…\n4\n```", false),
    ("```\n$ isoflop law show nonsense\nError: …\n…\n```", true),
    ("```\n$ isoflop law show nonsense\n```", false),
    ("```\n$ false | cat\n```", false),
    // Commands go on in the next line, share a folder, and may be hidden.
    ("```\n$ echo a \\\n  b\na b\n```", true),
    ("<!-- $ echo x > f -->\n\n```\n$ cat f\nx\n```", true),
    ("<!-- $ echo x > f\necho y >> f\n-->\n```\n$ cat f\nx\ny\n```", true),
    ("```\n$ ls -d Corpora/everyday\nCorpora/everyday\n```", true),
    // Neither a command nor in a block.
    ("```\nfalse\n```", true),
    ("$ false", true),
  ])
  func theConventionIsAsWritten(text: String, agrees: Bool) throws {
    let article = Article(name: "Example.md", text: text)
    let differences = try article.differences(package: package)
    #expect(differences.isEmpty == agrees, "\(differences)")
    for difference in differences { #expect(difference.hasPrefix("Example.md:2: $ ")) }
  }
}
