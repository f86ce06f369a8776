import Dispatch

/// Runs a body for the numbers below a count on several threads.
///
/// - Parameters:
///   - count: How many numbers.
///   - threads: How many threads at most; 0 or 1 for none.
///   - chunk: How many numbers a thread takes at once; nil for what suits many small ones.
///   - makeState: Makes the state of a thread.
///   - body: Works on a number with the state of its thread.
/// - Returns: The states of the threads, at least one.
func parallelStates<State>(
  _ count: Int,
  threads: Int,
  chunk: Int? = nil,
  makeState: () -> State,
  body: (State, Int) -> Void
) -> [State] {
  let workers = min(max(threads, 1), max(count, 1))
  let states = (0..<workers).map { _ in makeState() }
  if workers == 1 {
    for number in 0..<count { body(states[0], number) }
    return states
  }
  // subtle: a state belongs to one thread and a number is taken by one, and all are done before
  // anybody reads.
  nonisolated(unsafe) let shared = states
  nonisolated(unsafe) let work = body
  let chunk = chunk ?? max(1, min(64, count / (4 * workers)))
  let chunks = (count + chunk - 1) / chunk
  let next = SharedCounter()
  DispatchQueue.concurrentPerform(iterations: workers) { worker in
    let state = unsafe shared[worker]
    while true {
      let index = next.take()
      if index >= chunks { break }
      for number in index * chunk..<min(count, (index + 1) * chunk) { unsafe work(state, number) }
    }
  }
  return states
}

/// The results of a body for the numbers below a count, found on several threads.
///
/// The results stand in the order of the numbers, so that they do not depend on the number of
/// threads.
///
/// - Parameters:
///   - count: How many numbers.
///   - threads: How many threads at most; 0 or 1 for none.
///   - chunk: How many numbers a thread takes at once; nil for what suits many small ones.
///   - makeState: Makes the state of a thread.
///   - body: Gives the result of a number.
/// - Returns: The result of each number.
package func parallelMap<State, Output>(
  _ count: Int,
  threads: Int,
  chunk: Int? = nil,
  makeState: () -> State,
  body: (State, Int) -> Output
) -> [Output] {
  let results = UnsafeMutableBufferPointer<Output?>.allocate(capacity: count)
  unsafe results.initialize(repeating: nil)
  defer {
    unsafe results.deinitialize()
    unsafe results.deallocate()
  }
  _ = parallelStates(count, threads: threads, chunk: chunk, makeState: makeState) { state, number in
    unsafe results[number] = body(state, number)
  }
  return unsafe results.map { result in
    guard let result else { preconditionFailure("a number without a result") }
    return result
  }
}
