import Files

/// Texts in one or more languages, with the rule that parts training from evaluation.
///
/// A corpus is a folder with a `MANIFEST.json`, a plain folder of files named `LANGUAGE.txt`, one
/// text file, or standard input. Each line, or the text of each record, is a segment.
public struct Corpus: Sendable {
  /// The manifest's name, or the folder's.
  public let name: String
  /// Where it was read from.
  public let path: String
  /// The languages, in the manifest's order or sorted by tag.
  public let languages: [LanguageText]
  /// Which segments are held out.
  public let split: SegmentSplit
  /// Whether line i says the same in every language.
  public let isParallel: Bool

  /// Reads a corpus.
  ///
  /// Without a manifest, a folder counts as parallel when it holds several languages with equally
  /// many lines.
  ///
  /// - Parameters:
  ///   - path: A folder or a file; `-` is standard input.
  ///   - tags: The languages wanted, in the order wanted; nil takes all.
  ///   - field: The key of the text in records.
  ///   - areRecords: Whether every file holds records, whatever its name.
  /// - Throws: ``CorporaError`` that names the file and the remedy.
  public init(
    path: String,
    languages tags: [String]? = nil,
    field: String = "text",
    areRecords: Bool = false
  ) throws(CorporaError) {
    let form: (String) -> TextInput.Form = { path in
      areRecords ? .records(field: field) : .promised(by: path, field: field)
    }
    let kind: FileKind?
    do { kind = try path == "-" ? .file : fileKind(path) } catch { throw .file(error) }
    switch kind {
    case nil: throw .file(.notFound(path: path))
    case .file: try self.init(file: path, form: form(path), languages: tags)
    case .folder:
      if let manifest = try CorpusManifest.read(folder: path) {
        try self.init(folder: path, manifest: manifest, form: form, languages: tags)
      } else {
        try self.init(plainFolder: path, form: form, languages: tags)
      }
    }
  }

  private init(
    file path: String,
    form: TextInput.Form,
    languages tags: [String]?
  ) throws(CorporaError) {
    let tag = textStem(of: path)
    _ = try selected(tags, from: [tag], in: path)
    let text = try LanguageText(tag: tag, name: tag, script: nil, path: path, form: form)
    self.init(name: tag, path: path, languages: [text], split: .standard, isParallel: false)
  }

  private init(
    folder: String,
    manifest: CorpusManifest,
    form: (String) -> TextInput.Form,
    languages tags: [String]?
  ) throws(CorporaError) {
    let available = manifest.languages.map(\.tag)
    var texts: [LanguageText] = []
    for tag in try selected(tags, from: available, in: folder) {
      for entry in manifest.languages where entry.tag == tag {
        let path = joined(folder, entry.file)
        let bytes = try bytes(of: path)
        guard bytes.count == entry.bytes else {
          throw .changedFile(
            path: path,
            expected: "\(entry.bytes) bytes",
            found: "\(bytes.count) bytes"
          )
        }
        let digest = SHA256.hexadecimal(bytes)
        guard digest == entry.sha256 else {
          throw .changedFile(
            path: path,
            expected: "SHA-256 \(entry.sha256.prefix(12))…",
            found: "\(digest.prefix(12))…"
          )
        }
        try texts.append(
          LanguageText(
            tag: tag,
            name: entry.name,
            script: entry.script,
            path: path,
            form: form(path)
          )
        )
      }
    }
    guard !texts.isEmpty else { throw .noTexts(folder: folder) }
    self.init(
      name: manifest.name,
      path: folder,
      languages: texts,
      split: manifest.split,
      isParallel: manifest.parallel
    )
  }

  private init(
    plainFolder folder: String,
    form: (String) -> TextInput.Form,
    languages tags: [String]?
  ) throws(CorporaError) {
    let files = try languageFiles(of: folder)
    guard !files.isEmpty else { throw .noTexts(folder: folder) }
    var texts: [LanguageText] = []
    for tag in try selected(tags, from: files.map(\.tag), in: folder) {
      for file in files where file.tag == tag {
        let path = joined(folder, file.name)
        try texts.append(
          LanguageText(tag: tag, name: tag, script: nil, path: path, form: form(path))
        )
      }
    }
    self.init(
      name: Files.split(folder).name,
      path: folder,
      languages: texts,
      split: .standard,
      isParallel: texts.count > 1 && Set(texts.map(\.lineCount)).count == 1
    )
  }

  init(
    name: String,
    path: String,
    languages: [LanguageText],
    split: SegmentSplit,
    isParallel: Bool
  ) {
    self.name = name
    self.path = path
    self.languages = languages
    self.split = split
    self.isParallel = isParallel
  }

  /// The segments of a language that models are trained on.
  public func trainingSegments(of language: LanguageText) -> [Segment] {
    language.segments.filter { !split.isEvaluation($0.index) }
  }

  /// The held-out segments of a language.
  ///
  /// On parallel text, only those that every language of the corpus has, so that sums over them
  /// compare.
  public func evaluationSegments(of language: LanguageText) -> [Segment] {
    let held = language.segments.filter { split.isEvaluation($0.index) }
    guard isParallel else { return held }
    let shared = sharedEvaluationIndices
    return held.filter { shared.contains($0.index) }
  }

  /// The indices of the held-out segments that every language has.
  public var sharedEvaluationIndices: Set<Int> {
    var shared: Set<Int>?
    for language in languages {
      let held = Set(language.segments.lazy.map(\.index).filter { split.isEvaluation($0) })
      shared = shared?.intersection(held) ?? held
    }
    return shared ?? []
  }

  /// Checks that every language keeps text on both sides of the split.
  public func validateSplit() throws(CorporaError) {
    for language in languages {
      if trainingSegments(of: language).isEmpty {
        throw .emptySplit(part: "training", folder: path, language: language.tag)
      }
      if evaluationSegments(of: language).isEmpty {
        throw .emptySplit(part: "evaluation", folder: path, language: language.tag)
      }
    }
  }
}

/// The text files of a folder that has no manifest, with the languages their names say, sorted by
/// name.
func languageFiles(of folder: String) throws(CorporaError) -> [(tag: String, name: String)] {
  do {
    return try textFileNames(in: folder).map { (textStem(of: $0), $0) }
  } catch {
    throw .file(error)
  }
}

/// The wanted tags, checked against those there are.
private func selected(
  _ wanted: [String]?,
  from available: [String],
  in folder: String
) throws(CorporaError) -> [String] {
  for (index, tag) in available.enumerated() where available[..<index].contains(tag) {
    throw .duplicateLanguage(tag: tag, folder: folder)
  }
  guard let wanted else { return available }
  for (index, tag) in wanted.enumerated() {
    guard available.contains(tag) else {
      throw .unknownLanguage(tag: tag, folder: folder, available: available)
    }
    if wanted[..<index].contains(tag) { throw .duplicateLanguage(tag: tag, folder: folder) }
  }
  return wanted
}

private func bytes(of path: String) throws(CorporaError) -> [UInt8] {
  do { return try readFile(path) } catch { throw .file(error) }
}
