import Accounting
import Foundation
import Tables
import Testing

@Suite struct FLOPCountTests {
  /// Table A4: exact operations of the blocks over 6 N D, to its two decimals.
  @Test(arguments: 0..<6)
  func chinchillasRatiosAreReproduced(row: Int) throws {
    let table = try PublishedTable.chinchillaRatios.table()
    #expect(table.rowCount == 6)
    func value(_ name: String) throws -> Double {
      try table.number(row: row, column: table.column(name))
    }
    let blueprint = chinchilla(
      layers: Int(try value("layers")),
      width: Int(try value("d_model")),
      heads: Int(try value("heads")),
      headWidth: Int(try value("kv_size")),
      hidden: Int(try value("ffw_size"))
    )
    let count = try FLOPCount(blueprint, contextLength: 2048)
    let sequence = 3 * 2048 * count.chinchillaBlocks
    // The relative-position matrix works on positions, not tokens: the paper leaves it out.
    #expect(
      abs(sequence / (try value("forward_backward_flops_per_2048_sequence_layers_only")) - 1)
        < 1e-12
    )
    let sixND = 6 * 2048 * (try value("params_formula"))
    #expect(abs(sequence / sixND - (try value("ratio_printed"))) < 0.0051)
    let all = 3 * 2048 * count.chinchillaF / sixND
    #expect(abs(all - (try value("ratio_with_embedding_and_logits"))) < 1e-4)
  }

  /// Table D.1 of GPT-3: 6 N D of the printed sizes is the printed compute.
  @Test func gpt3sComputeIsSixND() throws {
    let table = try PublishedTable.trainingRuns.table()
    var seen = 0
    for row in 0..<table.rowCount {
      guard try table.text(row: row, column: table.column("family")) == "GPT-3" else { continue }
      let flops = TrainingFLOPs.sixND(
        parameters: try table.number(row: row, column: table.column("params")),
        tokens: try table.number(row: row, column: table.column("tokens"))
      )
      let printed = try table.number(row: row, column: table.column("flops_reported"))
      #expect(abs(flops / printed - 1) < 0.006)
      seen += 1
    }
    #expect(seen == 8)
  }

  @Test func groupedQueriesAndGatesAreCounted() throws {
    let blueprint = try Blueprint.preset("llama3.1-8b")
    let count = try FLOPCount(blueprint, contextLength: 1)
    // At a context of one token attention itself is nearly free: two operations a weight remain.
    let matrices = Double(try ParameterCount(blueprint).matrices)
    #expect(abs(count.matmulAndAttention - count.attention - 2 * matrices) < 1)
  }

  /// Attention's share grows with the context alone.
  @Test func attentionIsLinearInTheContext() throws {
    let blueprint = try Blueprint.preset("gpt2")
    let short = try FLOPCount(blueprint, contextLength: 512)
    let long = try FLOPCount(blueprint, contextLength: 2048)
    #expect(long.attention == 4 * short.attention)
    #expect(long.feedForward == short.feedForward)
    #expect(throws: AccountingError.self) { try FLOPCount(blueprint, contextLength: 0) }
  }
}

@Suite struct MemoryAndTimeTests {
  /// 7.5e9 parameters on 64 devices: 120, 31.4, 16.6 and 1.9 GB in figure 1 of the ZeRO paper.
  @Test(arguments: zip(0...3, [120, 31.4, 16.6, 1.9]))
  func zeroSharesTheState(stage: Int, gigabytes: Double) throws {
    let plan = ParallelPlan(zeroStage: stage, dataParallel: 64)
    let memory = try TrainingMemory(parameters: 7.5e9, plan: plan)
    #expect(abs(memory.total / 1e9 - gigabytes) < 0.05)
  }

  @Test func thirtyTwoBitsTakeSixteenBytesAParameter() throws {
    #expect(try TrainingMemory(parameters: 3e9, precision: .fp32).total == 48e9)
    #expect(try TrainingMemory(parameters: 3e9).total == 48e9)
    #expect(try TrainingMemory(parameters: 3e9, precision: .fp32, optimizer: .sgd).total == 24e9)
  }

  @Test func ranksShareActivations() throws {
    let blueprint = try Blueprint.preset("gpt2")
    let one = try TrainingMemory(blueprint, sequences: 8)
    let four = try TrainingMemory(
      blueprint,
      sequences: 8,
      plan: ParallelPlan(tensorParallel: 4, sequenceParallel: true)
    )
    #expect(abs(four.activations - one.activations / 4) < 1)
    #expect(four.states == one.states / 4)
  }

  @Test func impossiblePlansAreRefused() {
    #expect(throws: AccountingError.self) {
      try TrainingMemory(parameters: 1, plan: ParallelPlan(zeroStage: 4))
    }
    #expect(throws: AccountingError.self) {
      try TrainingMemory(parameters: 1, plan: ParallelPlan(dataParallel: 0))
    }
    #expect(throws: AccountingError.self) {
      try TrainingTime(flops: 1, peak: 1, utilization: 1.5, devices: 1)
    }
    #expect(throws: AccountingError.self) {
      try TrainingTime(flops: .nan, peak: 1, utilization: 1, devices: 1)
    }
  }

  @Test func costAndEnergyFollowFromHours() throws {
    let time = try TrainingTime(flops: 3.6e18, peak: 1e15, utilization: 0.5, devices: 4)
    #expect(time.deviceHours == 2)
    #expect(time.seconds == 1800)
    #expect(time.cost(pricePerHour: 3) == 6)
    #expect(abs(time.kilowattHours(watts: 700, overhead: 1.1) - 1.54) < 1e-12)
    #expect(TrainingTime.utilization(flops: 3.6e18, deviceHours: 2, peak: 1e15) == 0.5)
  }
}

/// Counts that transformers 5.23 allocates for these configurations.
@Suite struct HuggingFaceConfigurationTests {
  static let llamaSizes = """
    "hidden_size": 512, "num_attention_heads": 8, "num_key_value_heads": 2,
    "max_position_embeddings": 4096, "hidden_act": "silu"
    """

  @Test(arguments: [
    (
      #"{"model_type": "gpt2", "vocab_size": 50257, "n_positions": 1024, "n_embd": 768, "n_layer": 12, "n_head": 12}"#,
      124_439_808
    ),
    (
      #"{"model_type": "gpt2", "vocab_size": 50257, "n_positions": 1024, "n_embd": 96, "n_layer": 3, "n_head": 4, "n_inner": 200, "tie_word_embeddings": false}"#,
      9_976_824
    ),
    (
      "{\"model_type\": \"mistral\", \"vocab_size\": 32000, \(llamaSizes), \"intermediate_size\": 1000, \"num_hidden_layers\": 3}",
      39_345_664
    ),
    (
      "{\"model_type\": \"qwen2\", \(llamaSizes), \"vocab_size\": 151936, \"intermediate_size\": 1000, \"num_hidden_layers\": 3, \"tie_word_embeddings\": true}",
      84_371_200
    ),
    (
      "{\"model_type\": \"qwen3\", \(llamaSizes), \"vocab_size\": 151936, \"intermediate_size\": 1000, \"num_hidden_layers\": 3, \"head_dim\": 128}",
      164_126_976
    ),
    (
      #"{"model_type": "mixtral", "vocab_size": 32000, "hidden_size": 256, "num_attention_heads": 8, "num_key_value_heads": 2, "max_position_embeddings": 4096, "intermediate_size": 500, "num_hidden_layers": 2, "num_local_experts": 8, "num_experts_per_tok": 2}"#,
      22_861_056
    ),
    (
      #"{"model_type": "qwen2_moe", "vocab_size": 151936, "hidden_size": 256, "num_attention_heads": 8, "num_key_value_heads": 2, "max_position_embeddings": 4096, "intermediate_size": 512, "num_hidden_layers": 4, "num_experts": 8, "num_experts_per_tok": 4, "moe_intermediate_size": 64, "shared_expert_intermediate_size": 300, "decoder_sparse_step": 2}"#,
      80_488_704
    ),
    (
      #"{"model_type": "qwen3_moe", "vocab_size": 151936, "hidden_size": 256, "num_attention_heads": 8, "num_key_value_heads": 2, "max_position_embeddings": 4096, "intermediate_size": 512, "num_hidden_layers": 4, "num_experts": 8, "num_experts_per_tok": 8, "moe_intermediate_size": 64, "mlp_only_layers": [0]}"#,
      80_028_160
    ),
  ])
  func countsAreThoseOfTransformers(configuration: String, count: Int) throws {
    let blueprint = try Blueprint(huggingFaceConfiguration: Array(configuration.utf8))
    let counted = try ParameterCount(blueprint)
    #expect(counted.total == count)
    #expect(try blueprint.tensors().reduce(0) { $0 + $1.count } == counted.total)
    #expect(try ParameterCount(blueprint, activeOnly: true).total <= counted.total)
  }

  @Test(arguments: [
    "", "[]", "{}", #"{"model_type": "bert"}"#, #"{"model_type": "gpt2"}"#,
    #"{"model_type": "gpt2", "vocab_size": -1, "n_positions": 1, "n_embd": 1, "n_layer": 1, "n_head": 1}"#,
    #"{"model_type": "gpt2", "vocab_size": 9223372036854775807, "n_positions": 1, "n_embd": 1, "n_layer": 1, "n_head": 1}"#,
    #"{"model_type": "gpt2", "vocab_size": 10, "n_positions": 1, "n_embd": 1, "n_layer": 1, "n_head": 1, "n_inner": -5}"#,
    #"{"model_type": "gpt2", "vocab_size": "many"}"#,
  ])
  func whatIsNoBlueprintIsRefused(configuration: String) {
    #expect(throws: AccountingError.self) {
      try Blueprint(huggingFaceConfiguration: Array(configuration.utf8))
    }
  }

  /// Blocks with experts are counted without visiting each of billions.
  @Test(arguments: [(1, "", 4), (2, "1", 1), (3, "", 1), (1, "0, 3, 3, 9, -1", 2), (9, "", 0)])
  func blocksWithExpertsAreCounted(step: Int, dense: String, sparse: Int) throws {
    func blueprint(layers: Int) throws(AccountingError) -> Blueprint {
      let text = """
        {"model_type": "qwen3_moe", "vocab_size": 9, "hidden_size": 8, "num_attention_heads": 2,
        "max_position_embeddings": 4, "intermediate_size": 8, "num_hidden_layers": \(layers),
        "num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 6,
        "decoder_sparse_step": \(step), "mlp_only_layers": [\(dense)]}
        """
      return try Blueprint(huggingFaceConfiguration: Array(text.utf8))
    }
    if sparse == 0 {
      #expect(throws: AccountingError.self) { try blueprint(layers: 4) }
    } else {
      #expect(try blueprint(layers: 4).experts?.layerCount == sparse)
    }
    #expect(try blueprint(layers: 1 << 31).experts?.layerCount ?? 0 > 1 << 27)
  }
}
