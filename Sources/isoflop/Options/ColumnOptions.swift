import ArgumentParser
import ScalingLaws

/// Which columns of a table of runs mean what.
struct ColumnOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The column of N.", valueName: "name"))
  var nColumn: String?

  @Option(help: ArgumentHelp("The column of D.", valueName: "name"))
  var dColumn: String?

  @Option(help: ArgumentHelp("The column of the loss.", valueName: "name"))
  var lossColumn: String?

  @Option(help: ArgumentHelp("The column of C.", valueName: "name"))
  var flopsColumn: String?

  @Option(help: ArgumentHelp("The column of distinct tokens.", valueName: "name"))
  var uniqueColumn: String?

  @Option(help: ArgumentHelp("The column of the run's name.", valueName: "name"))
  var runColumn: String?

  @Option(help: ArgumentHelp("What N counts, for the record.", valueName: "convention"))
  var nConvention = "total"

  @Flag(help: "The losses are bits per token: convert them to nats.")
  var lossInBits = false

  @Option(help: ArgumentHelp("Leave out the runs of the highest losses.", valueName: "runs"))
  var dropHighest = 0

  func validate() throws {
    if dropHighest < 0 { throw ValidationError("--drop-highest is not negative.") }
  }

  /// The runs of a file.
  func read(_ path: String) throws -> ObservationTable {
    var table = try ObservationTable(
      path,
      columns: ColumnNames(
        parameters: nColumn,
        tokens: dColumn,
        loss: lossColumn,
        flops: flopsColumn,
        uniqueTokens: uniqueColumn,
        run: runColumn
      )
    )
    if lossInBits { table.convertFromBits() }
    try table.dropHighest(dropHighest)
    return table
  }
}
