public import Files
public import UnicodeText

/// What can be wrong with a corpus, with the place and the remedy.
public enum CorporaError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A file or folder cannot be read or written.
  case file(FilesError)
  /// ICU gives up on a text.
  case text(UnicodeTextError)
  /// Whoever asked for the work wants it no more.
  case interrupted
  /// A folder holds neither a manifest nor a text file.
  case noTexts(folder: String)
  /// A file has no text.
  case emptyText(path: String)
  /// A manifest cannot be understood.
  case invalidManifest(path: String, reason: String)
  /// A file does not match its entry in the manifest.
  case changedFile(path: String, expected: String, found: String)
  /// A language was asked for that the corpus does not hold.
  case unknownLanguage(tag: String, folder: String, available: [String])
  /// Two files of a corpus stand for one language.
  case duplicateLanguage(tag: String, folder: String)
  /// Two paths lead to one text where texts are compared.
  case sameText(paths: [String])
  /// Two texts would be written to one file.
  case sameOutput(paths: [String], output: String)
  /// A text lies in the folder that is written to.
  case textInOutput(path: String, folder: String)
  /// The list of what another cleaning dropped is to be cleaned as a text.
  case listAsText(path: String)
  /// A mixture that cannot be made.
  case wrongMix(String)
  /// Nothing is left for training or for evaluation.
  case emptySplit(part: String, folder: String, language: String)

  /// One or two sentences: what is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .file(let error):
      error.description
    case .text(let error):
      error.description
    case .interrupted:
      "The work was interrupted before its end."
    case .noTexts(let folder):
      "\(folder) holds no corpus: neither MANIFEST.json nor a file named LANGUAGE.txt, "
        + "such as en.txt. Put one text file per language there, one segment a line."
    case .emptyText(let path):
      "\(path) has no text. Put one segment a line there, or leave the language out."
    case .invalidManifest(let path, let reason):
      "\(path) is not a corpus manifest: \(reason). "
        + "Write it anew: isoflop corpus manifest FOLDER."
    case .changedFile(let path, let expected, let found):
      "\(path) is not the file its manifest speaks of: \(expected) expected, \(found) found. "
        + "Restore it, or write the manifest anew: isoflop corpus manifest FOLDER."
    case .unknownLanguage(let tag, let folder, let available):
      "\(folder) holds no language \(tag). It holds: \(available.joined(separator: ", "))."
    case .duplicateLanguage(let tag, let folder):
      "\(folder) names the language \(tag) twice. Keep one file per language."
    case .sameText(let paths):
      paths.allSatisfy { $0 == paths[0] }
        ? "\(paths[0]) is named twice. Name each text once."
        : "\(paths.joined(separator: " and ")) are one file. Name each text once."
    case .sameOutput(let paths, let output):
      "\(paths.joined(separator: " and ")) would both be written to \(output). Rename one of them."
    case .textInOutput(let path, let folder):
      "\(path), which is read, lies in \(folder). Name another folder for what is written."
    case .listAsText(let path):
      "\(path) would be written where the list of dropped documents goes. Rename it, or leave it out."
    case .wrongMix(let problem):
      "The texts cannot be mixed: \(problem)."
    case .emptySplit(let part, let folder, let language):
      "The split of \(folder) leaves no \(part) text of \(language). "
        + "Add segments, or change the split in its manifest."
    }
  }
}
