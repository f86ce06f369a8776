public import Files
import Tables

/// The finished runs of a sweep: `runs.csv`, one row a run.
///
/// The file is rewritten as a whole after each run, so that it never holds half a row. Ledgers of
/// several machines merge by concatenating their rows.
public struct RunLedger: Sendable {
  /// The file's path.
  public let path: String
  /// The finished runs in the order in which they finished.
  public private(set) var records: [RunRecord]

  /// Opens a ledger; a file that does not exist yet is an empty one.
  ///
  /// - Throws: `FilesError` or `TablesError` when the file cannot be read.
  public init(path: String) throws {
    self.path = path
    records = []
    guard try fileKind(path) != nil else { return }
    let table = try CSVTable(readFile(path), file: path)
    for row in 0..<table.rowCount {
      func text(_ column: String) throws -> String {
        try table.text(row: row, column: table.column(column))
      }
      func number(_ column: String) throws -> Double {
        try table.number(row: row, column: table.column(column))
      }
      func count<Number: FixedWidthInteger>(_ column: String) throws -> Number {
        let value = try text(column)
        guard let count = Number(value) else {
          throw TablesError.notANumber(
            file: path,
            row: table.line(ofRow: row),
            column: column,
            text: value
          )
        }
        return count
      }
      records.append(
        RunRecord(
          name: try text("name"),
          identity: try text("identity"),
          parameters: try count("N"),
          totalParameters: try count("N_total"),
          nonEmbeddingParameters: try count("N_non_embedding"),
          tokens: try count("D"),
          uniqueTokens: try count("unique_tokens"),
          flops: try number("flops"),
          loss: try number("loss"),
          bitsPerByte: try number("bits_per_byte"),
          trainingLoss: try number("training_loss"),
          layers: try count("layers"),
          width: try count("width"),
          heads: try count("heads"),
          vocabulary: try count("vocabulary"),
          context: try count("context"),
          batch: try count("batch"),
          steps: try count("steps"),
          learningRate: try number("lr"),
          seed: try count("seed"),
          seconds: try number("seconds")
        )
      )
    }
  }

  /// The record of a run that was done exactly so, if there is one.
  public func record(named name: String, identity: String) -> RunRecord? {
    records.first { $0.name == name && $0.identity == identity }
  }

  /// Adds a run, in place of an older one of the same name, and writes the file.
  public mutating func add(_ record: RunRecord) throws(FilesError) {
    records.removeAll { $0.name == record.name }
    records.append(record)
    try writeFile(path, csv)
  }

  /// The ledger as CSV, numbers in full precision.
  public var csv: String {
    let header =
      "name,N,D,C,loss,bits_per_byte,training_loss,N_total,N_non_embedding,unique_tokens,flops,"
      + "layers,width,heads,vocabulary,context,batch,steps,lr,seed,seconds,identity\n"
    return records.reduce(header) { text, run in
      text
        + "\(run.name),\(run.parameters),\(run.tokens),\(run.sixND),\(run.loss),"
        + "\(run.bitsPerByte),\(run.trainingLoss),\(run.totalParameters),"
        + "\(run.nonEmbeddingParameters),\(run.uniqueTokens),\(run.flops),\(run.layers),"
        + "\(run.width),\(run.heads),\(run.vocabulary),\(run.context),\(run.batch),\(run.steps),"
        + "\(run.learningRate),\(run.seed),\(run.seconds),\(run.identity)\n"
    }
  }
}
