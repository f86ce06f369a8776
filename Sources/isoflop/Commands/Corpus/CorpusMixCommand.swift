import ArgumentParser
import Corpora
import Files
import Randomness
import Reports
import Tokenization

/// `isoflop corpus mix`: one text out of several languages.
struct CorpusMixCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mix",
    abstract: "Mix languages by temperature, UniMax or weights.",
    discussion: """
      isoflop corpus mix my-texts --alpha 0.3 -o mixed.txt
      isoflop corpus mix my-texts --unimax 4 --bytes 100M -o mixed.jsonl
      isoflop corpus mix my-texts --weight en=0.5 --weight th=0.5 \\
        --tokens 1M --tokenizer t.json --separate -o mixed
      isoflop corpus mix my-texts --alpha 0.3 -n

      Files of one name are one language. Within a language documents keep their
      order; a text that is too small is read several times, a part of a text is
      drawn at random. Writes the plan beside the text as NAME.mix.json.
      """
  )

  @OptionGroup var texts: TextArguments

  @Option(help: ArgumentHelp("Shares go like sizes to this power.", valueName: "power"))
  var alpha: Double?

  @Option(help: ArgumentHelp("Equal shares, at most so many epochs.", valueName: "epochs"))
  var unimax: Double?

  @Option(help: ArgumentHelp("The weight of a language; may be repeated.", valueName: "tag=weight"))
  var weight: [String] = []

  @Option(help: ArgumentHelp("How many bytes of text the mixture has: 100M.", valueName: "count"))
  var bytes: Count?

  @Option(help: ArgumentHelp("How many tokens it has; needs --tokenizer.", valueName: "count"))
  var tokens: Count?

  @Option(help: ArgumentHelp("What tokens are counted by.", valueName: "file"))
  var tokenizer: String?

  @Option(help: ArgumentHelp("What parts of texts are drawn by.", valueName: "number"))
  var seed: UInt64 = 0

  @Flag(help: "Write a folder with a file for each language.")
  var separate = false

  @Option(name: [.short, .long], help: ArgumentHelp("The mixture.", valueName: "file|folder"))
  var output: String?

  @Flag(name: [.customShort("n"), .long], help: "Show the plan; write nothing.")
  var dryRun = false

  @Flag(name: [.short, .long], help: "Replace a mixture that is there.")
  var force = false

  @Flag(help: "Print one JSON object with every digit.")
  var json = false

  @OptionGroup var work: WorkOptions

  func validate() throws {
    let strategies = [alpha != nil, unimax != nil, !weight.isEmpty].count { $0 }
    if strategies > 1 { throw ValidationError("Give one of --alpha, --unimax and --weight.") }
    if let alpha, !(0...10).contains(alpha) {
      throw ValidationError("--alpha must lie between 0 and 10.")
    }
    if let unimax, !(unimax > 0 && unimax.isFinite) {
      throw ValidationError("--unimax must be positive.")
    }
    if bytes != nil, tokens != nil { throw ValidationError("Give --bytes or --tokens, not both.") }
    if (tokens == nil) != (tokenizer == nil) {
      throw ValidationError("--tokens and --tokenizer belong together.")
    }
    if output == nil, !dryRun { throw ValidationError("Name the mixture with -o, or pass -n.") }
    if texts.paths.contains("-") {
      throw ValidationError("Texts are read several times: standard input cannot be.")
    }
    _ = try strategy()
  }

  func run() throws {
    let inputs = try texts.inputs()
    let target = dryRun ? nil : output
    if let target { try prepare(target, inputs) }
    let total = inputs.reduce(0) { $0 + ($1.storedBytes ?? 0) }
    let report = try work.run { progress in
      var done = 0
      let sizes = try CorpusMixer.sizes(
        of: inputs,
        isInterrupted: { Interruption.isRequested },
        progress: { bytes in
          done += bytes
          progress.update(stage: "Measuring", done: done, of: total)
        }
      )
      let plan = try MixPlan(
        languages(inputs, sizes),
        strategy: strategy(),
        budget: (tokens ?? bytes)?.value
      )
      guard let target else { return self.report(plan, nil) }
      done = 0
      let planned = Int(min(plan.parts.reduce(0) { $0 + $1.bytes }, 0x1p62))
      let written = try CorpusMixer(plan, of: inputs, sizes: sizes).write(
        to: separate ? .folder(target) : .file(target),
        seed: Seed(seed),
        isInterrupted: { Interruption.isRequested },
        progress: { bytes in
          done += bytes
          progress.update(stage: "Mixing", done: done, of: planned)
        }
      )
      let report = self.report(plan, written)
      let path = separate ? joined(target, "MIX.json") : target + ".mix.json"
      try writeFile(path, report.json.text)
      return report
    }
    Console.write(json ? report.json.text : report.text)
  }

  private func report(_ plan: MixPlan, _ written: [CorpusMixer.Result]?) -> MixReport {
    MixReport(plan, unit: tokens == nil ? "bytes" : "tokens", seed: seed, written: written)
  }

  private func prepare(_ target: String, _ inputs: [TextInput]) throws {
    guard separate else {
      try checkOutputs([target], reading: inputs, force: force)
      return try checkWritable(target)
    }
    try prepareOutputFolder(target)
    let names = CorpusMixer.outputs(of: inputs, in: target)
    try checkOutputs(names, reading: inputs, force: force)
  }

  private func strategy() throws -> MixPlan.Strategy {
    if let unimax { return .uniMax(epochs: unimax) }
    if weight.isEmpty { return .temperature(alpha: alpha ?? 1) }
    var weights: [String: Double] = [:]
    for pair in weight {
      let parts = pair.split(separator: "=", omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, let value = Double(parts[1]), value >= 0,
        value.isFinite
      else { throw ValidationError("--weight \(pair) must look like en=0.5.") }
      weights[String(parts[0])] = value
    }
    return .weights(weights)
  }

  /// The languages with what there is of them, in tokens where these are counted.
  private func languages(
    _ inputs: [TextInput],
    _ sizes: [(language: String, bytes: Int)]
  ) throws -> [MixPlan.Language] {
    guard let tokenizer else {
      return sizes.map { MixPlan.Language(tag: $0.language, available: Double($0.bytes)) }
    }
    let encoder = try Tokenizer(contentsOf: tokenizer)
    return try sizes.map { language, bytes in
      let rate = try bytesPerToken(inputs.filter { $0.stem == language }, encoder)
      return MixPlan.Language(
        tag: language,
        available: Double(bytes) / rate,
        bytesPerUnit: rate
      )
    }
  }

  /// The bytes of a token, measured on the first megabyte; each document ends with a token.
  private func bytesPerToken(_ inputs: [TextInput], _ tokenizer: Tokenizer) throws -> Double {
    let blocks = TextBlocks(inputs)
    guard let documents = try blocks.next()?.documents(), !documents.isEmpty else { return 1 }
    let lists = try tokenizer.encode(
      documents,
      threads: work.threads,
      specialTokens: .asText
    )
    let tokens = lists.reduce(0) { $0 + $1.count + 1 }
    return Double(documents.reduce(0) { $0 + $1.count }) / Double(tokens)
  }
}
