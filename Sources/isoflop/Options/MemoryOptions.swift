import Accounting
import ArgumentParser
import ScalingLaws

/// How a model lies in memory.
struct MemoryOptions: ParsableArguments {
  @Flag(help: "Estimate memory; any of the following options does so as well.")
  var memory = false

  @Option(help: "The numbers of training: fp32 or mixed.")
  var precision: TrainingPrecision?

  @Option(help: "What is remembered of each parameter: adam, momentum or sgd.")
  var optimizer: OptimizerKind?

  @Option(help: ArgumentHelp("What data-parallel ranks share, 0 to 3.", valueName: "stage"))
  var zero: Int?

  @Option(help: ArgumentHelp("Ranks that see different data.", valueName: "ranks"))
  var dataParallel: Int?

  @Option(help: ArgumentHelp("Ranks that share each matrix.", valueName: "ranks"))
  var tensorParallel: Int?

  @Option(help: ArgumentHelp("Ranks that share the blocks.", valueName: "ranks"))
  var pipelineParallel: Int?

  @Flag(help: "Tensor-parallel ranks share the sequence as well.")
  var sequenceParallel = false

  @Option(help: "What is computed twice: none, selective or full.")
  var recompute: Recomputation?

  @Option(help: ArgumentHelp("Sequences of one pass on one rank.", valueName: "sequences"))
  var batch: Count?

  /// The plan, or nil where memory was not asked for.
  func plan() -> MemoryPlan? {
    let isAsked =
      memory || sequenceParallel || precision != nil || optimizer != nil || recompute != nil
      || batch != nil
      || [zero, dataParallel, tensorParallel, pipelineParallel].contains { $0 != nil }
    guard isAsked else { return nil }
    return MemoryPlan(
      precision: precision ?? .mixed,
      optimizer: optimizer ?? .adam,
      parallel: ParallelPlan(
        zeroStage: zero ?? 0,
        dataParallel: dataParallel ?? 1,
        tensorParallel: tensorParallel ?? 1,
        pipelineParallel: pipelineParallel ?? 1,
        sequenceParallel: sequenceParallel
      ),
      recomputation: recompute ?? .none,
      sequences: batch?.value ?? 1
    )
  }

  func validate() throws {
    if let zero, !(0...3).contains(zero) {
      throw ValidationError("--zero is a stage of ZeRO: 0, 1, 2 or 3.")
    }
    for ranks in [dataParallel, tensorParallel, pipelineParallel] {
      if let ranks, !(1...1 << 20).contains(ranks) {
        throw ValidationError("Parallel ranks are counted from 1.")
      }
    }
  }
}
