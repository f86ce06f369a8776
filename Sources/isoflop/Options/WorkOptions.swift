import ArgumentParser
import Corpora
import Tokenization

/// How a long piece of work is done and shown.
struct WorkOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How many threads; they change no result.", valueName: "count"))
  var threads = processorCount

  @Flag(name: [.short, .long], help: "Show no progress.")
  var quiet = false

  func validate() throws {
    if !(1...1024).contains(threads) {
      throw ValidationError("--threads must lie between 1 and 1024.")
    }
  }

  /// Does work with a progress line; an interrupt ends the program with nothing written.
  func run<Result>(_ body: (DelayedProgress) throws -> Result) throws -> Result {
    Interruption.listen()
    let progress = DelayedProgress(quiet: quiet)
    defer { progress.finish() }
    do {
      return try body(progress)
    } catch CorporaError.interrupted, TokenizationError.interrupted {
      progress.finish()
      Console.note("Interrupted. Nothing was written.\n")
      throw ExitStatus.interrupted
    }
  }
}
