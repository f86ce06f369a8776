#if MPI
  import CMPI

  /// The calls to MPI, with lengths and failures checked.
  ///
  /// The unsafe code of the module is here.
  enum Transport {
    nonisolated(unsafe) private static var isStarted = false

    /// The most numbers of a slice that are in flight at a time; a working set for a cache, and far
    /// below what MPI can count.
    private static let sliceLimit = 1 << 18

    static func start() throws(RanksError) -> Communicator {
      try check(cmpi_start(), "start")
      unsafe isStarted = true
      var (rank, count, local): (CInt, CInt, CInt) = (0, 1, 1)
      try check(unsafe cmpi_places(&rank, &count, &local), "count the processes")
      return Communicator(rank: Int(rank), count: Int(count), localCount: Int(local))
    }

    static func finish() {
      guard unsafe isStarted else { return }
      unsafe isStarted = false
      _ = cmpi_finish()
    }

    static func abort(_ status: Int32) { cmpi_abort(status) }

    static func barrier() throws(RanksError) { try check(cmpi_barrier(), "wait for all ranks") }

    static func gather(_ word: UInt64, ranks: Int) throws(RanksError) -> [UInt64] {
      var all = [UInt64](repeating: 0, count: ranks)
      var own = word
      let code = unsafe all.withUnsafeMutableBytes { buffer in
        unsafe cmpi_gather(&own, buffer.baseAddress, 8)
      }
      try check(code, "gather")
      return all
    }

    static func broadcast(_ values: inout MutableSpan<Float>) throws(RanksError) {
      let code = unsafe values.withUnsafeMutableBytes { buffer in
        unsafe cmpi_broadcast(buffer.baseAddress, buffer.count)
      }
      try check(code, "broadcast")
    }

    static func broadcast(_ bytes: [UInt8], isSource: Bool) throws(RanksError) -> [UInt8] {
      var count = UInt64(bytes.count)
      try check(unsafe cmpi_broadcast(&count, 8), "broadcast")
      var result = isSource ? bytes : [UInt8](repeating: 0, count: Int(count))
      let code = unsafe result.withUnsafeMutableBytes { buffer in
        unsafe cmpi_broadcast(buffer.baseAddress, buffer.count)
      }
      try check(code, "broadcast")
      return result
    }

    /// Block after block, each cut into a slice a rank: the slices are exchanged, summed by a tree
    /// in the order of the ranks, and collected.
    static func sum(
      _ values: inout MutableSpan<Float>,
      rank: Int,
      ranks: Int
    ) throws(RanksError) {
      let total = values.count
      let slice = max(1, min(sliceLimit, (total + ranks - 1) / ranks))
      var received = [Float](repeating: 0, count: slice * ranks)
      for start in stride(from: 0, to: total, by: slice * ranks) {
        let length = min(slice * ranks, total - start)
        let starts = (0..<ranks).map { CInt(min($0 * slice, length)) }
        let counts = (0..<ranks).map { CInt(min(($0 + 1) * slice, length)) - starts[$0] }
        let code = unsafe values.withUnsafeMutableBufferPointer { buffer -> CInt in
          guard let base = buffer.baseAddress else { return 0 }
          let block = unsafe base + start
          return unsafe received.withUnsafeMutableBufferPointer { parts -> CInt in
            guard let first = parts.baseAddress else { return 0 }
            let code = unsafe cmpi_exchange(block, first, counts, starts)
            guard code == 0 else { return code }
            let own = Int(counts[rank])
            unsafe addByTree(first, parts: ranks, length: own)
            unsafe (block + Int(starts[rank])).update(from: first, count: own)
            return unsafe cmpi_collect(block, counts, starts)
          }
        }
        try check(code, "add up the gradients")
      }
    }

    /// Adds up parts of one length that lie one after the other, into the first: neighbors, then
    /// neighboring sums.
    @unsafe
    private static func addByTree(_ base: UnsafeMutablePointer<Float>, parts: Int, length: Int) {
      var step = 1
      while step < parts {
        for index in stride(from: 0, to: parts - step, by: 2 * step) {
          let sum = unsafe base + index * length
          let other = unsafe base + (index + step) * length
          for place in 0..<length { unsafe sum[place] += other[place] }
        }
        step *= 2
      }
    }

    private static func check(_ code: CInt, _ operation: String) throws(RanksError) {
      guard code != 0 else { return }
      var text = [UInt8](repeating: 0, count: 256)
      unsafe cmpi_error_text(code, &text, CInt(text.count))
      let reason = String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
      throw .failed(operation: operation, reason: reason)
    }
  }
#else
  /// What stands in for MPI: there is one process, so that nothing here is ever called.
  enum Transport {
    static func finish() {}
    static func abort(_ status: Int32) {}
    static func barrier() throws(RanksError) {}
    static func broadcast(_ values: inout MutableSpan<Float>) throws(RanksError) {}
    static func sum(
      _ values: inout MutableSpan<Float>,
      rank: Int,
      ranks: Int
    ) throws(RanksError) {}

    static func gather(_ word: UInt64, ranks: Int) throws(RanksError) -> [UInt64] {
      [UInt64](repeating: word, count: ranks)
    }

    static func broadcast(_ bytes: [UInt8], isSource: Bool) throws(RanksError) -> [UInt8] { bytes }
  }
#endif
