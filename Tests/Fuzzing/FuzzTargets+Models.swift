import Accounting
import Files
import Foundation
import LanguageModels
import Randomness

extension FuzzTarget {
  /// Model folders, files of tensors, and descriptions of architectures.
  static func models() throws -> [FuzzTarget] {
    let gpt2 = ModelShape.gpt2(
      vocabularySize: 11,
      contextLength: 6,
      layerCount: 1,
      width: 8,
      headCount: 2
    )
    let llama = ModelShape.llama(
      vocabularySize: 11,
      contextLength: 6,
      layerCount: 1,
      width: 8,
      headCount: 4,
      keyValueHeadCount: 2,
      feedForwardWidth: 12
    )
    let read: @Sendable (String) throws -> Void = { folder in
      _ = try GPT(directory: folder)
      _ = try ModelInspection(folder, withStatistics: true)
    }
    return [
      try FuzzTarget("gpt2-folder") { folder in
        try GPT(gpt2, seed: Seed(1)).save(directory: folder)
      } read: { folder in
        try read(folder)
      },
      try FuzzTarget("llama-folder") { folder in
        try GPT(llama, seed: Seed(1)).save(directory: folder)
      } read: { folder in
        try read(folder)
      },
      try FuzzTarget("sharded-folder") { folder in
        try GPT(gpt2, seed: Seed(1)).save(directory: folder)
        let part = "model-00001-of-00001.safetensors"
        let whole = joined(folder, "model.safetensors")
        try writeFile(joined(folder, part), try readFile(whole))
        let names = try SafetensorsFile(whole).tensors.map { "\"\($0.name)\": \"\(part)\"" }
        try removeFile(whole)
        try writeFile(
          joined(folder, "model.safetensors.index.json"),
          #"{"metadata": {"total_size": 9}, "weight_map": {\#(names.joined(separator: ", "))}}"#
        )
      } read: { folder in
        try read(folder)
      },
      FuzzTarget("safetensors", [("a.safetensors", tensors)]) { folder in
        let file = try SafetensorsFile(joined(folder, "a.safetensors"))
        for tensor in file.tensors where tensor.type.isReadable { _ = try file.values(of: tensor) }
        _ = try ModelInspection(file.path, withStatistics: true)
      },
    ]
      + configurations.map { name, text in
        FuzzTarget(name, [("config.json", Array(text.utf8))], read: readConfiguration)
      }
  }

  /// Reads an architecture in all the ways there are, and counts what it takes.
  private static let readConfiguration: @Sendable (String) throws -> Void = { folder in
    let path = joined(folder, "config.json")
    if let shape = try? ModelShape(configuration: path) { _ = try ParameterCount(shape) }
    let blueprint = try Blueprint(huggingFaceConfiguration: readFile(path))
    _ = try ParameterCount(blueprint)
    _ = try ParameterCount(blueprint, activeOnly: true)
    _ = try TrainingFLOPs.perToken(blueprint, convention: .matmulAndAttention)
    _ = try TrainingMemory(blueprint, sequences: 1)
    _ = try InferenceMemory(blueprint, sequences: 1)
    for tensor in try blueprint.tensors() { _ = tensor.count }
  }

  // MARK: - Sound files

  /// Tensors of several types.
  private static let tensors: [UInt8] = {
    let parts = [("F32", 4), ("F16", 2), ("BF16", 2), ("F64", 8), ("I64", 8), ("U8", 1)]
    var entries = [#""__metadata__": {"format": "pt"}"#]
    var place = 0
    for (type, width) in parts {
      let end = place + 2 * width
      entries.append(
        #""\#(type)": {"dtype": "\#(type)", "shape": [1, 2], "data_offsets": [\#(place), \#(end)]}"#
      )
      place = end
    }
    let header = Array("{\(entries.joined(separator: ", "))}".utf8)
    return [UInt8(header.count & 0xFF), UInt8(header.count >> 8)] + [UInt8](repeating: 0, count: 6)
      + header + (0..<place).map { UInt8($0 * 5) }
  }()

  /// Descriptions of architectures as their publishers write them.
  private static let configurations = [
    (
      "config-gpt2",
      #"""
      {"model_type": "gpt2", "vocab_size": 50257, "n_positions": 1024, "n_embd": 768,
      "n_layer": 12, "n_head": 12, "n_inner": null, "activation_function": "gelu_new",
      "layer_norm_epsilon": 1e-05, "bos_token_id": 50256, "eos_token_id": 50256}
      """#
    ),
    (
      "config-llama",
      #"""
      {"model_type": "llama", "vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 11008,
      "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128,
      "max_position_embeddings": 4096, "hidden_act": "silu", "rms_norm_eps": 1e-05, "rope_theta":
      10000.0, "rope_scaling": null, "attention_bias": false, "mlp_bias": false,
      "tie_word_embeddings": false, "eos_token_id": [1, 2], "torch_dtype": "bfloat16"}
      """#
    ),
    (
      "config-mixture",
      #"""
      {"model_type": "qwen3_moe", "vocab_size": 151936, "hidden_size": 2048, "intermediate_size":
      6144, "num_hidden_layers": 48, "num_attention_heads": 32, "num_key_value_heads": 4, "head_dim":
      128, "max_position_embeddings": 40960, "hidden_act": "silu", "rms_norm_eps": 1e-06,
      "rope_parameters": {"rope_theta": 1000000.0, "rope_type": "default"}, "num_experts": 128,
      "num_experts_per_tok": 8, "moe_intermediate_size": 768, "decoder_sparse_step": 2,
      "shared_expert_intermediate_size": 512, "mlp_only_layers": [1, 3]}
      """#
    ),
  ]
}
