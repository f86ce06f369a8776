import Foundation
import TestSupport
import Testing

/// One run of the program, its two streams kept apart.
struct ProgramRun {
  let output: String
  let errors: String
  let status: Int32

  /// Runs the program that was built beside the tests, to its end.
  init(_ arguments: String..., input: String = "") throws {
    try self.init(arguments: arguments, input: input)
  }

  /// Runs the program with a list of arguments.
  init(arguments: [String], input: String = "") throws {
    let result = try isoflop(arguments, input: input)
    output = result.output
    errors = result.errors
    status = result.status
  }

  /// The object that was printed.
  func object() throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
  }
}
