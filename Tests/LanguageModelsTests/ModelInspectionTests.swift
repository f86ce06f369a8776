import Files
import LanguageModels
import Randomness
import TestSupport
import Testing

@Suite struct ModelInspectionTests {
  @Test func describesNumbers() {
    let statistics = TensorStatistics([0, 1, 2, 5, .nan, -.infinity])
    #expect(statistics.minimum == 0 && statistics.maximum == 5)
    #expect(statistics.mean == 2)
    // Squares 4, 1, 0, 9 around the mean.
    #expect(statistics.deviation == 3.5.squareRoot())
    #expect(statistics.zeroCount == 1 && statistics.notFiniteCount == 2)
    let empty = TensorStatistics([.nan])
    #expect(empty.mean == nil && empty.minimum == nil && empty.notFiniteCount == 1)
  }

  @Test func looksIntoAFolderAndAFile() throws {
    try withTemporaryFolder { folder in
      let model = try GPT(SampleShapes.llama, seed: Seed(1))
      try model.save(directory: folder, type: .bfloat16)
      let whole = try ModelInspection(folder, withStatistics: true)
      #expect(whole.format == .llama && whole.shape == SampleShapes.llama)
      #expect(whole.valueCount == model.layout.parameterCount)
      #expect(whole.byteCount == 2 * whole.valueCount)
      #expect(whole.tensors.map(\.stored.name) == whole.tensors.map(\.stored.name).sorted())
      let norm = try #require(whole.tensors.first { $0.stored.name == "model.norm.weight" })
      #expect(norm.statistics?.mean == 1 && norm.statistics?.deviation == 0)
      let file = try ModelInspection(joined(folder, "model.safetensors"), withStatistics: false)
      #expect(file.shape == nil && file.tensors.count == whole.tensors.count)
      #expect(file.tensors[0].statistics == nil)
    }
  }

  @Test func saysWhatIsMissing() throws {
    try withTemporaryFolder { folder in
      #expect(throws: FilesError.self) {
        try ModelInspection(joined(folder, "none"), withStatistics: false)
      }
      #expect(throws: LanguageModelsError.self) {
        try ModelInspection(folder, withStatistics: false)
      }
    }
  }
}
