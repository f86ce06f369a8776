/// What can go wrong before a kernel runs.
public enum KernelsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The system has not enough memory.
  case outOfMemory(bytes: Int)
  /// The environment asks for a level of which this program knows nothing.
  case unknownLevel(name: String)
  /// The environment asks for a level that this processor does not have.
  case missingLevel(name: String, best: String)
  /// The system starts no more threads.
  case noThread(count: Int)

  /// What is wrong and what to do.
  public var description: String {
    switch self {
    case .outOfMemory(let bytes):
      "\(bytes) bytes of memory were refused. Take a smaller model, batch or context."
    case .unknownLevel(let name):
      "ISOFLOP_KERNELS is '\(name)'. Set it to baseline, avx2 or avx512, or leave it unset."
    case .missingLevel(let name, let best):
      "ISOFLOP_KERNELS is '\(name)', but this processor goes up to '\(best)'. Leave it unset."
    case .noThread(let count):
      "A team of \(count) threads was refused by the system. Ask for fewer threads."
    }
  }
}
