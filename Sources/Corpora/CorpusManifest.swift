import Files
import FoundationEssentials

/// The description of a corpus that lies beside its files.
public struct CorpusManifest: Sendable, Hashable, Codable {
  /// One language of a corpus.
  public struct Entry: Sendable, Hashable, Codable {
    /// The BCP-47 tag, such as `zh-Hans`.
    public let tag: String
    /// The language's English name.
    public let name: String
    /// The ISO 15924 code of its script, such as `Hans`.
    public let script: String
    /// The file's name in the folder.
    public let file: String
    /// The number of segments, one a line.
    public let segments: Int
    /// The file's length.
    public let bytes: Int
    /// The file's digest, in lowercase hexadecimal.
    public let sha256: String
  }

  /// The file's name in a corpus folder.
  public static let fileName = "MANIFEST.json"

  /// The version of the manifest's form; 1.
  public let version: Int
  /// A short name.
  public let name: String
  /// What the texts are and who wrote them.
  public let description: String
  /// The SPDX identifier of the licence.
  public let license: String
  /// Whether line i says the same in every file.
  public let parallel: Bool
  /// Which segments are held out.
  public let split: SegmentSplit
  /// The languages in the order they are reported in.
  public let languages: [Entry]

  /// Reads the manifest of a folder, or nil where there is none.
  ///
  /// - Throws: ``CorporaError/invalidManifest(path:reason:)`` with the place of the first fault.
  public static func read(folder: String) throws(CorporaError) -> CorpusManifest? {
    let path = joined(folder, fileName)
    let bytes: [UInt8]
    do {
      guard try fileKind(path) != nil else { return nil }
      bytes = try readFile(path)
    } catch {
      throw .file(error)
    }
    let manifest: CorpusManifest
    do {
      manifest = try JSONDecoder().decode(CorpusManifest.self, from: Data(bytes))
    } catch let error as DecodingError {
      throw .invalidManifest(path: path, reason: reason(of: error))
    } catch {
      throw .invalidManifest(path: path, reason: "\(error)")
    }
    guard manifest.version == 1 else {
      throw .invalidManifest(path: path, reason: "version \(manifest.version) is not known; 1 is")
    }
    for entry in manifest.languages where entry.file.contains("/") || entry.file.hasPrefix(".") {
      throw .invalidManifest(path: path, reason: "\(entry.file) is not a name in the folder")
    }
    return manifest
  }

  /// Writes the manifest into a folder.
  public func write(folder: String) throws(CorporaError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      let data = try encoder.encode(self)
      try writeFile(joined(folder, Self.fileName), Array(data) + [0x0A])
    } catch let error as FilesError {
      throw .file(error)
    } catch {
      throw .invalidManifest(path: joined(folder, Self.fileName), reason: "\(error)")
    }
  }
}

/// Where a manifest's form is wrong, in words.
private func reason(of error: DecodingError) -> String {
  func place(_ context: DecodingError.Context) -> String {
    let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
    return path.isEmpty ? "" : " at \(path.joined(separator: "."))"
  }
  switch error {
  case .keyNotFound(let key, let context):
    return "\(key.stringValue) is missing\(place(context))"
  case .typeMismatch(_, let context), .valueNotFound(_, let context):
    return "a value of another type was expected\(place(context))"
  case .dataCorrupted(let context):
    return "\(context.debugDescription)\(place(context))"
  @unknown default:
    return "\(error)"
  }
}
