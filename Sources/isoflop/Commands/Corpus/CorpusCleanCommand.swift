import ArgumentParser
import Corpora
import Files
import Reports

/// `isoflop corpus clean`: leaves out what does not belong into texts.
struct CorpusCleanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clean",
    abstract: "Drop duplicates and bad documents, and say what was dropped and why.",
    discussion: """
      isoflop corpus clean my-texts -o clean
      isoflop corpus clean books.txt news.jsonl shards/ -o clean
      isoflop corpus clean web.jsonl.zst -o clean --near-duplicates 0.8 \\
        --rules gopher-repetition --rule max-words=50000
      isoflop corpus clean my-texts -n --script-share 0.5 --script ja=Jpan
      isoflop corpus clean --list-rules

      A document is a line or a record. Lines with invalid UTF-8 and exact
      duplicates are dropped and control characters left out unless options say
      otherwise. Of documents that are equal, or nearly so, the first in the
      order of the files stays, and files of a folder come by name; name first
      what matters most. Writes NAME.txt or .jsonl for each text, and
      dropped.jsonl with each dropped document, its place, the rule, the value
      and the limit, or the place of the document it repeats.
      """
  )

  @Argument(help: ArgumentHelp("Text files, folders, or -.", valueName: "file|folder"))
  var paths: [String] = []

  @Flag(help: "Each line of the input is a JSON object, as in files named .jsonl.")
  var jsonl = false

  @Option(help: ArgumentHelp("The key of the text in JSON objects.", valueName: "key"))
  var field = "text"

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("Where the clean texts go.", valueName: "folder")
  )
  var output: String?

  @Option(
    name: .customLong("invalid-utf8"),
    help: ArgumentHelp("Documents that are not UTF-8: drop, repair (U+FFFD).", valueName: "what")
  )
  var invalidUTF8 = CleaningPlan.Treatment.drop

  @Option(
    help: ArgumentHelp("Control characters: repair (leave out), drop, keep.", valueName: "what")
  )
  var controls = CleaningPlan.Treatment.repair

  @Flag(name: .customLong("keep-duplicates"), help: "Keep documents that equal an earlier one.")
  var keepDuplicates = false

  @Flag(
    name: .customLong("within-files"),
    help: "Compare documents of one file only, as for languages that share lines."
  )
  var withinFiles = false

  @Option(
    name: .customLong("near-duplicates"),
    help: ArgumentHelp(
      "Drop documents whose runs of characters agree with an earlier one's to this share: 0.8.",
      valueName: "share"
    )
  )
  var nearDuplicates: Double?

  @Option(help: ArgumentHelp("The characters in a run.", valueName: "count"))
  var shingle = 5

  @Option(help: ArgumentHelp("The bands of MinHash.", valueName: "count"))
  var bands = 16

  @Option(help: ArgumentHelp("The hashes in a band.", valueName: "count"))
  var rows = 8

  @Option(
    name: .customLong("script-share"),
    help: ArgumentHelp("The least share of letters in the language's script.", valueName: "share")
  )
  var scriptShare: Double?

  @Option(
    help: ArgumentHelp(
      "The script of a language; may be repeated. Else the manifest's, the tag's (zh-Hans), or the"
        + " most frequent one.",
      valueName: "tag=code"
    )
  )
  var script: [String] = []

  @Option(
    help: ArgumentHelp(
      "Rules with their usual limits: \(DocumentRule.presets.joined(separator: ", ")); may be"
        + " repeated.",
      valueName: "preset"
    )
  )
  var rules: [String] = []

  @Option(
    help: ArgumentHelp(
      "A rule, with a limit of its own; may be repeated.",
      valueName: "name[=limit]"
    )
  )
  var rule: [String] = []

  @Flag(name: .customLong("list-rules"), help: "Print the rules and their limits.")
  var listRules = false

  @Flag(name: [.customShort("n"), .long], help: "Count what would be dropped; write nothing.")
  var dryRun = false

  @Flag(name: [.short, .long], help: "Replace files that are there.")
  var force = false

  @Flag(help: "Print one JSON object with every digit.")
  var json = false

  @OptionGroup var work: WorkOptions

  func validate() throws {
    if listRules { return }
    if paths.isEmpty { throw ValidationError("Name texts.") }
    if output == nil, !dryRun { throw ValidationError("Name a folder with -o, or pass -n.") }
    for (name, value) in [("near-duplicates", nearDuplicates), ("script-share", scriptShare)] {
      if let value, !(0...1).contains(value) {
        throw ValidationError("--\(name) must lie between 0 and 1.")
      }
    }
    if !(1...100).contains(shingle) {
      throw ValidationError("--shingle must lie between 1 and 100.")
    }
    if !(1...256).contains(bands) || !(1...256).contains(rows) {
      throw ValidationError("--bands and --rows must lie between 1 and 256.")
    }
    _ = try chosenRules()
    _ = try scripts()
  }

  func run() throws {
    if listRules { return Console.write(RuleListReport().text) }
    let inputs = try TextInput.inputs(at: paths, field: field, areRecords: jsonl)
    if inputs.allSatisfy(\.isEmpty) { throw CorpusError.empty(paths: paths) }
    try prepare(inputs)
    let folder = dryRun ? nil : output
    let total = inputs.reduce(Int?(0)) { sum, input in
      sum.flatMap { sum in input.storedBytes.map { sum + $0 } }
    }
    let cleaner = CorpusCleaner(try plan(inputs))
    let summaries = try work.run { progress in
      var done = 0
      return try cleaner.clean(
        inputs,
        to: folder,
        threads: work.threads,
        isInterrupted: { Interruption.isRequested },
        progress: { bytes in
          done += bytes
          progress.update(stage: "Cleaning", done: done, of: total)
        }
      )
    }
    let report = CleaningReport(summaries, folder: folder)
    Console.write(json ? report.json.text : report.text)
  }

  /// Checks in the first second that everything can be written.
  private func prepare(_ inputs: [TextInput]) throws {
    let outputs: [String]
    do throws(CorporaError) {
      outputs = try CorpusCleaner.outputs(of: inputs, in: output)
    } catch {
      throw ValidationError(error.description)
    }
    guard let output, !dryRun else { return }
    try checkOutputs(outputs, reading: inputs, force: force)
    try prepareOutputFolder(output)
  }

  private func plan(_ inputs: [TextInput]) throws -> CleaningPlan {
    var plan = CleaningPlan()
    plan.invalidUTF8 = invalidUTF8
    plan.controlCharacters = controls
    plan.keepsDuplicates = keepDuplicates
    plan.comparesWithinFiles = withinFiles
    if let nearDuplicates {
      var parameters = NearDuplicates.Parameters()
      parameters.threshold = nearDuplicates
      parameters.shingle = shingle
      parameters.bands = bands
      parameters.rows = rows
      plan.nearDuplicates = parameters
    }
    plan.scriptShare = scriptShare
    for path in paths where path != "-" {
      guard try fileKind(path) == .folder, let manifest = try CorpusManifest.read(folder: path)
      else {
        continue
      }
      for entry in manifest.languages where entry.script != "Zyyy" {
        plan.scripts[entry.tag] = entry.script
      }
    }
    plan.scripts.merge(try scripts()) { $1 }
    plan.rules = try chosenRules()
    return plan
  }

  private func scripts() throws -> [String: String] {
    var scripts: [String: String] = [:]
    for pair in script {
      let parts = pair.split(separator: "=", omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, parts[1].count == 4 else {
        throw ValidationError("--script \(pair) must look like ja=Jpan.")
      }
      scripts[String(parts[0])] = String(parts[1])
    }
    return scripts
  }

  private func chosenRules() throws -> [DocumentRule] {
    var chosen: [DocumentRule] = []
    for preset in rules {
      guard DocumentRule.presets.contains(preset) else {
        let names = DocumentRule.presets.joined(separator: ", ")
        throw ValidationError("--rules \(preset) is not known; there are \(names).")
      }
      chosen += DocumentRule.all.filter { $0.preset == preset && !chosen.contains($0) }
    }
    for text in rule {
      let parts = text.split(separator: "=", maxSplits: 1)
      guard var rule = DocumentRule.all.first(where: { $0.name == parts.first ?? "" }) else {
        throw ValidationError("--rule \(text) is not known; see corpus clean --list-rules.")
      }
      if parts.count > 1 {
        guard let limit = Double(parts[1]), limit.isFinite else {
          throw ValidationError("--rule \(text) needs a number as its limit.")
        }
        rule = rule.with(limit: limit)
      }
      chosen.removeAll { $0.name == rule.name }
      chosen.append(rule)
    }
    return chosen
  }
}

extension CleaningPlan.Treatment: ExpressibleByArgument {}
