import Accounting
import Corpora
import Evaluation
import Experiments
import Files
import LanguageModels
import Randomness
import ScalingLaws
import Tables
import TestSupport
import Tokenization
import Training
import UnicodeText

extension FuzzTarget {
  /// A target for every reader of files; a new reader is a new entry.
  public static func all() throws -> [FuzzTarget] {
    try texts() + tokenizers() + models() + tables()
  }

  // MARK: - Texts

  private static func texts() -> [FuzzTarget] {
    let records = Array(#"{"id": 1, "text": "a\u00e9\ud83d\ude00\n", "m": [1, {"x": null}]}"#.utf8)
    return [
      FuzzTarget("text", [("a.txt", Array("one\r\n\u{FEFF}zwei\n\0日本\n".utf8))], read: readTexts),
      FuzzTarget("gzip", [("a.txt.gz", PackedText.gzip + PackedText.gzip)], read: readTexts),
      FuzzTarget("zstd", [("a.txt.zst", PackedText.zstd + PackedText.zstd)], read: readTexts),
      FuzzTarget("bomb", [("a.zst", PackedText.repeated(0x61, times128KiB: 30))]) { folder in
        _ = try TextInput(joined(folder, "a.zst")).contents(limit: 1 << 20)
      },
      FuzzTarget("jsonl", [("a.jsonl", records + [0x0A] + records)], read: readTexts),
      FuzzTarget(
        "manifest",
        [
          (
            "MANIFEST.json",
            Array(
              #"""
              {"version": 1, "name": "a", "description": "", "license": "CC0-1.0", "parallel": true,
              "split": {"every": 2, "remainder": 1}, "languages": [{"tag": "en", "name": "English",
              "script": "Latn", "file": "en.txt", "segments": 2, "bytes": 8,
              "sha256": "c3f9c8c283a2b1f2f1896f27a01cbe3cddc0c9d93f752e4639035a0f5b36f6e8"}]}
              """#.utf8
            )
          ), ("en.txt", Array("one\ntwo\n".utf8)),
        ]
      ) { folder in
        let corpus = try Corpus(path: folder)
        try corpus.validateSplit()
        _ = try CorpusListing.all(in: folder)
      },
    ]
  }

  /// Reads the texts of a folder in all the ways there are.
  private static let readTexts: @Sendable (String) throws -> Void = { folder in
    let inputs = try TextInput.inputs(at: [folder])
    var plan = CleaningPlan()
    plan.nearDuplicates = NearDuplicates.Parameters()
    plan.rules = DocumentRule.all
    plan.scriptShare = 0.5
    plan.invalidUTF8 = .repair
    _ = try CorpusCleaner(plan).clean(inputs, to: nil)
    _ = try TextStatistics.count(inputs)
    _ = try WordCounter.count(inputs)
    _ = try inputs.map { try $0.contents() }
  }

  // MARK: - Tokenizers

  private static func tokenizers() throws -> [FuzzTarget] {
    let text = "low lower lowest, new newer newest: 日本語 des Übermuts 123\n"
    let tokenizer = try Tokenizer.sample(on: text)
    return [
      try FuzzTarget("tokenizer") { folder in
        try tokenizer.save(to: joined(folder, "tokenizer.json"))
      } read: { folder in
        let tokenizer = try Tokenizer(contentsOf: joined(folder, "tokenizer.json"))
        let ids = try tokenizer.encode(text + "<|endoftext|> \u{0}é")
        _ = try tokenizer.decodeBytes(ids)
        _ = tokenizer.digest
      },
      try FuzzTarget("token-ids") { folder in
        var writer = try TokenIDWriter(joined(folder, "a.bin"), tokenizer: tokenizer)
        writer.startPart(language: "en")
        for word in ["low lower", "newest"] {
          try writer.append(document: try tokenizer.encode(word), byteCount: word.utf8.count)
        }
        _ = try writer.finish()
      } read: { folder in
        _ = try TokenIDFile(joined(folder, "a.bin")).ids
      },
      FuzzTarget("token-id-lines", [("a.jsonl", Array("{\"ids\": [1, 2, 250]}\n".utf8))]) {
        folder in
        let ids = try JSONLines(MappedFile(joined(folder, "a.jsonl"))).ids(field: "ids")
        for list in ids { _ = try tokenizer.decodeBytes(list) }
      },
    ]
  }

  // MARK: - Models

  private static func models() throws -> [FuzzTarget] {
    let shape = ModelShape.gpt2(
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
        try GPT(shape, seed: Seed(1)).save(directory: folder)
      } read: { folder in
        try read(folder)
      },
      try FuzzTarget("llama-folder") { folder in
        try GPT(llama, seed: Seed(1)).save(directory: folder)
      } read: { folder in
        try read(folder)
      },
      try FuzzTarget("checkpoint") { folder in
        var steps = 0
        _ = try run(folder).train(isInterrupted: { steps >= 2 }) { _ in steps += 1 }
      } read: { folder in
        _ = try run(folder).session.stepsDone
      },
    ]
  }

  /// A run of a small model over a few tokens.
  private static func run(_ folder: String) throws -> TrainingRun {
    let shape = ModelShape.gpt2(
      vocabularySize: 8,
      contextLength: 4,
      layerCount: 1,
      width: 8,
      headCount: 1
    )
    let plan = TrainingPlan(
      shape: shape,
      context: 4,
      batch: 1,
      steps: 4,
      schedule: LearningRateSchedule(form: .cosine, peak: 1e-2, warmupSteps: 1),
      seed: 3,
      threads: 1
    )
    let tokens = TokenArray((0..<40).map { Int32($0 * $0 % 7) })
    let session = try TrainingSession(
      plan: plan,
      model: GPT(shape, seed: Seed(3)),
      sources: [(tokens, 1)]
    )
    return try TrainingRun(folder: folder, session: session, dataDigest: "tokens")
  }

  // MARK: - Tables and laws

  private static func tables() -> [FuzzTarget] {
    [
      FuzzTarget("law", [("law.json", Array(sampleLaw.utf8))]) { folder in
        let law = try LawFile.read(joined(folder, "law.json"))
        _ = ComparedLaw(law, name: "law")
      },
      FuzzTarget("law-form", [("law.json", Array(sampleForm.utf8))]) { folder in
        _ = try FormFile.read(joined(folder, "law.json"))
      },
      FuzzTarget(
        "observations",
        [("runs.csv", Array("# a: b\nN,D,loss\n1e6,2e7,3.5\n2000000,4e7,\"3.25\"\r\n".utf8))]
      ) { folder in
        _ = try ObservationTable(joined(folder, "runs.csv"))
      },
      FuzzTarget(
        "losses",
        [("losses.csv", Array("language,segment,nats,tokens,bytes\nen,0,10.5,5,20\n".utf8))]
      ) { folder in
        _ = try LossTable(contentsOf: joined(folder, "losses.csv"))
      },
    ]
  }

  private static let sampleLaw = #"""
    {"A":491.8,"B":2143.0,"E":1.813,"alpha":0.352,"beta":0.3712,"calibration":0.3085,
    "confidence":0.95,"data":"runs.csv","draws":[[1.827,518.4,2124.0,0.3561,0.3705],
    [1.802,494.5,2024.0,0.352,0.368]],"exponents":"free","fit_range":{"C":[30000000000000,
    2.4e+18],"D":[5000000,4000000000],"N":[1000000,100000000]},"form":"chinchilla",
    "format":"isoflop law","huber_delta":0.001,"intervals":{"A":[471.3,526.2],"B":[2013.0,
    2175.0],"E":[1.801,1.826],"a":[0.5073,0.5162],"alpha":[0.3487,0.3571],"beta":[0.3674,
    0.3721]},"loss_unit":"nats_per_token","objective":4.447e-06,
    "parameter_convention":"total","rows":3,"runs":[{"D":5000000,"N":1000000,
    "loss":12.62},{"D":10000000,"N":1000000,"loss":11.0},{"D":20000000,"N":1000000,
    "loss":9.793}],"seed":1,"version":1,"warnings":[]}
    """#

  private static let sampleForm = #"""
    {"confidence":0.95,"constants":[{"interval":[2.403,2.408],"name":"E","value":1.644},
    {"interval":[1864000000.0,1961000000.0],"name":"D0","value":11500000000.0},
    {"interval":[0.3932,0.4109],"name":"p","value":0.3103}],"draws":[[2.408,1861000000.0,
    0.3927],[2.402,1964000000.0,0.4114]],"fit_range":{"C":[30000000000000,2.4e+18],
    "D":[5000000,4000000000],"N":[1000000,100000000]},"form":"power-tokens",
    "format":"isoflop law","formula":"L=E+(D0/D)^p","log_residuals":[0.005652,-0.04167,
    -0.1035],"loss_unit":"nats_per_token","objective":0.001225,"rows":3,"version":1,
    "warnings":[]}
    """#
}

extension Tokenizer {
  /// A tokenizer of a few tokens.
  fileprivate static func sample(on text: String) throws -> Tokenizer {
    var configuration = TokenizerConfiguration()
    configuration.addedTokens = [AddedToken(id: 0, content: "<|endoftext|>")]
    configuration.normalization = .nfc
    configuration.splits = [TextSplit(.o200k)]
    let counter = try WordCounter(configuration)
    try counter.add(text)
    let trainer = BPETrainer(vocabularySize: 280, specialTokens: ["<|endoftext|>"])
    return try Tokenizer.train(trainer, on: counter, like: configuration)
  }
}
