import Files
import Tokenization
import UnicodeText

/// Counts words as the options say: in memory, or through files.
struct WordSource {
  let options: WordOptions
  let configuration: TokenizerConfiguration
  let scratch: String
  let progress: DelayedProgress

  /// The words of some files.
  func words(of paths: [String], name: String) throws -> any CountedWords {
    if !options.usesDisk {
      let files = try paths.map { path in try MappedFile(path) }
      if files.allSatisfy({ $0.count == 0 }) { throw CorpusError.empty(paths: paths) }
      return try WordCounter.count(
        files,
        configuration,
        threads: options.threads,
        isInterrupted: { Interruption.isRequested },
        progress: { done, total in show(.counting(bytes: done, total: total), name) }
      )
    }
    let output = joined(scratch, name.isEmpty ? "words.counts" : "\(name).counts")
    // Counted whole by the work that was interrupted.
    if options.resume, try fileKind(output) == .file {
      let counts = try CountFile(contentsOf: output)
      try counts.checkIsOf(paths, configuration)
      return counts
    }
    return try count(
      paths,
      to: output,
      folder: joined(scratch, name.isEmpty ? "words" : name),
      name
    )
  }

  /// Counts through files, into a file.
  func count(
    _ paths: [String],
    to output: String,
    folder: String,
    _ name: String = ""
  ) throws -> CountFile {
    let job = CountingJob(
      paths,
      configuration: configuration,
      scratch: folder,
      memory: options.memory?.bytes,
      threads: options.threads
    )
    return try job.run(
      to: output,
      isResuming: options.resume,
      isInterrupted: { Interruption.isRequested },
      progress: { show($0, name) }
    )
  }

  private func show(_ done: CountingProgress, _ name: String) {
    let suffix = name.isEmpty ? "" : " of \(name)"
    switch done {
    case .counting(let bytes, let total):
      let all = total > 0 ? " of \(megabytes(total))" : ""
      progress.update(
        stage: "Counting words\(suffix)",
        done: bytes,
        of: total,
        detail: megabytes(bytes) + all
      )
    case .merging(let words, let total):
      progress.update(
        stage: "Merging counts\(suffix)",
        done: words,
        of: total,
        detail: "\(words) of \(total) words"
      )
    }
  }
}
