import Dispatch

/// The results of a body for the numbers below a count, found on several threads.
///
/// Each thread makes a state of its own first. The results stand in the order of the numbers, so
/// that they do not depend on the number of threads.
///
/// - Parameters:
///   - count: How many numbers.
///   - threads: How many threads at most; 0 or 1 for none.
///   - makeState: Makes the state of a thread.
///   - body: Gives the result of a number.
/// - Returns: The result of each number.
func parallelMap<State, Output>(
  _ count: Int,
  threads: Int,
  makeState: () -> State,
  body: (State, Int) -> Output
) -> [Output] {
  let workers = min(max(threads, 1), max(count, 1))
  if workers == 1 {
    let state = makeState()
    return (0..<count).map { body(state, $0) }
  }
  let results = UnsafeMutableBufferPointer<Output?>.allocate(capacity: count)
  unsafe results.initialize(repeating: nil)
  defer {
    unsafe results.deinitialize()
    unsafe results.deallocate()
  }
  // subtle: every number is taken by one thread, and nobody reads before all are done.
  nonisolated(unsafe) let shared = unsafe results
  nonisolated(unsafe) let work = body
  nonisolated(unsafe) let make = makeState
  let chunk = max(1, min(64, count / (4 * workers)))
  let chunks = (count + chunk - 1) / chunk
  let next = SharedCounter()
  DispatchQueue.concurrentPerform(iterations: workers) { _ in
    let state = unsafe make()
    while true {
      let index = next.take()
      if index >= chunks { break }
      for number in index * chunk..<min(count, (index + 1) * chunk) {
        unsafe shared[number] = work(state, number)
      }
    }
  }
  return unsafe results.map { result in
    guard let result else { preconditionFailure("a number without a result") }
    return result
  }
}
