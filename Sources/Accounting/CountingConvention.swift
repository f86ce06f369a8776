/// Describes which parameters N counts.
public enum ParameterConvention: String, Sendable, Hashable, CaseIterable, Codable {
  /// Every parameter (Hoffmann et al. 2022).
  case total
  /// Neither vocabulary nor positions (Kaplan et al. 2020).
  case nonEmbedding = "non_embedding"
  /// The weights of matrix products, the head included, norms and biases left out (PaLM's MFU).
  case matrices = "matrices_with_head"
}

/// Describes which operations of a training step are counted.
public enum FLOPConvention: String, Sendable, Hashable, CaseIterable, Codable {
  /// 6 · N · D with all parameters: the rule of thumb of Hoffmann et al. 2022.
  case sixNDAll = "6nd-all"
  /// 6 · N · D with non-embedding parameters: Kaplan et al. 2020, section 2.1.
  case sixNDNonEmbedding = "6nd-nonembed"
  /// Every matrix product and attention's quadratic term, lookups, norms and softmax free.
  case matmulAndAttention = "matmul+attention"
  /// Appendix F of Hoffmann et al. 2022 as written: embedding as a product, softmax charged.
  case chinchillaF = "chinchilla-f"

  /// One line for a table's header or a JSON note.
  public var explanation: String {
    switch self {
    case .sixNDAll: "6 N D, N all parameters"
    case .sixNDNonEmbedding: "6 N D, N without vocabulary and positions"
    case .matmulAndAttention:
      "3 x forward: matrix products, head and attention, causal half counted"
    case .chinchillaF: "3 x forward by Hoffmann et al. 2022, appendix F"
    }
  }
}
