import Accounting
import RealModule

extension BlueprintReport {
  /// One object with every count.
  public var json: JSONValue {
    .object([
      .init("name", .string(blueprint.name)),
      .init("shape", shape),
      .init("parameters", parameters(count)),
      .init("active_parameters", parameters(active)),
      .init("context", .integer(contextLength)),
      .init(
        "flops_per_token",
        .object(training.map { .init($0.convention.rawValue, .number($0.flops)) })
      ),
      .init(
        "forward_flops_per_token",
        .object(forward.parts.map { .init($0.key, .number($0.flops)) })
      ),
      .init(
        "training_memory_bytes",
        .object([
          .init("precision", .string("fp32")),
          .init("optimizer", .string("adam")),
          .init("sequences", .integer(1)),
          .init("states", .number(memory.states)),
          .init("activations", .number(memory.activations)),
          .init("logits", .number(memory.logits)),
          .init("total", .number(memory.total)),
        ])
      ),
      .init(
        "inference_memory_bytes",
        .object([
          .init("weights", .number(inference.weights)),
          .init("key_value_per_token", .number(inference.keyValueBytesPerToken)),
        ])
      ),
      .init(
        "initial_loss_nats_per_token",
        .number(naturalLogarithm(of: blueprint.shape.vocabularySize))
      ),
      .init("tensors", .array(tensors.map(tensor))),
    ])
  }

  private var shape: JSONValue {
    let shape = blueprint.shape
    return .object([
      .init("vocabulary_size", .integer(shape.vocabularySize)),
      .init("context_length", .integer(shape.contextLength)),
      .init("layers", .integer(shape.layerCount)),
      .init("width", .integer(shape.width)),
      .init("heads", .integer(shape.headCount)),
      .init("key_value_heads", .integer(shape.keyValueHeadCount)),
      .init("head_width", .integer(shape.headWidth)),
      .init("feed_forward_width", .integer(shape.feedForwardWidth)),
      .init("normalization", .string(shape.normalization.rawValue)),
      .init("normalization_placement", .string(shape.normalizationPlacement.rawValue)),
      .init("positions", .string(shape.positions.name)),
      .init("activation", .string(shape.activation.rawValue)),
      .init("attention_biases", .bool(shape.attentionBiases)),
      .init("feed_forward_biases", .bool(shape.feedForwardBiases)),
      .init("tied_head", .bool(shape.tiedHead)),
      .init("causal", .bool(shape.causal)),
      .init("dropout", shape.dropout.json),
    ])
  }

  private func parameters(_ count: ParameterCount) -> JSONValue {
    .object(
      [
        .init("total", .integer(count.total)),
        .init("non_embedding", .integer(count.nonEmbedding)),
        .init("matrices_with_head", .integer(count.matrices)),
      ] + count.parts.map { .init($0.key, .integer($0.count)) }
    )
  }

  private func tensor(_ tensor: TensorDescription) -> JSONValue {
    .object([
      .init("name", .string(tensor.name)),
      .init("shape", .array(tensor.shape.map { .integer($0) })),
      .init("copies", .integer(tensor.copies)),
      .init("values", .integer(tensor.count)),
    ])
  }
}

/// ln of a count: the loss of a model that knows nothing yet.
func naturalLogarithm(of count: Int) -> Double { .log(Double(count)) }
