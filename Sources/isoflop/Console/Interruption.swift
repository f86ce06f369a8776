import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Remembers that somebody pressed Ctrl-C, so that work can end cleanly.
///
/// The first interrupt asks; whoever works looks at ``isRequested`` between two steps and ends with
/// everything written. The second interrupt ends the process at once.
enum Interruption {
  private static let flag = Atomic<Bool>(false)

  /// Whether an interrupt came.
  static var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// Starts listening to interrupt and termination signals.
  static func listen() {
    // subtle: the flag exists before the handler can run; creating it there would not be safe.
    _ = isRequested
    // A parent may have blocked the signals, and a child inherits that.
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] { unsafe sigaddset(&signals, number) }
    unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    // A file that may not grow further is then an error of the write, and no end of the process.
    signal(SIGXFSZ, SIG_IGN)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        Interruption.flag.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
  }
}
