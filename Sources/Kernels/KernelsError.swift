/// What can go wrong before a kernel runs.
public enum KernelsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The system has not enough memory.
  case outOfMemory(bytes: Int)

  /// What is wrong and what to do.
  public var description: String {
    switch self {
    case .outOfMemory(let bytes):
      "\(bytes) bytes of memory were refused. Take a smaller model, batch or context."
    }
  }
}
