import Files
import TestSupport
import Testing

@testable import Tokenization

/// Token files as nanoGPT and llm.c write them.
///
/// nanoGPT's are `numpy` arrays of `uint16` written with `tofile`; llm.c's have the header of
/// `write_datafile` in `dev/data/data_common.py`: 256 numbers of 32 bits, the first three a mark, a
/// version and the number of ids, then `uint16` (GPT-2) or `uint32` (Llama 3).
@Suite struct ForeignTokenFileTests {
  private func bytes(_ numbers: [Int], width: Int) -> [UInt8] {
    numbers.flatMap { number in
      (0..<width).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
  }

  private func header(_ mark: Int, _ version: Int, _ count: Int, _ fourth: Int = 0) -> [UInt8] {
    bytes([mark, version, count, fourth] + [Int](repeating: 0, count: 252), width: 4)
  }

  private func open(_ bytes: [UInt8], vocabularySize: Int? = nil) throws -> [TokenID] {
    try withTemporaryFolder { folder in
      let path = joined(folder, "tokens.bin")
      try writeFile(path, bytes)
      return try TokenIDFile(path, vocabularySize: vocabularySize).ids
    }
  }

  private func reason(_ bytes: [UInt8]) -> String {
    var reason = ""
    do { _ = try open(bytes) } catch { reason = "\(error)" }
    return reason
  }

  @Test func nanoGPTsIDsBeginAtOnce() throws {
    let ids = (0..<700).map { $0 * 71 % 50_257 }
    #expect(try open(bytes(ids, width: 2), vocabularySize: 50_257) == ids.map(TokenID.init))
  }

  @Test func llmcsIDsFollowItsHeader() throws {
    let small = (0..<300).map { $0 * 167 % 50_257 }
    let gpt2 = header(20_240_520, 1, 300) + bytes(small, width: 2)
    #expect(try open(gpt2, vocabularySize: 50_257) == small.map(TokenID.init))
    let large = (0..<300).map { $0 * 427 % 128_256 }
    let llama = header(20_240_801, 7, 300) + bytes(large, width: 4)
    #expect(try open(llama, vocabularySize: 128_256) == large.map(TokenID.init))
  }

  @Test func aHeaderThatDoesNotFitIsNamed() {
    let ids = bytes([1, 2, 3], width: 2)
    #expect(reason(header(20_240_520, 1, 4) + ids).contains("its header says 4"))
    #expect(reason(header(20_240_520, 2, 3) + ids).contains("version 2"))
    #expect(reason(header(20_240_801, 7, 3) + ids).contains("whole number of ids of 4 bytes"))
    #expect(reason(header(20_240_522, 1, 3, 90) + ids).contains("questions with several answers"))
  }

  @Test func idsThatBeginLikeAHeaderAreIDs() throws {
    // The mark of 2024-05-20 as two ids of 16 bits, and then a text.
    let ids = [20_240_520 & 0xFFFF, 20_240_520 >> 16] + (1...600).map(\.self)
    #expect(try open(bytes(ids, width: 2)) == ids.map(TokenID.init))
  }
}
