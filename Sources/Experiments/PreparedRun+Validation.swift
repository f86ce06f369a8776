import Accounting
import Corpora
import Evaluation
import Files
import LanguageModels
import Tokenization
import Training

/// Held-out text, opened and described.
struct ValidationText {
  /// What is measured on; nil for nothing.
  let heldOut: HeldOutText?
  /// The ids as the plan keeps them.
  let plan: [RunPlan.Validation]
  /// The corpus as the plan keeps it.
  let corpus: RunPlan.ValidationCorpus?
  /// The files of ids.
  let files: [TokenIDFile]

  /// Opens what a request names.
  init(
    _ request: RunRequest,
    _ shape: ModelShape,
    _ tokens: Tokenizer?
  ) throws {
    var streams: [(file: TokenIDFile, plan: RunPlan.Validation)] = []
    for source in request.validation {
      let file = try PreparedRun.open(source.path, shape)
      guard file.count >= 2 else { throw EvaluationError.tooFewTokens(count: file.count) }
      streams += Self.parts(of: file, source).map { (file, $0) }
    }
    var evaluator: Evaluator?
    if let path = request.validationCorpus {
      guard let tokens else {
        throw TrainingError.invalidPlan(
          reason: "--validation-corpus needs the tokenizer: name --tokenizer"
        )
      }
      evaluator = try Self.evaluator(
        path,
        tokens,
        request.context ?? shape.contextLength,
        request.threads
      )
    }
    try self.init(streams, evaluator, corpusPath: request.validationCorpus)
  }

  /// Opens what a plan names and holds it against the plan's hashes.
  init(_ plan: RunPlan, tokenizer: () throws -> Tokenizer) throws {
    var streams: [(file: TokenIDFile, plan: RunPlan.Validation)] = []
    for part in plan.validation {
      let file = try PreparedRun.open(part.path, plan.training.shape)
      guard part.start >= 0, part.tokens >= 2, part.start <= file.count - part.tokens,
        file.fingerprint == part.fingerprint
      else { throw ExperimentsError.changedInput(path: part.path) }
      streams.append((file, part))
    }
    var evaluator: Evaluator?
    if let corpus = plan.validationCorpus {
      let training = plan.training
      evaluator = try Self.evaluator(corpus.path, tokenizer(), training.context, training.threads)
    }
    try self.init(streams, evaluator, corpusPath: plan.validationCorpus?.path)
    guard corpus == plan.validationCorpus else {
      throw ExperimentsError.changedInput(path: plan.validationCorpus?.path ?? "")
    }
  }

  private init(
    _ streams: [(file: TokenIDFile, plan: RunPlan.Validation)],
    _ evaluator: Evaluator?,
    corpusPath: String?
  ) throws {
    files = streams.map(\.file)
    plan = streams.map(\.plan)
    corpus = evaluator.flatMap { evaluator in
      corpusPath.map {
        RunPlan.ValidationCorpus(path: absolutePath($0), fingerprint: evaluator.set.fingerprint)
      }
    }
    guard !streams.isEmpty || evaluator != nil else {
      heldOut = nil
      return
    }
    heldOut = HeldOutText(
      streams: streams.map { file, part in
        HeldOutText.Stream(
          label: part.label,
          source: file,
          range: part.start..<part.start + part.tokens,
          bytes: part.bytes
        )
      },
      corpus: evaluator
    )
  }

  /// The parts of a file: its languages where its description tells them apart and nobody named one.
  private static func parts(
    of file: TokenIDFile,
    _ source: RunRequest.ValidationFile
  ) -> [RunPlan.Validation] {
    let fingerprint = file.fingerprint
    func part(_ label: String, _ start: Int, _ tokens: Int, _ bytes: Int?) -> RunPlan.Validation {
      RunPlan.Validation(
        path: absolutePath(source.path),
        label: label,
        start: start,
        tokens: tokens,
        bytes: bytes,
        fingerprint: fingerprint
      )
    }
    let parts = file.description?.parts ?? []
    guard source.label == nil, !parts.isEmpty,
      parts.reduce(0, { $0 + $1.tokens }) == file.count
    else {
      let (_, name) = split(source.path)
      let stem = name.split(separator: ".").first.map(String.init) ?? name
      return [part(source.label ?? stem, 0, file.count, file.description?.bytes)]
    }
    var start = 0
    var result: [RunPlan.Validation] = []
    for described in parts {
      // A part of one id predicts nothing.
      if described.tokens >= 2 {
        result.append(part(described.language, start, described.tokens, described.bytes))
      }
      start += described.tokens
    }
    return result
  }

  private static func evaluator(
    _ path: String,
    _ tokenizer: Tokenizer,
    _ context: Int,
    _ threads: Int
  ) throws -> Evaluator {
    guard context >= 2 else {
      throw TrainingError.invalidPlan(reason: "a context of \(context) on a corpus; at least 2")
    }
    let set = try EvaluationSet(Corpus(path: path), tokenizer: tokenizer)
    return try Evaluator(set: set, context: context, threads: threads)
  }
}

extension EvaluationSet {
  /// A hash of all segments' ids.
  var fingerprint: String {
    var fingerprint = Fingerprint()
    for language in languages {
      for byte in language.tag.utf8 { fingerprint.add(UInt64(byte)) }
      for segment in language.segments {
        fingerprint.add(UInt64(segment.ids.count))
        for id in segment.ids { fingerprint.add(UInt64(UInt32(bitPattern: id))) }
      }
    }
    return fingerprint.hexadecimal
  }
}
