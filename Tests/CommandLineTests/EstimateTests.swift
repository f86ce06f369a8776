import Foundation
import TestSupport
import Testing

@testable import isoflop

@Suite struct CountTests {
  @Test(arguments: [
    ("3e9", 3e9), ("3B", 3e9), ("3b", 3e9), ("3_000_000_000", 3e9), ("60B", 6e10),
    ("1e21", 1e21), ("125M", 125e6), ("10k", 1e4), ("1.5T", 1.5e12), ("0.5", 0.5), ("2.3", 2.3),
    ("1E+3", 1000),
  ])
  func countsAreReadAsPeopleWriteThem(text: String, value: Double) throws {
    #expect(try #require(Count(argument: text)).value == value)
  }

  @Test(arguments: [
    "abc", "", "B", "-3", "0", "3BB", "3 B", "1e999", "nan", "inf", "0x10", "1__0", "_1", "1_",
    "1,000",
  ])
  func whatIsNoCountIsRefused(text: String) {
    #expect(Count(argument: text) == nil)
  }

  @Test func listsHaveCommas() throws {
    #expect(try #require(CountList(argument: "125M,1B")).counts.map(\.value) == [1.25e8, 1e9])
    #expect(CountList(argument: "1,") == nil)
    #expect(CountList(argument: "") == nil)
  }
}

@Suite struct EstimateTests {
  func laws(_ run: ProgramRun) throws -> [String: [String: Any]] {
    let laws = try #require(run.object()["laws"] as? [[String: Any]])
    return Dictionary(
      laws.compactMap { law in (law["name"] as? String).map { ($0, law) } },
      uniquingKeysWith: { first, _ in first }
    )
  }

  @Test(arguments: ["3e9", "3B", "3_000_000_000"])
  func threeBillionParametersAreAnswered(params: String) throws {
    let run = try ProgramRun("estimate", "--params", params, "--json")
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    let object = try run.object()
    #expect(object["params"] as? Double == 3e9)
    #expect(object["tokens"] as? Double == 6e10)
    #expect(object["flops_6nd"] as? Double == 1.08e21)
    for (name, loss, tokens) in [
      ("besiroglu2024", 2.298916477, 6.452417023e10),
      ("hoffmann2022-printed", 2.327763553, 1.671521413e11),
      ("hoffmann2022-tex", 2.290404313, 1.077644332e11),
    ] {
      let law = try #require(try laws(run)[name])
      let found = try #require(law["loss_nats_per_token"] as? Double)
      #expect(abs(found - loss) < 1e-8)
      let optimal = try #require(law["optimal_tokens"] as? Double)
      #expect(abs(optimal / tokens - 1) < 1e-8)
      #expect(law["in_range"] as? Bool == true)
      #expect((law["warnings"] as? [String])?.isEmpty == true)
    }
    let hardware = try #require(object["hardware"] as? [String: Any])
    let hours = try #require(hardware["device_hours"] as? Double)
    #expect(abs(hours / 2403.846154 - 1) < 1e-8)
  }

  @Test func theTextShowsBothLaws() throws {
    let run = try ProgramRun("estimate", "--params", "3e9")
    for text in ["60.0 B", "1.08e21", "2.2989", "2.3278", "2,404 device hours"] {
      #expect(run.output.contains(text), "\(text)")
    }
    #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 110 })
  }

  @Test(arguments: [
    ["--params", "abc"], ["--params", "-1"], [],
    ["--params", "1B", "--tokens", "1B", "--loss", "2"],
    ["--params", "1B,2B", "--tokens", "1B,2B"], ["--params", "1B", "--mfu", "2"],
    ["--params", "1B", "--json", "--csv"], ["--preset", "nothing"],
  ])
  func wrongUsageExitsWith64(arguments: [String]) throws {
    let run = try ProgramRun(arguments: ["estimate"] + arguments)
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("Error: "))
    #expect(run.errors.contains("Usage: isoflop estimate"))
  }

  @Test(arguments: [
    ["--loss", "1.5", "--law", "besiroglu2024"], ["--params", "1B", "--law", "nothing"],
    ["--params", "1B", "--law", "steplaw2025"], ["--blueprint", "no/such/file"],
    ["--params", "1B", "--accelerator", "abacus"], ["--params", "1B", "--law", "no/law.json"],
  ])
  func whatCannotBeAnsweredExitsWith1(arguments: [String]) throws {
    let run = try ProgramRun(arguments: ["estimate"] + arguments)
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("Error: "))
  }

  /// 3.14e23 operations on 256 devices of 60 TFLOP/s.
  @Test func timeFollowsFromARate() throws {
    let run = try ProgramRun(
      "estimate",
      "--flops",
      "3.14e23",
      "--peak",
      "60T",
      "--count",
      "256",
      "--json"
    )
    let hardware = try #require(run.object()["hardware"] as? [String: Any])
    let seconds = try #require(hardware["seconds"] as? Double)
    #expect(abs(seconds - 3.14e23 / (256 * 60e12)) < 1)
    #expect(abs(seconds / 86400 - 236.6) < 0.1)
  }

  @Test func severalValuesGiveRows() throws {
    let run = try ProgramRun("estimate", "--params", "125M,350M,1B,3B", "--csv")
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == 1 + 4 * 5)
    #expect(lines[0].hasPrefix("params,tokens,flops_6nd,law,loss_nats_per_token"))
    let object = try ProgramRun("estimate", "--params", "125M,1B", "--json").object()
    #expect((object["estimates"] as? [Any])?.count == 2)
  }

  /// Every way to ask for the same point of one law gives that point.
  @Test func allQuestionsAgree() throws {
    let budget = ["--law", "besiroglu2024", "--json"]
    let start = try ProgramRun(arguments: ["estimate", "--flops", "1.08e21"] + budget)
    let law = try #require(try laws(start)["besiroglu2024"])
    let params = try #require(law["optimal_params"] as? Double)
    let tokens = try #require(law["optimal_tokens"] as? Double)
    let loss = try #require(law["optimal_loss_nats_per_token"] as? Double)
    #expect(abs(params / 2890263821 - 1) < 1e-9)
    for question in [
      ["--params", "\(params)"], ["--tokens", "\(tokens)"], ["--loss", "\(loss)"],
      ["--params", "\(params)", "--tokens", "\(tokens)"],
      ["--params", "\(params)", "--loss", "\(loss)"],
      ["--tokens", "\(tokens)", "--loss", "\(loss)"],
    ] {
      let run = try ProgramRun(arguments: ["estimate"] + question + budget)
      let answer = try #require(try laws(run)["besiroglu2024"])
      for (key, value) in [("optimal_params", params), ("optimal_tokens", tokens)] {
        #expect(abs((answer[key] as? Double ?? 0) / value - 1) < 1e-8, "\(question) \(key)")
      }
    }
  }

  /// Thai takes 2.74 times the bytes of English for the same content.
  @Test func budgetsAreStatedInALanguage() throws {
    let run = try ProgramRun(
      "estimate",
      "--tokens",
      "1e9",
      "--language",
      "th",
      "--bytes-per-token",
      "8",
      "--fertility",
      "1.6",
      "--json"
    )
    let language = try #require(run.object()["language"] as? [String: Any])
    let premium = try #require(language["byte_premium"] as? Double)
    #expect(abs(premium - 2.74) < 0.005)
    #expect(language["bytes"] as? Double == 4e9 * premium)
    #expect(language["tokens"] as? Double == 4e9 * premium / 8)
    #expect(language["words"] as? Double == 4e9 * premium / 8 / 1.6)
    #expect(try ProgramRun("estimate", "--tokens", "1e9", "--language", "xx").status == 1)
    #expect(try ProgramRun("estimate", "--tokens", "1e9", "--bytes-per-token", "8").status == 64)
  }

  @Test func aTokenizerIsMeasuredOnParallelText() throws {
    try withTemporaryFolder { folder in
      let tokenizer = folder + "/tokenizer.json"
      let english = folder + "/en.txt"
      let thai = folder + "/th.txt"
      try "I love you\n".write(toFile: english, atomically: true, encoding: .utf8)
      try "ฉันรักเธอ\n".write(toFile: thai, atomically: true, encoding: .utf8)
      let trained = try ProgramRun(
        "tokenizer",
        "train",
        "--corpus",
        english,
        "--vocab-size",
        "257",
        "-o",
        tokenizer
      )
      #expect(trained.status == 0, "\(trained.errors)")
      let run = try ProgramRun(
        "estimate",
        "--tokens",
        "1e9",
        "--language",
        "th",
        "--tokenizer",
        tokenizer,
        "--corpus",
        folder,
        "--json"
      )
      let language = try #require(run.object()["language"] as? [String: Any])
      #expect(language["byte_premium"] as? Double == 2.7)
      #expect(language["bytes_per_token"] as? Double == 1)
      #expect(language["tokens_per_word"] as? Double == 9)
      #expect(abs((language["tokens"] as? Double ?? 0) / 10.8e9 - 1) < 1e-12)
      #expect(abs((language["words"] as? Double ?? 0) / 1.2e9 - 1) < 1e-12)
      let alone = try ProgramRun("estimate", "--tokens", "1e9", "--tokenizer", tokenizer)
      #expect(alone.status == 64)
    }
  }

  @Test func thisProcessorIsTimedWhenAskedFor() throws {
    let run = try ProgramRun(
      "estimate",
      "--preset",
      "nano-1",
      "--accelerator",
      "here",
      "--threads",
      "1",
      "--json"
    )
    let hardware = try #require(run.object()["hardware"] as? [String: Any])
    #expect(hardware["accelerator"] as? String == "this processor")
    #expect((hardware["measured_by"] as? String)?.contains("steps of nano-1") == true)
    let rate = try #require(hardware["peak_flops_per_second"] as? Double)
    let flops = try #require(hardware["counted_flops"] as? Double)
    let seconds = try #require(hardware["seconds"] as? Double)
    #expect(abs(seconds * rate / flops - 1) < 1e-12)
    let both = try ProgramRun(
      "estimate",
      "--params",
      "1M",
      "--accelerator",
      "here",
      "--mfu",
      "0.5"
    )
    #expect(both.status == 64)
  }

  @Test func extrasAreAnsweredWhenAskedFor() throws {
    let run = try ProgramRun(
      "estimate",
      "--preset",
      "gpt2",
      "--batch",
      "8",
      "--inference-tokens",
      "1e12",
      "--params-factor",
      "0.5",
      "--unique-tokens",
      "1e9",
      "--hyperparameters",
      "--vocabulary",
      "--json"
    )
    let object = try run.object()
    #expect(object["params"] as? Double == 124_439_808)
    for key in [
      "flops_by_convention", "training_memory_bytes", "inference_memory_bytes", "smaller_models",
      "inference_adjusted", "data_constrained", "hyperparameters", "vocabulary",
    ] {
      #expect(object[key] != nil, "\(key)")
    }
    #expect(!run.output.contains("null,\n      \"tokens_factor\""))
  }
}

@Suite struct ModelDescribeTests {
  @Test func everyTensorIsCounted() throws {
    let run = try ProgramRun("model", "describe", "--preset", "operations", "--json")
    let object = try run.object()
    let parameters = try #require(object["parameters"] as? [String: Any])
    #expect(parameters["total"] as? Int == 102_016)
    let tensors = try #require(object["tensors"] as? [[String: Any]])
    #expect(tensors.compactMap { $0["values"] as? Int }.reduce(0, +) == 102_016)
    let flops = try #require(object["flops_per_token"] as? [String: Any])
    #expect(flops.count == 4)
    #expect(flops["6nd-all"] as? Double == 612_096.0)
  }

  @Test func aConfigurationFileIsRead() throws {
    try withTemporaryFolder { folder in
      let config = #"""
        {"model_type": "llama", "vocab_size": 128256, "hidden_size": 4096,
         "intermediate_size": 14336, "num_hidden_layers": 32, "num_attention_heads": 32,
         "num_key_value_heads": 8, "max_position_embeddings": 131072, "rope_theta": 500000.0}
        """#
      try config.write(toFile: folder + "/config.json", atomically: true, encoding: .utf8)
      let run = try ProgramRun("model", "describe", "--blueprint", folder, "--json")
      let parameters = try #require(run.object()["parameters"] as? [String: Any])
      #expect(parameters["total"] as? Int == 8_030_261_248)
    }
  }

  @Test func noModelIsWrongUsage() throws {
    #expect(try ProgramRun("model", "describe").status == 64)
  }
}
