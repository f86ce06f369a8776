import Files
import Foundation
import TestSupport
import Testing

@Suite struct ModelCommandTests {
  private func object(_ path: String) throws -> [String: Any] {
    try #require(
      JSONSerialization.jsonObject(with: Data(try readFile(path))) as? [String: Any]
    )
  }

  /// A tokenizer of the 256 bytes and an end of text.
  private func writeTokenizer(_ folder: String) throws -> String {
    let text = joined(folder, "text.txt")
    try writeFile(text, "low lower lowest\nnew newer newest\n")
    let path = joined(folder, "tokenizer.json")
    let run = try ProgramRun(
      "tokenizer",
      "train",
      "--corpus",
      text,
      "--vocab-size",
      "262",
      "-o",
      path
    )
    #expect(run.status == 0, "\(run.errors)")
    return path
  }

  @Test func aModelIsMadeAndLookedInto() throws {
    try withTemporaryFolder { folder in
      let path = joined(folder, "model")
      let made = try ProgramRun(
        "model",
        "init",
        "--preset",
        "operations",
        "--seed",
        "3",
        "-o",
        path,
        "--json"
      )
      #expect(made.status == 0, "\(made.errors)")
      #expect(try made.object()["parameters"] as? Int == 102_016)
      #expect(try made.object()["format"] as? String == "isoflop")
      let seen = try ProgramRun("model", "inspect", path, "--statistics", "--json").object()
      #expect(seen["values"] as? Int == 102_016)
      let tensors = try #require(seen["tensors"] as? [[String: Any]])
      #expect(tensors.contains { $0["name"] as? String == "blocks.1.feedForward.in.bias" })
      #expect(tensors.allSatisfy { $0["not_finite"] as? Int == 0 })
      let text = try ProgramRun("model", "inspect", path).output
      #expect(text.contains("102 K values") && text.contains("head.weight"))
      let described = try ProgramRun("model", "describe", "--blueprint", path, "--json")
      let parameters = try #require(described.object()["parameters"] as? [String: Any])
      #expect(parameters["total"] as? Int == 102_016)
    }
  }

  @Test func theSameSeedGivesTheSameFile() throws {
    try withTemporaryFolder { folder in
      for (name, seed) in [("a", "7"), ("b", "7"), ("c", "8")] {
        let run = try ProgramRun(
          "model",
          "init",
          "--preset",
          "nano-1",
          "--vocab-size",
          "300",
          "--context",
          "16",
          "--layers",
          "1",
          "--seed",
          seed,
          "-o",
          joined(folder, name)
        )
        #expect(run.status == 0, "\(run.errors)")
      }
      let files = try ["a", "b", "c"].map {
        try readFile(joined(folder, $0 + "/model.safetensors"))
      }
      #expect(files[0] == files[1])
      #expect(files[0] != files[2])
      let settings = try object(joined(folder, "a/config.json"))
      #expect(settings["vocab_size"] as? Int == 300 && settings["n_layer"] as? Int == 1)
    }
  }

  @Test func aModelIsNotReplacedUnasked() throws {
    try withTemporaryFolder { folder in
      let arguments = ["model", "init", "--preset", "nano-1", "-o", folder]
      #expect(try ProgramRun(arguments: arguments).status == 0)
      let again = try ProgramRun(arguments: arguments)
      #expect(again.status == 1 && again.errors.contains("--force"))
      #expect(try ProgramRun(arguments: arguments + ["--force"]).status == 0)
    }
  }

  @Test func convertingKeepsTheTokenizer() throws {
    try withTemporaryFolder { folder in
      let tokenizer = try writeTokenizer(folder)
      let (first, second) = (joined(folder, "first"), joined(folder, "second"))
      _ = try ProgramRun(
        "model",
        "init",
        "--preset",
        "nano-1",
        "--tokenizer",
        tokenizer,
        "-o",
        first
      )
      let run = try ProgramRun(
        "model",
        "convert",
        "--model",
        first,
        "--type",
        "bf16",
        "-o",
        second,
        "--json"
      )
      #expect(run.status == 0, "\(run.errors)")
      #expect(try run.object()["type"] as? String == "BF16")
      #expect(try readFile(joined(second, "tokenizer.json")) == readFile(tokenizer))
      #expect(try object(joined(second, "config.json"))["dtype"] as? String == "bfloat16")
      let sizes = try [first, second].map { try readFile(joined($0, "model.safetensors")).count }
      #expect(sizes[1] < sizes[0] * 6 / 10)
      let refused = try ProgramRun(
        "model",
        "convert",
        "--model",
        first,
        "--format",
        "llama",
        "-o",
        joined(folder, "third")
      )
      #expect(refused.status == 1 && refused.errors.contains("LayerNorm"))
    }
  }

  @Test func aModelContinuesTexts() throws {
    try withTemporaryFolder { folder in
      let tokenizer = try writeTokenizer(folder)
      let model = joined(folder, "model")
      _ = try ProgramRun(
        "model",
        "init",
        "--preset",
        "nano-1",
        "--tokenizer",
        tokenizer,
        "--context",
        "32",
        "-o",
        model
      )
      func generate(_ more: String...) throws -> ProgramRun {
        try ProgramRun(arguments: ["model", "generate", "--model", model] + more)
      }
      let one = try generate("low", "--max-tokens", "8", "--json").object()
      let ids = try #require(one["ids"] as? [Int])
      #expect(ids.count <= 8 && ids.allSatisfy { $0 < 262 })
      #expect(["length", "end_token"].contains(one["end"] as? String))
      #expect(try generate("low", "--max-tokens", "8", "--json").object()["ids"] as? [Int] == ids)
      let text = try generate("low", "--max-tokens", "8", "-q")
      #expect(text.output == "low" + (one["text"] as? String ?? "") + "\n")
      #expect(text.errors.isEmpty)

      let file = joined(folder, "prompts.txt")
      try writeFile(file, "low\nnew\n")
      let several = try generate("--prompts", file, "--max-tokens", "8", "--json", "--threads", "2")
      let lines = several.output.split(separator: "\n")
      #expect(lines.count == 2)
      let first = try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any]
      #expect(first?["ids"] as? [Int] == ids)
      #expect(try generate("--max-tokens", "2").status == 0)

      let small = joined(folder, "small")
      _ = try ProgramRun("model", "init", "--preset", "nano-1", "--vocab-size", "100", "-o", small)
      let foreign = try ProgramRun(
        "model",
        "generate",
        "--model",
        small,
        "--tokenizer",
        tokenizer,
        "low"
      )
      #expect(foreign.status == 1 && foreign.errors.contains("the model's own tokenizer"))
    }
  }

  @Test(arguments: [
    "init -o x", "init --preset nothing -o x", "init --preset nano-1",
    "init --preset nano-1 --blueprint x -o x", "generate --model x --temperature -1",
    "generate --model x --prompts y z", "inspect", "convert --model x --type f8 -o x",
  ])
  func wrongUsageExitsWith64(line: String) throws {
    let arguments = line.split(separator: " ").map(String.init)
    let run = try ProgramRun(arguments: ["model"] + arguments)
    #expect(run.status == 64, "\(run.errors)")
    #expect(run.output.isEmpty && run.errors.hasPrefix("Error: "))
  }

  @Test(arguments: [
    "generate --model /no/such text", "inspect /no/such", "inspect /dev/null",
    "convert --model /no/such -o /dev/null/x", "init --blueprint /no/such -o x",
    "init --preset nano-1 -o /dev/null/x",
  ])
  func whatCannotBeDoneExitsWith1(line: String) throws {
    let arguments = line.split(separator: " ").map(String.init)
    let run = try ProgramRun(arguments: ["model"] + arguments)
    #expect(run.status == 1, "\(run.errors)")
    #expect(run.output.isEmpty && run.errors.hasPrefix("Error: "))
  }
}
