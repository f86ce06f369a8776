public import KernelInterface

extension Kernels {
  /// The numbers of working memory that one head of attention needs.
  public func attentionScratchCount(time: Int, headWidth: Int) -> Int {
    set.attentionScratchCount(time: time, headWidth: headWidth)
  }

  /// output[t] = Σᵤ softmax(scale · query[t] · key[u]) value[u], over u ≤ t where causal.
  ///
  /// - Parameters:
  ///   - head: Query, key and value are read, output and log-sum-exp overwritten. Rows of value lie
  ///     at least ``rowPadding`` further apart than they are long.
  ///   - scratch: ``attentionScratchCount(time:headWidth:)`` numbers.
  /// - Complexity: 4 T² w operations, about half of it where causal; O(T) memory.
  /// - Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.2.1.
  public func attend(_ head: AttentionHead, scratch: VectorView) {
    check(head, scratch)
    set.attend(head, scratch: scratch)
  }

  /// The gradients of ``attend(_:scratch:)``, with the weights computed once more.
  ///
  /// - Parameters:
  ///   - head: All parts are read.
  ///   - gradients: Shapes as in `head`.
  ///   - scratch: ``attentionScratchCount(time:headWidth:)`` numbers.
  public func attendBackward(
    _ head: AttentionHead,
    _ gradients: AttentionGradients,
    scratch: VectorView
  ) {
    check(head, scratch)
    for matrix in [gradients.output, gradients.query, gradients.key, gradients.value] {
      sameShape(head.query, matrix)
    }
    set.attendBackward(head, gradients, scratch: scratch)
  }

  /// entropies[t] = −Σᵤ p ln p over the weights p of query t, in nats.
  ///
  /// - Parameters:
  ///   - head: As ``attend(_:scratch:)`` left it.
  ///   - entropies: (T), overwritten.
  ///   - scratch: ``attentionScratchCount(time:headWidth:)`` numbers.
  public func attentionEntropies(
    _ head: AttentionHead,
    into entropies: VectorView,
    scratch: VectorView
  ) {
    check(head, scratch)
    precondition(
      entropies.count == head.query.rows,
      "\(entropies.count) entropies of \(head.query.rows) queries"
    )
    set.attentionEntropies(head, into: entropies, scratch: scratch)
  }

  private func check(_ head: AttentionHead, _ scratch: VectorView) {
    sameShape(head.query, head.key)
    sameShape(head.query, head.value)
    sameShape(head.query, head.output)
    let needed = attentionScratchCount(time: head.query.rows, headWidth: head.query.columns)
    precondition(
      head.logSumExp.count == head.query.rows && scratch.count >= needed,
      "\(head.logSumExp.count) sums, \(scratch.count) of \(needed) numbers of working memory"
    )
  }
}
