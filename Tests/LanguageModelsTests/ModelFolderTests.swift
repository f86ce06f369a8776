import Accounting
import Files
import Foundation
import Kernels
import Randomness
import TestSupport
import Testing

@testable import LanguageModels

@Suite struct ModelFolderTests {
  private let ids = SpecialTokenIDs(beginning: 1, ends: [2, 3], padding: nil)

  /// A model none of whose tensors is constant.
  private func sample(_ shape: ModelShape) throws -> GPT {
    let model = try GPT(shape, seed: Seed(4), specialTokens: ids)
    var generator = Seed(9).stream("sample")
    for tensor in model.layout.tensors where !tensor.isMatrix {
      let values = (0..<tensor.count).map { _ in Float(generator.normal()) }
      model.weights.replace(at: tensor.offset, with: values)
    }
    return model
  }

  private func json(_ path: String) throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Data(try readFile(path)))
    return try #require(object as? [String: Any])
  }

  private func rewrite(_ path: String, _ change: (inout [String: Any]) -> Void) throws {
    var object = try json(path)
    change(&object)
    try writeFile(path, [UInt8](try JSONSerialization.data(withJSONObject: object)))
  }

  @Test(arguments: SampleShapes.all)
  func aFolderGivesBackTheModel(name: String, shape: ModelShape) throws {
    let model = try sample(shape)
    try withTemporaryFolder { folder in
      try model.save(directory: folder)
      let loaded = try GPT(directory: folder)
      #expect(loaded.shape == shape)
      #expect(loaded.specialTokens == ids)
      let all = 0..<model.layout.storageCount
      #expect(loaded.weights[all] == model.weights[all])
      let expected =
        name.hasPrefix("gpt2") && shape.positions == .learned
          && [.geluTanh, .gelu, .relu].contains(shape.activation) && shape.attentionBiases
          && shape.normalizationPlacement == .pre && shape.headWidth == 4
        ? "gpt2" : name.hasPrefix("llama") && shape.causal ? "llama" : "isoflop"
      #expect(try json(joined(folder, "config.json"))["model_type"] as? String == expected)
    }
  }

  @Test func writesTheNamesAndDimensionsOfGPT2() throws {
    try withTemporaryFolder { folder in
      try sample(SampleShapes.gpt2).save(directory: folder)
      let file = try SafetensorsFile(joined(folder, "model.safetensors"))
      #expect(file.tensors.count == 2 + 2 * 12 + 2)
      #expect(file["transformer.h.1.attn.c_attn.weight"]?.shape == [8, 24])
      #expect(file["transformer.h.1.mlp.c_proj.weight"]?.shape == [32, 8])
      #expect(file["lm_head.weight"] == nil)
      let settings = try json(joined(folder, "config.json"))
      #expect(settings["attn_pdrop"] as? Double == 0)
      #expect(settings["activation_function"] as? String == "gelu_new")
      #expect(settings["pad_token_id"] is NSNull)
      #expect(settings["eos_token_id"] as? [Int] == [2, 3])
      #expect(try json(joined(folder, "generation_config.json"))["bos_token_id"] as? Int == 1)
    }
  }

  @Test(arguments: [NumberType.float16, .bfloat16, .float64])
  func roundsTheWeights(type: NumberType) throws {
    let model = try sample(SampleShapes.llama)
    try withTemporaryFolder { folder in
      try model.save(directory: folder, type: type)
      let loaded = try GPT(directory: folder)
      let tolerance: Float = type == .float64 ? 0 : type == .float16 ? 0x1p-11 : 0x1p-8
      for index in 0..<model.weights.count {
        let value = model.weights[index]
        #expect(abs(loaded.weights[index] - value) <= tolerance * abs(value) + 1e-7)
      }
      #expect(
        try json(joined(folder, "config.json"))["dtype"] as? String == type.configurationName
      )
    }
  }

  @Test func readsWeightsDividedOverFiles() throws {
    let model = try sample(SampleShapes.llama)
    try withTemporaryFolder { folder in
      try model.save(directory: folder)
      try divide(folder)
      let all = 0..<model.weights.count
      #expect(try GPT(directory: folder).weights[all] == model.weights[all])
      // Writing the model again leaves one file.
      try model.save(directory: folder)
      #expect(
        try fileNames(in: folder) == ["config.json", "generation_config.json", "model.safetensors"]
      )
    }
  }

  /// Divides a folder's tensors over two files as transformers does.
  private func divide(_ folder: String) throws {
    let path = joined(folder, "model.safetensors")
    let whole = try SafetensorsFile(path)
    var map: [String: String] = [:]
    for part in 0..<2 {
      let tensors = whole.tensors.enumerated().filter { $0.offset % 2 == part }.map(\.element)
      let name = "model-0000\(part + 1)-of-00002.safetensors"
      var writer = try SafetensorsWriter(
        joined(folder, name),
        tensors.map { TensorEntry($0.name, $0.shape) }
      )
      for description in writer.order {
        let tensor = try #require(whole[description.name])
        try writer.write(try whole.values(of: tensor))
        map[description.name] = name
      }
      try writer.commit()
    }
    let index: [String: Any] = ["metadata": ["total_size": 1], "weight_map": map]
    try writeFile(
      joined(folder, "model.safetensors.index.json"),
      [UInt8](try JSONSerialization.data(withJSONObject: index))
    )
    try removeFile(path)
  }

  @Test func readsTheFirstGPT2Names() throws {
    let model = try sample(SampleShapes.gpt2)
    try withTemporaryFolder { folder in
      try model.save(directory: folder)
      let path = joined(folder, "model.safetensors")
      let file = try SafetensorsFile(path)
      var writer = try SafetensorsWriter(
        joined(folder, "renamed"),
        file.tensors.map {
          TensorEntry(String($0.name.dropFirst("transformer.".count)), $0.shape)
        } + [TensorEntry("h.0.attn.bias", [1, 1, 6, 6])]
      )
      for description in writer.order {
        let stored = file["transformer." + description.name]
        try writer.write(
          try stored.map { try file.values(of: $0) } ?? [Float](repeating: 1, count: 36)
        )
      }
      try writer.commit()
      try writeFile(path, try readFile(joined(folder, "renamed")))
      let all = 0..<model.weights.count
      #expect(try GPT(directory: folder).weights[all] == model.weights[all])
    }
  }

  static let contradictions: [(change: String, keys: [String: Int?], says: String)] = [
    ("another width", ["n_embd": 16], "asks for"),
    ("another vocabulary", ["vocab_size": 12], "asks for [12, 8]"),
    ("more layers", ["n_layer": 3], "lacks the tensor transformer.h.2.ln_1.weight"),
    ("fewer layers", ["n_layer": 1], "holds the tensor transformer.h.1"),
    ("absurdly many layers", ["n_layer": 1 << 31], "names 2147483648 layers"),
    ("an absurd width", ["n_embd": Int.max, "n_head": 1], "n_embd is 9223372036854775807"),
    ("a great width", ["n_embd": 1 << 31, "vocab_size": 1 << 31], "2⁴⁴ parameters"),
    ("no heads", ["n_head": 0], "n_head is 0"),
    ("uneven heads", ["n_head": 3], "not divisible"),
    ("no width", ["n_embd": nil], "n_embd is missing"),
  ]

  @Test(arguments: contradictions)
  func refusesAContradiction(change: String, keys: [String: Int?], says: String) throws {
    try withTemporaryFolder { folder in
      try sample(SampleShapes.gpt2).save(directory: folder)
      try rewrite(joined(folder, "config.json")) { settings in
        for (key, value) in keys { settings[key] = value }
      }
      let error = try #require(throws: LanguageModelsError.self) { try GPT(directory: folder) }
      #expect(error.description.contains(says), "\(change): \(error)")
      #expect(error.description.contains(folder))
    }
  }

  @Test(arguments: [
    ("rope_scaling", #"{"rope_type":"llama3","factor":8}"#, "llama3"),
    ("hidden_act", #""relu""#, "relu"), ("partial_rotary_factor", "0.5", "part of each head"),
    ("model_type", #""mamba""#, "mamba"),
  ])
  func refusesWhatItDoesNotCompute(key: String, value: String, says: String) throws {
    try withTemporaryFolder { folder in
      try sample(SampleShapes.llama).save(directory: folder)
      let fragment = try JSONSerialization.jsonObject(
        with: Data(value.utf8),
        options: .fragmentsAllowed
      )
      try rewrite(joined(folder, "config.json")) { $0[key] = fragment }
      let error = try #require(throws: LanguageModelsError.self) { try GPT(directory: folder) }
      #expect(error.description.contains(says), "\(error)")
    }
  }

  @Test func refusesATiedHeadThatDiffers() throws {
    try withTemporaryFolder { folder in
      try sample(SampleShapes.variant(of: SampleShapes.gpt2) { $0.tiedHead = false })
        .save(directory: folder)
      try rewrite(joined(folder, "config.json")) { $0["tie_word_embeddings"] = true }
      let error = try #require(throws: LanguageModelsError.self) { try GPT(directory: folder) }
      #expect(error.description.contains("differs from the token embedding"))
    }
  }

  @Test func refusesAnIndexThatLeavesTheFolder() throws {
    try withTemporaryFolder { folder in
      try sample(SampleShapes.gpt2).save(directory: folder)
      try removeFile(joined(folder, "model.safetensors"))
      try writeFile(
        joined(folder, "model.safetensors.index.json"),
        #"{"weight_map":{"transformer.wte.weight":"../secret.safetensors"}}"#
      )
      let error = try #require(throws: LanguageModelsError.self) { try GPT(directory: folder) }
      #expect(error.description.contains("no file of this folder"))
    }
  }

  @Test func saysWhatAFolderLacks() throws {
    try withTemporaryFolder { folder in
      #expect(throws: FilesError.self) { try GPT(directory: joined(folder, "missing")) }
      let error = try #require(throws: LanguageModelsError.self) { try GPT(directory: folder) }
      #expect(error.description.contains("no config.json"))
      try writeFile(joined(folder, "config.json"), "{")
      #expect(throws: LanguageModelsError.self) { try GPT(directory: folder) }
    }
  }

  @Test func refusesAFormatThatDoesNotFit() throws {
    try withTemporaryFolder { folder in
      let error = try #require(throws: LanguageModelsError.self) {
        try sample(SampleShapes.llama).save(directory: folder, format: .gpt2)
      }
      #expect(error.description.contains("RMSNorm"))
      #expect(try fileNames(in: folder).isEmpty)
    }
  }

  /// Random damage to either file: whatever happens is an error or a model, never a trap.
  @Test(arguments: ["config.json", "model.safetensors", "model.safetensors.index.json"])
  func survivesDamage(name: String) throws {
    try withTemporaryFolder { folder in
      try sample(SampleShapes.llama).save(directory: folder)
      if name.hasSuffix("index.json") { try divide(folder) }
      let path = joined(folder, name)
      let sound = try readFile(path)
      var generator = Seed(21).stream(name)
      var refused = 0
      for _ in 0..<300 {
        var bytes = sound
        // Headers and settings lie at the start; numbers behind them can be anything.
        let range = min(bytes.count, 3000)
        switch generator.below(4) {
        case 0: bytes.removeLast(1 + generator.below(bytes.count))
        case 1: bytes[generator.below(range)] = UInt8(generator.below(256))
        case 2: bytes[generator.below(range)] = UInt8(ascii: "9")
        default:
          let digit = UInt8(ascii: "0") + UInt8(generator.below(10))
          let start = generator.below(range)
          bytes.insert(
            contentsOf: [UInt8](repeating: digit, count: 1 + generator.below(20)),
            at: start
          )
        }
        try writeFile(path, bytes)
        do { _ = try GPT(directory: folder) } catch { refused += 1 }
      }
      #expect(refused > 200)
    }
  }
}
