#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// One line on standard error that tells how far a long piece of work is.
///
/// On a terminal the line is rewritten in place, at most ten times a second. Elsewhere, in a log
/// file say, a line is written when a stage begins and then for each tenth of it.
struct ProgressLine {
  private let isQuiet: Bool
  private let isTerminal: Bool
  private var stage = ""
  private var stageStart = ContinuousClock.now
  private var lastWrite = ContinuousClock.now - .seconds(1)
  private var lastTenth = 0
  private var isShown = false

  /// Creates a line that stays silent when told to be.
  init(quiet: Bool) {
    isQuiet = quiet
    isTerminal = isatty(2) != 0
  }

  /// Tells how far a stage is.
  ///
  /// - Parameters:
  ///   - newStage: The stage's name; another name begins a stage and ends the one before.
  ///   - fraction: The share of the stage that is done, between 0 and 1.
  ///   - detail: What to say beside it.
  ///   - secondsLeft: The time left, estimated from the fraction where nil.
  mutating func update(
    stage newStage: String,
    fraction: Double,
    detail: @autoclosure () -> String,
    secondsLeft: Double? = nil
  ) {
    if isQuiet { return }
    let now = ContinuousClock.now
    if newStage != stage {
      finishLine()
      stage = newStage
      stageStart = now
      lastTenth = 0
      if !isTerminal { Console.note("\(stage): \(detail())\n") }
    }
    if isTerminal {
      guard now - lastWrite > .milliseconds(100) else { return }
      lastWrite = now
      let left = secondsLeft ?? estimate(fraction, since: now - stageStart)
      Console.note("\r\u{1B}[K\(line(fraction, detail(), left))")
      isShown = true
    } else {
      let tenth = Int(fraction * 10)
      guard tenth > lastTenth else { return }
      lastTenth = tenth
      let left = secondsLeft ?? estimate(fraction, since: now - stageStart)
      Console.note("\(line(fraction, detail(), left))\n")
    }
  }

  /// Writes a line that stays.
  mutating func note(_ text: String) {
    if isQuiet { return }
    finishLine()
    Console.note(text + "\n")
  }

  /// Clears the line, so that other output starts in an empty one.
  mutating func finishLine() {
    if isShown { Console.note("\r\u{1B}[K") }
    isShown = false
  }

  private func line(_ fraction: Double, _ detail: String, _ left: Double?) -> String {
    let percent = Int((fraction * 100).rounded(.down))
    let padding = String(repeating: " ", count: max(0, 3 - String(percent).count))
    let remaining = left.map { " · \(clock($0)) left" } ?? ""
    let text = "\(stage) \(padding)\(percent)% · \(detail)\(remaining)"
    // A line longer than the terminal would wrap and could not be rewritten.
    return isTerminal ? String(text.prefix(max(20, terminalWidth() - 1))) : text
  }

  private func estimate(_ fraction: Double, since elapsed: Duration) -> Double? {
    guard fraction > 0.01 else { return nil }
    return elapsed / .seconds(1) * (1 - fraction) / fraction
  }

}

/// A duration as minutes and seconds, `1:05`.
func clock(_ seconds: Double) -> String {
  let whole = Int(min(max(0, seconds.rounded(.up)), 1e9))
  let (minutes, rest) = whole.quotientAndRemainder(dividingBy: 60)
  let padded = (rest < 10 ? "0" : "") + String(rest)
  guard minutes >= 60 else { return "\(minutes):\(padded)" }
  let (hours, minutesLeft) = minutes.quotientAndRemainder(dividingBy: 60)
  return "\(hours):\(minutesLeft < 10 ? "0" : "")\(minutesLeft):\(padded)"
}

private func terminalWidth() -> Int {
  var size = winsize()
  guard unsafe ioctl(2, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
  return Int(size.ws_col)
}
