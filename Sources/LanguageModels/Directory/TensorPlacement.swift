import Accounting

/// Where the rows of one of the model's tensors lie in a folder of some format.
struct TensorPlacement: Sendable {
  /// The name in the folder.
  let name: String
  /// The model's own tensor.
  let tensor: ParameterTensor
  /// The rows of it that this name stands for.
  let rows: Range<Int>
  /// Whether the folder stores (inputs, outputs).
  let isTransposed: Bool

  /// The dimensions in the folder.
  var shape: [Int] {
    guard tensor.shape.count == 2 else { return [rows.count] }
    return isTransposed ? [tensor.shape[1], rows.count] : [rows.count, tensor.shape[1]]
  }
  /// Where the rows lie in the flat array.
  var range: Range<Int> {
    let columns = tensor.shape.dropFirst().reduce(1, *)
    let start = tensor.offset + rows.lowerBound * columns
    return start..<start + rows.count * columns
  }
}

extension ModelFormat {
  /// All tensors of a folder of this format.
  ///
  /// - Precondition: The format can express the shape.
  func placements(of layout: ParameterLayout) -> [TensorPlacement] {
    switch self {
    case .gpt2: gpt2Placements(layout)
    case .llama: llamaPlacements(layout)
    case .isoflop: layout.tensors.map { whole($0.name, $0) }
    }
  }

  private func whole(
    _ name: String,
    _ tensor: ParameterTensor,
    isTransposed: Bool = false
  ) -> TensorPlacement {
    TensorPlacement(
      name: name,
      tensor: tensor,
      rows: 0..<tensor.shape[0],
      isTransposed: isTransposed
    )
  }

  private func gpt2Placements(_ layout: ParameterLayout) -> [TensorPlacement] {
    var placements = [whole("transformer.wte.weight", layout.tokenEmbedding)]
    if let positions = layout.positionEmbedding {
      placements.append(whole("transformer.wpe.weight", positions))
    }
    func add(_ name: String, _ normalization: NormalizationLayout) {
      placements.append(whole(name + ".weight", normalization.weight))
      if let bias = normalization.bias { placements.append(whole(name + ".bias", bias)) }
    }
    func add(_ name: String, _ linear: LinearLayout) {
      placements.append(whole(name + ".weight", linear.weight, isTransposed: true))
      if let bias = linear.bias { placements.append(whole(name + ".bias", bias)) }
    }
    for (index, block) in layout.blocks.enumerated() {
      let prefix = "transformer.h.\(index)."
      add(prefix + "ln_1", block.attentionNormalization)
      add(prefix + "attn.c_attn", block.queryKeyValue)
      add(prefix + "attn.c_proj", block.attentionOutput)
      add(prefix + "ln_2", block.feedForwardNormalization)
      add(prefix + "mlp.c_fc", block.feedForwardIn)
      add(prefix + "mlp.c_proj", block.feedForwardOut)
    }
    if let normalization = layout.finalNormalization { add("transformer.ln_f", normalization) }
    if let head = layout.head { placements.append(whole("lm_head.weight", head)) }
    return placements
  }

  private func llamaPlacements(_ layout: ParameterLayout) -> [TensorPlacement] {
    let shape = layout.shape
    let queries = shape.headCount * shape.headWidth
    let keys = shape.keyValueHeadCount * shape.headWidth
    let hidden = shape.feedForwardWidth
    var placements = [whole("model.embed_tokens.weight", layout.tokenEmbedding)]
    func add(_ prefix: String, _ parts: [(String, Int)], _ linear: LinearLayout) {
      var start = 0
      for (name, count) in parts {
        for (tensor, kind) in [(linear.weight, ".weight"), (linear.bias, ".bias")] {
          guard let tensor else { continue }
          placements.append(
            TensorPlacement(
              name: prefix + name + kind,
              tensor: tensor,
              rows: start..<start + count,
              isTransposed: false
            )
          )
        }
        start += count
      }
    }
    for (index, block) in layout.blocks.enumerated() {
      let prefix = "model.layers.\(index)."
      placements.append(
        whole(prefix + "input_layernorm.weight", block.attentionNormalization.weight)
      )
      add(
        prefix + "self_attn.",
        [("q_proj", queries), ("k_proj", keys), ("v_proj", keys)],
        block.queryKeyValue
      )
      add(prefix + "self_attn.", [("o_proj", shape.width)], block.attentionOutput)
      placements.append(
        whole(prefix + "post_attention_layernorm.weight", block.feedForwardNormalization.weight)
      )
      add(prefix + "mlp.", [("gate_proj", hidden), ("up_proj", hidden)], block.feedForwardIn)
      add(prefix + "mlp.", [("down_proj", shape.width)], block.feedForwardOut)
    }
    if let normalization = layout.finalNormalization {
      placements.append(whole("model.norm.weight", normalization.weight))
    }
    if let head = layout.head { placements.append(whole("lm_head.weight", head)) }
    return placements
  }
}
