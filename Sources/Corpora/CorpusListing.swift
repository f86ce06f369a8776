import Files

/// A corpus and its languages, without its texts.
public struct CorpusListing: Sendable, Hashable {
  /// One language.
  public struct Language: Sendable, Hashable {
    /// The BCP-47 tag.
    public let tag: String
    /// The English name; nil where nothing names it.
    public let name: String?
    /// The ISO 15924 code of the script; nil where nothing names it.
    public let script: String?
    /// The file's name in the folder.
    public let file: String
    /// The file's length as it is stored.
    public let bytes: Int
    /// The segments the manifest counts; nil without one.
    public let segments: Int?
  }

  /// The manifest's name, or the folder's.
  public let name: String
  /// Where it lies.
  public let path: String
  /// The SPDX identifier of the license; nil without a manifest.
  public let license: String?
  /// Whether line i says the same in every file; nil without a manifest.
  public let isParallel: Bool?
  /// The languages.
  public let languages: [Language]

  /// Lists a corpus, or all corpora that a folder holds.
  ///
  /// - Parameter folder: A folder with texts, or one with such folders.
  /// - Returns: At least one corpus.
  /// - Throws: ``CorporaError/noTexts(folder:)`` where there is none.
  public static func all(in folder: String) throws(CorporaError) -> [CorpusListing] {
    if let listing = try CorpusListing(folder: folder) { return [listing] }
    var listings: [CorpusListing] = []
    let folders: [String]
    do {
      folders = try fileNames(in: folder).map { joined(folder, $0) }.filter { path in
        (try? fileKind(path)) == .folder
      }
    } catch {
      throw .file(error)
    }
    for path in folders {
      if let listing = try CorpusListing(folder: path) { listings.append(listing) }
    }
    if listings.isEmpty { throw .noTexts(folder: folder) }
    return listings
  }

  /// Lists a folder; nil where it holds no texts.
  private init?(folder: String) throws(CorporaError) {
    path = folder
    if let manifest = try CorpusManifest.read(folder: folder) {
      name = manifest.name
      license = manifest.license
      isParallel = manifest.parallel
      languages = manifest.languages.map { entry in
        Language(
          tag: entry.tag,
          name: entry.name,
          script: entry.script,
          file: entry.file,
          bytes: entry.bytes,
          segments: entry.segments
        )
      }
      return
    }
    name = Files.split(folder).name
    license = nil
    isParallel = nil
    var languages: [Language] = []
    for (tag, file) in try languageFiles(of: folder) {
      let bytes: Int
      do { bytes = try MappedFile(joined(folder, file)).count } catch { throw .file(error) }
      languages.append(
        Language(tag: tag, name: nil, script: nil, file: file, bytes: bytes, segments: nil)
      )
    }
    if languages.isEmpty { return nil }
    self.languages = languages
  }
}
