import Files
import Foundation
import Randomness

/// Feeds damaged files to readers; what traps ends the process and leaves the files that did it.
public struct Fuzzer {
  private let seed: Seed
  private let folder: String

  /// Prepares a fuzzer.
  ///
  /// - Parameters:
  ///   - seed: What damage is drawn by. A round of a target depends on nothing else.
  ///   - folder: Where the files of the present round lie, in a folder for each target.
  public init(seed: UInt64, folder: String) {
    self.seed = Seed(seed)
    self.folder = folder
  }

  /// Runs one round: damages one file of a target and reads it.
  ///
  /// - Returns: Whether the reader found the files sound.
  /// - Throws: Where the files cannot be written.
  public func run(_ target: FuzzTarget, round: Int) throws -> Bool {
    var generator = seed.stream("\(target.name) \(round)")
    let changed = generator.below(target.seeds.count)
    var mutator = Mutator(generator)
    let place = joined(folder, target.name)
    try? FileManager.default.removeItem(atPath: place)
    for (index, seed) in target.seeds.enumerated() {
      // The first round has the files as they are.
      let bytes =
        index == changed && round > 0
        ? mutator.mutate(seed.bytes, beside: target.seeds.map(\.bytes)) : seed.bytes
      let path = joined(place, seed.name)
      try createFolder(split(path).folder)
      try Data(bytes).write(to: URL(fileURLWithPath: path))
    }
    do {
      try target.read(place)
      return true
    } catch {
      return false
    }
  }
}
