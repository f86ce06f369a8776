import ArgumentParser
import Files
import Tokenization

/// The text files that `--corpus` names: files themselves, and the `.txt` files of folders.
func corpusFiles(_ paths: [String]) throws -> [MappedFile] {
  var files: [MappedFile] = []
  for path in paths {
    if path != "-", try fileKind(path) == .folder {
      let names = try fileNames(in: path).filter { $0.hasSuffix(".txt") }
      if names.isEmpty { throw CorpusError.noTexts(folder: path) }
      for name in names { files.append(try MappedFile(joined(path, name))) }
    } else {
      files.append(try MappedFile(path))
    }
  }
  if files.allSatisfy({ $0.count == 0 }) { throw CorpusError.empty(paths: paths) }
  return files
}

/// What can be wrong with the files a command is given.
enum CorpusError: Error, CustomStringConvertible {
  case noTexts(folder: String)
  case empty(paths: [String])
  case noParallelText(language: String, folder: String)

  var description: String {
    switch self {
    case .noTexts(let folder):
      "The folder \(folder) holds no .txt file. Name the files, or a folder with LANGUAGE.txt files."
    case .empty(let paths):
      "There is no text in \(paths.joined(separator: ", ")). Name files with text in UTF-8."
    case .noParallelText(let language, let folder):
      "\(folder) holds no \(language).txt. Every language of --corpus needs its side of the"
        + " parallel text there."
    }
  }
}

/// Checks that a file can be written where an output is to appear later.
func checkWritable(_ path: String) throws {
  let probe = try AtomicFile(path)
  _ = consume probe
}
