/// What a cleaning did to the texts of one file.
public struct CleaningSummary: Sendable, Hashable {
  /// The language's tag.
  public let language: String
  /// The file that was read.
  public let path: String
  /// The file that was written; nil where nothing was.
  public let output: String?
  /// The script that letters had to have, where one was asked for.
  public internal(set) var script: String?
  /// The documents read.
  public internal(set) var documents = 0
  /// Their bytes.
  public internal(set) var bytes = 0
  /// The documents kept.
  public internal(set) var keptDocuments = 0
  /// Their bytes.
  public internal(set) var keptBytes = 0
  /// The kept documents that were repaired.
  public internal(set) var repairedDocuments = 0
  /// How many documents were dropped, by the reason's name.
  public internal(set) var dropped: [String: Int] = [:]
  /// How many were dropped because they repeat a document of another file.
  public internal(set) var repeatsOfOtherFiles = 0

  init(language: String, path: String, output: String?) {
    self.language = language
    self.path = path
    self.output = output
  }
}
