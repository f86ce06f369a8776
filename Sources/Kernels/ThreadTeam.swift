internal import CVector
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// A few threads that run the same body together and meet at barriers.
///
/// The caller's thread is number 0. Between two runs the others wait: they spin for some tens of
/// microseconds, then sleep, so that an idle team costs nothing.
@safe public final class ThreadTeam: Sendable {
  /// The number of threads, the caller's included.
  public let count: Int

  private let state: State
  private let threads: [pthread_t]

  /// Starts the threads.
  ///
  /// - Parameter count: At least 1.
  /// - Throws: ``KernelsError/noThread(count:)`` when the system starts no more.
  public init(count: Int) throws(KernelsError) {
    precondition(count >= 1, "a team of \(count) threads")
    self.count = count
    state = State(count: count)
    var threads: [pthread_t] = []
    for index in 1..<max(count, 1) {
      let start = unsafe Unmanaged.passRetained(Start(state: state, index: index))
      guard let thread = unsafe startThread(start.toOpaque()) else {
        unsafe start.release()
        state.stop()
        for thread in threads { pthread_join(thread, nil) }
        throw .noThread(count: count)
      }
      threads.append(thread)
    }
    self.threads = threads
  }

  deinit {
    state.stop()
    for thread in threads { pthread_join(thread, nil) }
  }

  /// Runs a body on every thread and returns when all are done.
  ///
  /// - Parameter body: Receives the thread's number in 0 ..< ``count``.
  /// - Precondition: Not called from within a body; calls from several threads queue up.
  public func run(_ body: @Sendable (Int) -> Void) {
    if count == 1 { return body(0) }
    withoutActuallyEscaping(body) { body in state.run(body) }
  }

  /// Waits until every thread of the team has come here.
  ///
  /// Writes before the barrier are seen after it by all.
  public func barrier() {
    if count > 1 { state.barrier() }
  }

  /// The part of `total` things that a thread takes, in steps of `grain`.
  public func share(of total: Int, thread: Int, grain: Int = 1) -> Range<Int> {
    let units = (total + grain - 1) / grain
    let first = thread * units / count * grain
    let last = (thread + 1) * units / count * grain
    return min(first, total)..<min(last, total)
  }
}

/// What a new thread is handed.
private final class Start {
  let state: State
  let index: Int

  init(state: State, index: Int) {
    self.state = state
    self.index = index
  }
}

private func startThread(_ start: UnsafeMutableRawPointer) -> pthread_t? {
  #if os(Linux)
    var thread = pthread_t()
    let code = unsafe pthread_create(&thread, nil, teamThread, start)
    return code == 0 ? thread : nil
  #else
    var thread: pthread_t?
    let code = unsafe pthread_create(&thread, nil, teamThread, start)
    return code == 0 ? thread : nil
  #endif
}

#if os(Linux)
  private func teamThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument = unsafe argument else { return nil }
    let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
    start.state.work(start.index)
    return nil
  }
#else
  private func teamThread(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
    start.state.work(start.index)
    return nil
  }
#endif

/// What the threads share.
///
/// The body is written before the epoch advances and read after, which the atomics order.
@safe private final class State: @unchecked Sendable {
  let count: Int
  private let epoch = Atomic<Int>(0)
  private let arrived = Atomic<Int>(0)
  private let phase = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let stopped = Atomic<Bool>(false)
  private let turn = Mutex(())
  private var body: (@Sendable (Int) -> Void)?
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init(count: Int) {
    self.count = count
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(condition, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  func run(_ body: @escaping @Sendable (Int) -> Void) {
    turn.withLock { _ in
      self.body = body
      advance()
      body(0)
      barrier()
      self.body = nil
    }
  }

  func stop() {
    stopped.store(true, ordering: .sequentiallyConsistent)
    advance()
  }

  /// Lets the others go, waking those that sleep.
  private func advance() {
    epoch.add(1, ordering: .sequentiallyConsistent)
    guard sleepers.load(ordering: .sequentiallyConsistent) > 0 else { return }
    unsafe pthread_mutex_lock(mutex)
    unsafe pthread_cond_broadcast(condition)
    unsafe pthread_mutex_unlock(mutex)
  }

  func work(_ index: Int) {
    var seen = 0
    while true {
      waitForEpoch(after: seen)
      seen += 1
      if stopped.load(ordering: .acquiring) { return }
      body?(index)
      barrier()
    }
  }

  private func waitForEpoch(after seen: Int) {
    for _ in 0..<spins {
      if epoch.load(ordering: .acquiring) != seen { return }
      cv_pause()
    }
    unsafe pthread_mutex_lock(mutex)
    sleepers.add(1, ordering: .sequentiallyConsistent)
    while epoch.load(ordering: .sequentiallyConsistent) == seen {
      unsafe pthread_cond_wait(condition, mutex)
    }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
    unsafe pthread_mutex_unlock(mutex)
  }

  func barrier() {
    let current = phase.load(ordering: .relaxed)
    if arrived.add(1, ordering: .acquiringAndReleasing).newValue == count {
      arrived.store(0, ordering: .relaxed)
      phase.store(current &+ 1, ordering: .releasing)
      return
    }
    var waited = 0
    while phase.load(ordering: .acquiring) == current {
      // Another thread may need this processor to arrive at all.
      if waited < spins { waited &+= 1 } else { sched_yield() }
      cv_pause()
    }
  }
}

/// Pauses before a waiting thread gives way: some fifty microseconds.
private let spins = 2_000
