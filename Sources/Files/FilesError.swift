/// What can go wrong with a file, with its path and the remedy.
public enum FilesError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file or folder does not exist.
  case notFound(path: String)
  /// The system refused an operation; the reason is the system's own.
  case refused(operation: String, path: String, reason: String)
  /// The path names a folder where a file is needed.
  case isFolder(path: String)
  /// The path names something else where a folder is needed.
  case isNotFolder(path: String)
  /// The output exists and may not be replaced.
  case exists(path: String)
  /// A file of another kind where text in UTF-8 is needed.
  case wrongFormat(path: String, found: String, remedy: String)
  /// A packed file that ends too early; the offset counts bytes of the file as it is stored.
  case truncated(path: String, format: String, offset: Int)
  /// A packed file that is damaged; the offset counts bytes of the file as it is stored.
  case corrupt(path: String, format: String, offset: Int, reason: String)
  /// A byte that is not UTF-8; line and byte in the line count from 1.
  case notUTF8(path: String, line: Int, byte: Int, value: UInt8)
  /// A line that is no JSON object with the wanted text; line and byte in the line count from 1.
  case wrongRecord(path: String, line: Int, byte: Int, problem: String)
  /// A line that does not fit into memory.
  case lineTooLong(path: String, line: Int, limit: Int)
  /// A text that does not fit into memory as a whole.
  case tooLarge(path: String, limit: Int)
  /// A pipe or a device that gives more than fits into memory, where the whole content is needed.
  case endless(path: String, limit: Int)
  /// A folder without any text file.
  case noTexts(folder: String)
  /// Standard input named more than once, which can be read only once.
  case standardInputTwice

  /// One or two sentences: what is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .notFound(let path):
      "\(path) does not exist. Check the path; relative paths start at the current folder."
    case .refused(let operation, let path, let reason):
      "Cannot \(operation) \(path): \(reason)."
    case .isFolder(let path):
      "\(path) is a folder; name a file."
    case .isNotFolder(let path):
      "\(path) is not a folder; name a folder."
    case .exists(let path):
      "\(path) exists already. Name another output, or pass --force to replace it."
    case .wrongFormat(let path, let found, let remedy):
      "\(path) is \(found), not text in UTF-8. \(remedy)."
    case .truncated(let path, let format, let offset):
      "\(path) ends too early, after byte \(offset) of its \(format) data. Copy it again."
    case .corrupt(let path, let format, let offset, let reason):
      "\(path) is damaged: its \(format) data cannot be unpacked near byte \(offset)"
        + "\(reason.isEmpty ? "" : " (\(reason))"). Copy or pack it again."
    case .notUTF8(let path, let line, let byte, let value):
      "\(path) is not UTF-8: byte \(byte) of line \(line) is \(hexadecimal(value)), which no "
        + "character has there. Convert it first (iconv -f ENCODING -t UTF-8 FILE), or drop such "
        + "lines: isoflop corpus clean."
    case .wrongRecord(let path, let line, let byte, let problem):
      "\(path) is wrong at line \(line), byte \(byte): \(problem). Each line must be a JSON object "
        + "with the text under the key that --field names."
    case .lineTooLong(let path, let line, let limit):
      "\(path) has more than \(size(limit)) in line \(line). Break it into lines first, or"
        + " allow more memory."
    case .tooLarge(let path, let limit):
      "\(path) holds more than \(limit >> 20) MiB of text, too much for one document. "
        + "Take its lines as documents, or split it."
    case .endless(let path, let limit):
      "\(path) is no regular file and gives more than \(limit >> 20) MiB, which must be held whole. "
        + "Save it to a file first; files are mapped, whatever their length."
    case .noTexts(let folder):
      "The folder \(folder) holds no text: no .txt or .jsonl file, .gz and .zst included. "
        + "Name the files, or a folder with LANGUAGE.txt files."
    case .standardInputTwice:
      "Standard input is named twice, and can be read only once. Name - once."
    }
  }
}

/// A number of bytes in the largest unit that is below it.
private func size(_ bytes: Int) -> String {
  bytes >= 1 << 20 ? "\(bytes >> 20) MiB" : "\(bytes >> 10) KiB"
}

/// A byte as `0xFF`.
private func hexadecimal(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16, uppercase: true)
  return (digits.count < 2 ? "0x0" : "0x") + digits
}
