import Foundation

/// What a run of the built command printed and how it ended.
public struct CommandResult: Sendable {
  /// Standard output.
  public let output: String
  /// Standard error.
  public let errors: String
  /// The exit code.
  public let status: Int32

  /// Standard output as a JSON object.
  public func json() throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
    guard let object = value as? [String: Any] else { throw CocoaError(.coderReadCorrupt) }
    return object
  }
}

/// Runs the built `isoflop` as a process of its own.
///
/// - Parameters:
///   - arguments: What follows the command's name.
///   - input: What it reads from standard input.
///   - folder: The folder it runs in; the tests' own when nil.
///   - environment: Variables set beside those of the tests.
///   - launcher: A command that starts it, such as `mpirun` and its options; none by default.
///   - interruptAfter: Seconds after which it is sent an interrupt; nil for never.
///   - interruptWhenExists: A file at whose appearance it is sent an interrupt; nil for never.
///   - meanwhile: Called with the process's number when it has been started.
/// - Returns: What it printed and how it ended.
/// - Throws: When the command is not built or cannot be started.
public func isoflop(
  _ arguments: [String],
  input: String = "",
  folder: String? = nil,
  environment: [String: String] = [:],
  launcher: [String] = [],
  interruptAfter: Double? = nil,
  interruptWhenExists: String? = nil,
  meanwhile: (Int32) throws -> Void = { _ in }
) throws -> CommandResult {
  let process = Process()
  // The test runner and the command lie in one build folder.
  let command = Bundle.main.bundleURL.appendingPathComponent("isoflop")
  process.executableURL = launcher.isEmpty ? command : URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = launcher.isEmpty ? arguments : launcher + [command.path] + arguments
  if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
  process.environment = ProcessInfo.processInfo.environment
    .merging(environment) { _, new in new }
  return try withTemporaryFolder { scratch in
    // Files instead of pipes: nothing blocks when the command prints much.
    let paths = ["input", "output", "errors"].map { URL(fileURLWithPath: "\(scratch)/\($0)") }
    try Data(input.utf8).write(to: paths[0])
    try Data().write(to: paths[1])
    try Data().write(to: paths[2])
    process.standardInput = try FileHandle(forReadingFrom: paths[0])
    process.standardOutput = try FileHandle(forWritingTo: paths[1])
    process.standardError = try FileHandle(forWritingTo: paths[2])
    try process.run()
    try meanwhile(process.processIdentifier)
    if let interruptAfter {
      Thread.sleep(forTimeInterval: interruptAfter)
      process.interrupt()
    }
    if let interruptWhenExists {
      while process.isRunning, !FileManager.default.fileExists(atPath: interruptWhenExists) {
        Thread.sleep(forTimeInterval: 0.01)
      }
      Thread.sleep(forTimeInterval: 0.1)
      process.interrupt()
    }
    process.waitUntilExit()
    return CommandResult(
      output: String(decoding: try Data(contentsOf: paths[1]), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: paths[2]), as: UTF8.self),
      status: process.terminationStatus
    )
  }
}
