import Files

extension CorpusManifest {
  /// What people say of a corpus and its files cannot.
  public struct Description: Sendable, Hashable {
    /// A short name; the folder's where nil.
    public var name: String?
    /// What the texts are and who wrote them.
    public var description: String?
    /// The SPDX identifier of the licence.
    public var license: String?
    /// Which segments are held out.
    public var split: SegmentSplit?

    /// Says nothing, so that an older manifest's words are kept.
    public init() {}
  }

  /// Describes the text files of a folder as they are now.
  ///
  /// Names, scripts, order and words are taken over from the folder's manifest where it has one;
  /// languages it does not name follow, sorted by tag.
  ///
  /// - Throws: ``CorporaError`` for a file that is empty or not UTF-8.
  public static func describing(
    folder: String,
    as description: Description
  ) throws(CorporaError) -> CorpusManifest {
    let old = try read(folder: folder)
    let files = try languageFiles(of: folder)
    guard !files.isEmpty else { throw .noTexts(folder: folder) }
    let known = old?.languages.filter { entry in files.contains { $0.tag == entry.tag } } ?? []
    let order =
      known.compactMap { entry in files.first { $0.tag == entry.tag } }
      + files.filter { file in !known.contains { $0.tag == file.tag } }
    var entries: [Entry] = []
    var lineCounts: Set<Int> = []
    for (tag, name) in order {
      if entries.contains(where: { $0.tag == tag }) {
        throw .duplicateLanguage(tag: tag, folder: folder)
      }
      let path = joined(folder, name)
      let bytes: [UInt8]
      do { bytes = try readFile(path) } catch { throw .file(error) }
      let entry = known.first { $0.tag == tag }
      let text = try LanguageText(
        tag: tag,
        name: tag,
        script: nil,
        path: path,
        form: .promised(by: path, field: "text")
      )
      lineCounts.insert(text.lineCount)
      entries.append(
        Entry(
          tag: tag,
          name: entry?.name ?? tag,
          script: entry?.script ?? "Zyyy",
          file: name,
          segments: text.segments.count,
          bytes: bytes.count,
          sha256: SHA256.hexadecimal(bytes)
        )
      )
    }
    return CorpusManifest(
      version: 1,
      name: description.name ?? old?.name ?? Files.split(folder).name,
      description: description.description ?? old?.description ?? "",
      license: description.license ?? old?.license ?? "NOASSERTION",
      parallel: entries.count > 1 && lineCounts.count == 1,
      split: description.split ?? old?.split ?? .standard,
      languages: entries
    )
  }
}
