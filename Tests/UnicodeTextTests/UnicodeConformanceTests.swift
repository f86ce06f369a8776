import Foundation
import Testing
import UnicodeText

/// The files of Debian's package `unicode-data`, which `Scripts/test` installs.
enum UnicodeData {
  static let folder = "/usr/share/unicode"

  /// Why a file is of no use here, or nil: it is not there, or of another version of Unicode than
  /// ICU.
  static func obstacle(_ name: String) -> Comment? {
    guard FileManager.default.fileExists(atPath: "\(folder)/\(name)") else {
      return "the package unicode-data is not installed"
    }
    guard let version = try? version(lines(name)) else { return "\(name) names no version" }
    if version == unicodeVersion { return nil }
    return "ICU \(icuVersion) has Unicode \(unicodeVersion), \(name) has \(version)"
  }

  /// The lines of a file without comments; one that is packed is unpacked by `bzcat`.
  static func lines(_ name: String) throws -> [Substring] {
    var data: Data
    if name.hasSuffix(".bz2") {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = ["bzcat", "\(folder)/\(name)"]
      let pipe = Pipe()
      process.standardOutput = pipe
      try process.run()
      data = pipe.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0, "bzcat failed")
    } else {
      data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
    }
    let text = String(decoding: data, as: UTF8.self)
    return text.split(whereSeparator: \.isNewline)
  }

  /// The version in the first line, such as `# NormalizationTest-15.0.0.txt`.
  static func version(_ lines: [Substring]) throws -> String {
    let name = try #require(lines.first?.split(separator: "-").last)
    return name.split(separator: ".").prefix(2).joined(separator: ".")
  }
}

/// ICU through this module against the files that Unicode publishes for conformance.
///
/// A test runs only where ICU's Unicode version is the files'; otherwise it is skipped with both named.
@Suite struct UnicodeConformanceTests {
  private static let normalization = "NormalizationTest.txt.bz2"
  private static let words = "auxiliary/WordBreakTest.txt"
  private static let graphemes = "auxiliary/GraphemeBreakTest.txt"

  @Test(
    .disabled(if: UnicodeData.obstacle(normalization) != nil, UnicodeData.obstacle(normalization))
  )
  func normalFormsConform() throws {
    let lines = try UnicodeData.lines(Self.normalization)
    let forms: [(NormalizationForm, targets: [Int])] = [
      (.nfc, [1, 1, 1, 3, 3]), (.nfd, [2, 2, 2, 4, 4]), (.nfkc, [3, 3, 3, 3, 3]),
      (.nfkd, [4, 4, 4, 4, 4]),
    ]
    let normalizers = forms.map { Normalizer($0.0) }
    var count = 0
    for line in lines where !line.hasPrefix("#") && !line.hasPrefix("@") {
      let columns = line.split(separator: ";").prefix(5).map(text(ofHexadecimal:))
      try #require(columns.count == 5, "\(line)")
      for ((_, targets), normalizer) in zip(forms, normalizers) {
        for (source, target) in targets.enumerated() {
          let bytes = Array(columns[source].utf8)
          let normal = try unsafe normalizer.normalized(bytes.span.bytes) ?? bytes
          if normal != Array(columns[target].utf8) {
            Issue.record("\(normalizer.form): column \(source + 1) of \(line)")
          }
        }
      }
      count += 1
    }
    #expect(count > 18_000)
  }

  @Test(.disabled(if: UnicodeData.obstacle(words) != nil, UnicodeData.obstacle(words)))
  func wordBoundariesConform() throws {
    try expectBoundaries(.words, Self.words, atLeast: 1_800)
  }

  @Test(.disabled(if: UnicodeData.obstacle(graphemes) != nil, UnicodeData.obstacle(graphemes)))
  func graphemeBoundariesConform() throws {
    try expectBoundaries(.graphemes, Self.graphemes, atLeast: 600)
  }

  private func expectBoundaries(
    _ kind: TextBoundaries.Kind,
    _ name: String,
    atLeast least: Int
  ) throws {
    let lines = try UnicodeData.lines(name)
    // subtle: ICU's rules are CLDR's, to which a colon joins letters in Swedish and Finnish only.
    let boundaries = try TextBoundaries(kind, locale: "sv")
    var count = 0
    for line in lines where line.hasPrefix("÷") {
      // ÷ marks a boundary, × its absence: `÷ 0061 × 0301 ÷ 0062 ÷ # …`.
      let rule = line.prefix { $0 != "#" }
      let expected = rule.split(separator: "÷").map { segment in
        text(ofHexadecimal: segment.filter { $0 != "×" })
      }.filter { !$0.isEmpty }
      let found = try boundaries.segments(of: expected.joined())
      if found.map({ Array($0.utf8) }) != expected.map({ Array($0.utf8) }) {
        Issue.record("\(line): \(found)")
      }
      count += 1
    }
    #expect(count >= least)
  }

  /// The text of code points in hexadecimal, parted by spaces.
  private func text(ofHexadecimal codes: some StringProtocol) -> String {
    var scalars = String.UnicodeScalarView()
    for code in codes.split(whereSeparator: { $0 == " " || $0 == "\t" }) {
      if let value = UInt32(code, radix: 16), let scalar = Unicode.Scalar(value) {
        scalars.append(scalar)
      }
    }
    return String(scalars)
  }
}
