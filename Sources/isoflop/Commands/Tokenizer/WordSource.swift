import Files
import Tokenization
import UnicodeText

/// Counts words as the options say: in memory, or through files.
struct WordSource {
  let options: WordOptions
  let configuration: TokenizerConfiguration
  let scratch: String
  let progress: DelayedProgress

  /// The words of some texts.
  func words(of inputs: [TextInput], name: String) throws -> any CountedWords {
    if !options.usesDisk {
      return try WordCounter.count(
        inputs,
        configuration,
        threads: options.work.threads,
        isInterrupted: { Interruption.isRequested },
        progress: { done, total in show(.counting(bytes: done, total: total), name) }
      )
    }
    let output = joined(scratch, name.isEmpty ? "words.counts" : "\(name).counts")
    let job = job(inputs, folder: joined(scratch, name.isEmpty ? "words" : name))
    // Counted whole by the work that was interrupted.
    if options.resume, let counts = try job.result(at: output) { return counts }
    return try run(job, to: output, name)
  }

  /// Counts texts through files, into a file.
  func count(_ inputs: [TextInput], to output: String) throws -> CountFile {
    try run(job(inputs, folder: scratch), to: output, "")
  }

  private func job(_ inputs: [TextInput], folder: String) -> CountingJob {
    CountingJob(
      inputs,
      configuration: configuration,
      scratch: folder,
      memory: options.memory?.bytes,
      threads: options.work.threads
    )
  }

  private func run(_ job: CountingJob, to output: String, _ name: String) throws -> CountFile {
    try job.run(
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
      progress.update(stage: "Counting words\(suffix)", done: bytes, of: total)
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
