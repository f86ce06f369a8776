import Accounting
import Kernels

/// Reads tokens into sequences: the forward pass with keys and values kept.
///
/// Threads share every product by panels of its columns, so that one row is enough for all of them,
/// and no number depends on how many there are.
final class ForwardPass: @unchecked Sendable {
  /// Tokens that one sequence reads in one pass.
  struct Segment: Sendable {
    /// The sequence.
    let sequence: Int
    /// The position of the first token.
    let start: Int
    /// The rows of the activations.
    let rows: Range<Int>
  }

  /// What looks on; called by one thread between two parts of the model.
  struct Observer {
    /// The residual stream at a place: (rows, d).
    var residual: (HookPoint, _ layer: Int, MatrixView) -> Void
    /// How much a row looks at each token so far.
    var attention: (_ layer: Int, _ head: Int, _ row: Int, VectorView) -> Void
  }

  let packed: PackedModel
  let cache: KeyValueCache
  /// The most rows of one pass.
  let rowLimit: Int
  private let team: ThreadTeam
  private let buffers: Buffers
  private var segments: [Segment] = []
  private var observer: Observer?

  private var shape: ModelShape { packed.shape }
  private var kernels: Kernels { packed.kernels }

  init(
    _ packed: PackedModel,
    sequences: Int,
    capacity: Int,
    rowLimit: Int,
    threads: Int
  ) throws(KernelsError) {
    self.packed = packed
    self.rowLimit = rowLimit
    cache = try KeyValueCache(
      packed.shape,
      sequences: sequences,
      capacity: capacity,
      packed.kernels
    )
    team = try ThreadTeam(count: threads)
    buffers = try Buffers(
      packed.shape,
      rows: rowLimit,
      capacity: capacity,
      threads: threads,
      precision: packed.precision
    )
  }

  /// A pass with other weights over the keys and values of a pass, by the same threads.
  ///
  /// What it reads takes the place of what the other has kept at the same positions, and the other
  /// way round.
  init(_ packed: PackedModel, beside other: ForwardPass, rowLimit: Int) throws(KernelsError) {
    precondition(packed.shape == other.shape, "two shapes of models")
    self.packed = packed
    self.rowLimit = rowLimit
    cache = other.cache
    team = other.team
    buffers = try Buffers(
      packed.shape,
      rows: rowLimit,
      capacity: cache.capacity,
      threads: team.count,
      precision: packed.precision
    )
  }

  /// Reads the tokens of some segments, whose rows follow each other from 0 on.
  ///
  /// - Returns: The logits after the last token of each segment: (segments, V), or those after
  ///   every token: (rows, V). They are valid until the next pass.
  /// - Precondition: The tokens lie in the vocabulary, the rows within the limit, the positions
  ///   within the capacity. An observer needs a team of one.
  func read(
    _ tokens: [Int32],
    _ segments: [Segment],
    allLogits: Bool = false,
    observer: Observer? = nil
  ) -> MatrixView {
    precondition(tokens.count <= rowLimit, "\(tokens.count) rows of \(rowLimit)")
    precondition(observer == nil || team.count == 1, "an observer of \(team.count) threads")
    self.segments = segments
    self.observer = observer
    let ids = TokenBuffer(count: tokens.count)
    ids.replace(with: tokens)
    let logitRows = allLogits ? Array(0..<tokens.count) : segments.map { $0.rows.upperBound - 1 }
    team.run { thread in self.run(ids, logitRows, thread) }
    self.observer = nil
    return buffers.matrix(\.logits, rows: logitRows.count, columns: shape.vocabularySize)
  }

  /// One thread's part of a pass.
  private func run(_ ids: TokenBuffer, _ logitRows: [Int], _ thread: Int) {
    let rows = unsafe ids.tokens.count
    var stream = buffers.matrix(\.stream, rows: rows, columns: shape.width)
    var other = buffers.matrix(\.other, rows: rows, columns: shape.width)
    if thread == 0 {
      for segment in segments {
        let end = segment.start + segment.rows.count
        unsafe kernels.embed(
          ids.tokens[segment.rows],
          packed.embedding,
          positions: packed.positions(segment.start..<end),
          into: stream.rows(segment.rows)
        )
      }
    }
    team.barrier()
    for (layer, block) in packed.blocks.enumerated() {
      observer?.residual(.residualPre, layer, stream)
      let heads = buffers.matrix(\.heads, rows: rows, columns: shape.headCount * shape.headWidth)
      part(&stream, &other, block.layout.attentionNormalization, thread) { input in
        let columns = block.queryKeyValue.outputs
        let queryKeyValue = buffers.matrix(\.wide, rows: rows, columns: columns)
        linear(input, block.queryKeyValue, into: queryKeyValue, thread)
        keep(queryKeyValue, layer, thread)
        attend(queryKeyValue, heads, layer, thread)
        return (heads, block.attentionOutput)
      }
      observer?.residual(.residualMid, layer, stream)
      part(&stream, &other, block.layout.feedForwardNormalization, thread) { input in
        let before = buffers.matrix(\.wide, rows: rows, columns: block.feedForwardIn.outputs)
        let hidden = buffers.matrix(\.hidden, rows: rows, columns: shape.feedForwardWidth)
        linear(input, block.feedForwardIn, into: before, thread)
        let share = team.share(of: rows, thread: thread)
        kernels.activate(shape.activation.kernel, before.rows(share), into: hidden.rows(share))
        team.barrier()
        return (hidden, block.feedForwardOut)
      }
      observer?.residual(.residualPost, layer, stream)
    }
    let last = buffers.matrix(\.last, rows: logitRows.count, columns: shape.width)
    if thread == 0 {
      for (row, source) in logitRows.enumerated() { copyRow(stream.row(source), last.row(row)) }
    }
    team.barrier()
    unembed(last, thread)
  }

  /// Adds one part's output to the stream, normalized before or after.
  private func part(
    _ stream: inout MatrixView,
    _ other: inout MatrixView,
    _ normalization: NormalizationLayout,
    _ thread: Int,
    _ body: (MatrixView) -> (result: MatrixView, projection: PackedLinear)
  ) {
    let isPre = shape.normalizationPlacement == .pre
    if isPre { normalize(stream, normalization, into: other, thread) }
    let (result, projection) = body(isPre ? other : stream)
    linear(result, projection, into: stream, adding: stream, thread)
    if !isPre {
      normalize(stream, normalization, into: other, thread)
      swap(&stream, &other)
    }
  }

  /// The logits of some rows of the residual stream, which are normalized in place.
  ///
  /// - Returns: (rows, V), valid until the next pass.
  func unembed(_ stream: [[Float]]) -> MatrixView {
    precondition(stream.count <= rowLimit, "\(stream.count) rows of \(rowLimit)")
    let last = buffers.matrix(\.last, rows: stream.count, columns: shape.width)
    for (row, values) in stream.enumerated() {
      let target = last.row(row)
      for (column, value) in values.enumerated() { target[column] = value }
    }
    team.run { thread in self.unembed(last, thread) }
    return buffers.matrix(\.logits, rows: stream.count, columns: shape.vocabularySize)
  }

  private func unembed(_ last: MatrixView, _ thread: Int) {
    var input = last
    if let normalization = packed.model.layout.finalNormalization {
      input = buffers.matrix(\.other, rows: last.rows, columns: shape.width)
      normalize(last, normalization, into: input, thread)
    }
    let logits = buffers.matrix(\.logits, rows: last.rows, columns: shape.vocabularySize)
    linear(input, packed.head, into: logits, thread)
  }

  private func normalize(
    _ input: MatrixView,
    _ layer: NormalizationLayout,
    into output: MatrixView,
    _ thread: Int
  ) {
    let share = team.share(of: input.rows, thread: thread)
    packed.normalize(
      input.rows(share),
      layer,
      into: output.rows(share),
      statistics: buffers.statistics(share)
    )
    team.barrier()
  }

  /// y = x Wᵀ + b; each thread computes some of the columns.
  private func linear(
    _ input: MatrixView,
    _ layer: PackedLinear,
    into output: MatrixView,
    adding addend: MatrixView? = nil,
    _ thread: Int
  ) {
    let columns = team.share(of: layer.outputs, thread: thread, grain: layer.panelWidth)
    if !columns.isEmpty {
      kernels.multiply(
        factor(input, thread),
        by: layer.factor(columns, kernels),
        into: output.columns(columns),
        adding: addend?.columns(columns),
        bias: layer.bias.map { packed.vector($0)[columns] }
      )
    }
    team.barrier()
  }

  /// The left factor of a product with weights: the numbers themselves, or words of a thread's own.
  private func factor(_ input: MatrixView, _ thread: Int) -> MatrixView {
    guard packed.precision == .bf16 else { return input }
    let words = buffers.words(thread, of: input)
    kernels.pair(input, inRows: words)
    return words
  }

  /// Rotates queries and keys, scales queries, and keeps keys and values.
  private func keep(_ queryKeyValue: MatrixView, _ layer: Int, _ thread: Int) {
    let width = shape.headWidth
    let (heads, shared) = (shape.headCount, shape.keyValueHeadCount)
    let scale = Float(1 / Double(width).squareRoot())
    for unit in team.share(of: segments.count * (heads + shared), thread: thread) {
      let segment = segments[unit / (heads + shared)]
      let head = unit % (heads + shared)
      let end = segment.start + segment.rows.count
      let rows = queryKeyValue.rows(segment.rows)
      let own = rows.columns(head * width..<(head + 1) * width)
      if let angles = packed.angles(segment.start..<end) {
        kernels.rotate(own, headWidth: width, cosines: angles.cosines, sines: angles.sines)
      }
      guard head >= heads else {
        for row in 0..<own.rows {
          let query = own.row(row)
          for column in 0..<width { query[column] *= scale }
        }
        continue
      }
      let value = rows.columns((head + shared) * width..<(head + shared + 1) * width)
      for row in 0..<own.rows {
        cache.keep(
          key: own.row(row),
          value: value.row(row),
          sequence: segment.sequence,
          layer: layer,
          head: head - heads,
          position: segment.start + row
        )
      }
    }
    team.barrier()
  }

  /// Σᵤ softmax(q · k[u])[u] v[u] for each row and head, over all tokens kept.
  private func attend(
    _ queryKeyValue: MatrixView,
    _ output: MatrixView,
    _ layer: Int,
    _ thread: Int
  ) {
    let (width, heads) = (shape.headWidth, shape.headCount)
    for unit in team.share(of: segments.count * heads, thread: thread) {
      let segment = segments[unit / heads]
      let head = unit % heads
      let columns = head * width..<(head + 1) * width
      let shared = head / (heads / shape.keyValueHeadCount)
      let all = segment.start + segment.rows.count
      for first in stride(from: 0, to: segment.rows.count, by: Buffers.queryBlock) {
        let count = min(Buffers.queryBlock, segment.rows.count - first)
        let rows = segment.rows.lowerBound + first..<segment.rows.lowerBound + first + count
        let seen = shape.causal ? segment.start + first + count : all
        let keys = cache.keys(sequence: segment.sequence, layer: layer, head: shared, count: seen)
        let values = cache.values(
          sequence: segment.sequence,
          layer: layer,
          head: shared,
          count: seen
        )
        let scores = buffers.scores(thread, rows: count, columns: seen)
        let queries = queryKeyValue.rows(rows).columns(columns)
        kernels.multiply(queries, by: keys, into: scores)
        for row in 0..<count {
          let length = shape.causal ? segment.start + first + row + 1 : all
          buffers.softmax(scores, row: row, length: length, kernels, thread)
          observer?.attention(layer, head, rows.lowerBound + row, scores.row(row)[0..<length])
        }
        kernels.multiply(scores, by: values, into: output.rows(rows).columns(columns))
      }
    }
    team.barrier()
  }
}
