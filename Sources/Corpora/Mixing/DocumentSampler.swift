import Files
import Randomness

/// Gives documents of a language up to a number of bytes: whole passes over its texts, and a random
/// part of one more, in the order of the texts.
///
/// Texts are read as streams. The part is drawn document by document, each with the chance that fills
/// what is left of the budget from what is left of the text.
struct DocumentSampler {
  private let inputs: [TextInput]
  private let available: Int
  private var wholePasses: Int
  private var wanted: Int
  private var remaining: Int
  private var blocks: TextBlocks
  private var documents: [[UInt8]] = []
  private var position = 0
  private var generator: Xoshiro256

  /// The bytes that are still to come, about.
  private(set) var bytesLeft: Int

  /// Prepares sampling.
  ///
  /// - Parameters:
  ///   - inputs: The texts of the language.
  ///   - available: The bytes of all their documents.
  ///   - bytes: The bytes wanted.
  ///   - generator: What the part is drawn by.
  init(_ inputs: [TextInput], available: Int, bytes: Int, generator: Xoshiro256) {
    self.inputs = inputs
    self.available = available
    wholePasses = available > 0 ? bytes / available : 0
    wanted = available > 0 ? bytes % available : 0
    remaining = available
    bytesLeft = available > 0 ? bytes : 0
    blocks = TextBlocks(inputs)
    self.generator = generator
  }

  /// The next document; nil after the last.
  mutating func next() throws(FilesError) -> [UInt8]? {
    while wholePasses > 0 || wanted > 0 {
      guard let document = try nextOfPass() else {
        if wholePasses == 0 { break }
        wholePasses -= 1
        blocks = TextBlocks(inputs)
        remaining = available
        continue
      }
      if wholePasses > 0 {
        bytesLeft = max(0, bytesLeft - document.count)
        return document
      }
      let isTaken = remaining <= wanted || generator.below(max(1, remaining)) < wanted
      remaining -= document.count
      if isTaken {
        wanted -= document.count
        bytesLeft = max(0, wanted)
        return document
      }
    }
    bytesLeft = 0
    return nil
  }

  private mutating func nextOfPass() throws(FilesError) -> [UInt8]? {
    while position == documents.count {
      guard let block = try blocks.next() else { return nil }
      documents = try block.documents()
      position = 0
    }
    position += 1
    return documents[position - 1]
  }
}
