import Dispatch
import Synchronization

extension TextBlocks {
  /// Runs a body for each block on several threads, each with a state of its own.
  ///
  /// The first error in the order of the text is the one that is thrown; after an error no more
  /// blocks are read.
  ///
  /// - Parameters:
  ///   - threads: How many threads at most.
  ///   - makeState: Makes the state of a thread.
  ///   - failure: What an error of reading is called here.
  ///   - body: Works on a block with the state of its thread; false asks to read no further.
  /// - Returns: The states of the threads, at least one.
  /// - Throws: What the body throws, or what `failure` makes of an error of reading.
  public func forEach<State, Failure: Error>(
    threads: Int,
    makeState: () -> State,
    failure: @escaping @Sendable (FilesError) -> Failure,
    body: (State, TextBlock) throws(Failure) -> Bool
  ) throws(Failure) -> [State] {
    // A thread with nothing to read would still make a state.
    let workers = max(1, min(threads, (storedBytes ?? .max) >> 20 + 1))
    let states = (0..<workers).map { _ in makeState() }
    let first = Mutex<(block: Int, error: Failure)?>(nil)
    // subtle: each state belongs to one thread, and all are done before anybody reads.
    nonisolated(unsafe) let shared = states
    nonisolated(unsafe) let work = body
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      var number = Int.max
      do throws(Failure) {
        while let block = try next(orFailing: failure) {
          number = block.index
          if try unsafe !work(shared[worker], block) { stop() }
          // What cannot be read stands behind all that was read.
          number = Int.max
        }
      } catch {
        stop()
        first.withLock { first in
          if number <= first?.block ?? .max { first = (number, error) }
        }
      }
    }
    if let error = first.withLock({ $0?.error }) { throw error }
    return states
  }

  private func next<Failure: Error>(
    orFailing failure: (FilesError) -> Failure
  ) throws(Failure) -> TextBlock? {
    do throws(FilesError) { return try next() } catch { throw failure(error) }
  }
}
