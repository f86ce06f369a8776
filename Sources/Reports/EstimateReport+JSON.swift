import Accounting
import ScalingLaws

extension EstimateReport {
  /// One object for one question, otherwise an object with all of them under `estimates`.
  public var json: JSONValue {
    if estimates.count == 1, let first = estimates.first { return object(first) }
    return .object([.init("estimates", .array(estimates.map(object)))])
  }

  /// A row for each question and law.
  public var csv: String {
    var table = CSVText([
      "params", "tokens", "flops_6nd", "law", "loss_nats_per_token", "optimal_params",
      "optimal_tokens", "optimal_flops", "optimal_loss_nats_per_token", "in_range", "device_hours",
    ])
    for estimate in estimates {
      for entry in estimate.answer.laws {
        let budget = entry.asked ?? estimate.answer.budget
        table.add([
          .number(budget.parameters), .number(budget.tokens), .number(budget.flops),
          .text(entry.law.name), .number(entry.asked?.loss), .number(entry.optimal?.parameters),
          .number(entry.optimal?.tokens), .number(entry.optimal?.flops),
          .number(entry.optimal?.loss), .bool(entry.isInRange),
          .number(estimate.time?.deviceHours),
        ])
      }
    }
    return table.text
  }

  private func object(_ estimate: Estimate) -> JSONValue {
    let answer = estimate.answer
    var members: [JSONValue.Member] = [
      .init("params", .number(answer.budget.parameters)),
      .init("tokens", .number(answer.budget.tokens)),
      .init("flops_6nd", .number(answer.budget.flops)),
      .init("tokens_per_param", .number(answer.budget.tokensPerParameter)),
      .init("completed_by", completion(answer)),
      .init("laws", .array(answer.laws.map(law))),
    ]
    if let blueprint = plan.blueprint {
      members.append(.init("blueprint", .string(blueprint.name)))
      members.append(
        .init(
          "flops_by_convention",
          .object(
            estimate.flopsByConvention.map { .init($0.convention.rawValue, .number($0.flops)) }
          )
        )
      )
    }
    if let time = estimate.time, let hardware = plan.hardware {
      members.append(.init("hardware", object(hardware, time, estimate)))
    }
    if let memory = estimate.trainingMemory {
      members.append(.init("training_memory_bytes", object(memory)))
    }
    if let memory = estimate.inferenceMemory {
      members.append(
        .init(
          "inference_memory_bytes",
          .object([
            .init("weights", .number(memory.weights)),
            .init("key_value_cache", .number(memory.keyValueCache)),
            .init("key_value_per_token", .number(memory.keyValueBytesPerToken)),
            .init("total", .number(memory.total)),
          ])
        )
      )
    }
    members += extras(estimate)
    return .object(members)
  }

  private func completion(_ answer: BudgetAnswer) -> JSONValue {
    if let law = answer.completedBy { return .string(law) }
    return answer.question.isOpen
      ? .string(
        "\(DecimalText.brief(answer.question.tokensPerParameter)) tokens per parameter"
      ) : .null
  }

  private func law(_ entry: LawAnswer) -> JSONValue {
    .object([
      .init("name", .string(entry.law.name)),
      .init("params", .optional(entry.asked?.parameters)),
      .init("tokens", .optional(entry.asked?.tokens)),
      .init("loss_nats_per_token", .optional(entry.asked?.loss)),
      .init(
        "loss_interval_nats_per_token",
        entry.interval.map { .pair($0.low, $0.high) } ?? .null
      ),
      .init("optimal_params", .optional(entry.optimal?.parameters)),
      .init("optimal_tokens", .optional(entry.optimal?.tokens)),
      .init("optimal_flops", .optional(entry.optimal?.flops)),
      .init("optimal_loss_nats_per_token", .optional(entry.optimal?.loss)),
      .init("in_range", entry.isInRange.map { .bool($0) } ?? .null),
      .init("parameter_convention", .string(entry.law.parameterConvention)),
      .init("source", .string(entry.law.provenance)),
      .init("warnings", .array(entry.warnings.map { .string($0) })),
      .init("notes", .array(entry.law.notes.map { .string($0) })),
    ])
  }

  private func object(
    _ hardware: HardwarePlan,
    _ time: TrainingTime,
    _ estimate: Estimate
  ) -> JSONValue {
    .object([
      .init("accelerator", .string(hardware.name)),
      .init("count", .integer(hardware.count)),
      .init("peak_flops_per_second", .number(hardware.peak)),
      .init("mfu", hardware.measurement == nil ? .number(hardware.utilization) : .null),
      .init("measured_by", hardware.measurement.map { .string($0) } ?? .null),
      .init("counted_flops", .number(estimate.countedFLOPs)),
      .init("device_hours", .number(time.deviceHours)),
      .init("seconds", .number(time.seconds)),
      .init("cost", .optional(estimate.cost)),
      .init("kilowatt_hours", .optional(estimate.kilowattHours)),
    ])
  }

  private func object(_ memory: TrainingMemory) -> JSONValue {
    .object([
      .init("weights", .number(memory.weights)),
      .init("gradients", .number(memory.gradients)),
      .init("optimizer", .number(memory.optimizer)),
      .init("activations", .number(memory.activations)),
      .init("logits", .number(memory.logits)),
      .init("total", .number(memory.total)),
    ])
  }

  private func extras(_ estimate: Estimate) -> [JSONValue.Member] {
    var members: [JSONValue.Member] = []
    if !estimate.smallerModels.isEmpty {
      members.append(
        .init(
          "smaller_models",
          .array(
            estimate.smallerModels.map { entry in
              .object([
                .init("law", .string(entry.law)),
                .init("params_factor", .optional(plan.parameterFactor)),
                .init("tokens_factor", .optional(entry.tradeOff?.tokenFactor)),
                .init("flops_factor", .optional(entry.tradeOff?.flopFactor)),
                .init("params", .optional(entry.allocation?.parameters)),
                .init("tokens", .optional(entry.allocation?.tokens)),
                .init("smallest_params_factor", .number(entry.smallestFactor)),
              ])
            }
          )
        )
      )
    }
    if !estimate.lifetimes.isEmpty {
      members.append(
        .init(
          "inference_adjusted",
          .array(
            estimate.lifetimes.map { entry in
              .object([
                .init("law", .string(entry.law)),
                .init("inference_tokens", .optional(plan.inferenceTokens)),
                .init("params", .number(entry.allocation.parameters)),
                .init("tokens", .number(entry.allocation.tokens)),
                .init("total_flops", .number(entry.allocation.flops)),
                .init("plain_total_flops", .number(entry.plainFLOPs)),
              ])
            }
          )
        )
      )
    }
    if let entry = estimate.repetition {
      members.append(
        .init(
          "data_constrained",
          .object([
            .init("law", .string("muennighoff2023")),
            .init("unique_tokens", .number(entry.uniqueTokens)),
            .init("epochs", .number(entry.epochs)),
            .init("effective_tokens", .number(entry.effectiveTokens)),
            .init("effective_params", .number(entry.effectiveParameters)),
            .init("loss_nats_per_token", .number(entry.loss)),
            .init("fresh_loss_nats_per_token", .number(entry.freshLoss)),
            .init("epochs_until_half_worth", .number(entry.epochsUntilHalf)),
            .init("epochs_until_tenth_worth", .number(entry.epochsUntilTenth)),
            .init("beyond_trusted_epochs", .bool(entry.isFar)),
          ])
        )
      )
    }
    if let entry = estimate.hyperparameters {
      members.append(
        .init(
          "hyperparameters",
          .object([
            .init("steplaw2025_learning_rate", .number(entry.stepLawLearningRate)),
            .init("steplaw2025_batch_tokens", .number(entry.stepLawBatch)),
            .init("deepseek2024_learning_rate", .number(entry.deepSeekLearningRate)),
            .init("deepseek2024_batch_tokens", .number(entry.deepSeekBatch)),
          ])
        )
      )
    }
    if let entry = estimate.language, let asked = plan.language {
      members.append(
        .init(
          "language",
          .object([
            .init("tag", .string(asked.measure.tag)),
            .init("byte_premium", .number(asked.measure.bytePremium)),
            .init("byte_premium_source", .string(asked.measure.source)),
            .init("english_bytes_per_token", .number(asked.englishBytesPerToken)),
            .init("english_bytes", .number(entry.englishBytes)),
            .init("bytes", .number(entry.bytes)),
            .init("characters", .optional(entry.characters)),
            .init("tokens", .optional(entry.tokens)),
            .init("premium", .optional(entry.premium)),
            .init("words", .optional(entry.words)),
            .init("bytes_per_token", .optional(asked.bytesPerToken)),
            .init("tokens_per_word", .optional(asked.fertility)),
            .init("tokenizer_premium", .optional(asked.tokenPremium)),
            .init("tokenizer_measured_on", asked.tokenSource.map { .string($0) } ?? .null),
          ])
        )
      )
    }
    if let entry = estimate.vocabulary {
      members.append(
        .init(
          "vocabulary",
          .object([
            .init("source", .string("Tao et al. 2024 arXiv:2407.13623")),
            .init("width", .number(entry.width)),
            .init("by_isoflops", .number(entry.byIsoFLOPs)),
            .init("by_derivative", .number(entry.byDerivative)),
            .init("by_parametric_fit", .number(entry.byParametricFit)),
          ])
        )
      )
    }
    return members
  }
}
