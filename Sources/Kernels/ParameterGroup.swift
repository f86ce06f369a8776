/// A range of parameters that an optimizer treats alike.
public struct ParameterGroup: Sendable, Hashable {
  /// Where the parameters lie.
  public var range: Range<Int>
  /// What the weight decay is multiplied by: 0 for parameters that do not decay.
  ///
  /// The decay is that of the plain learning rate: ``learningRateScale`` does not change it.
  public var decay: Double
  /// What the learning rate is multiplied by.
  public var learningRateScale: Double

  /// Describes a range.
  public init(_ range: Range<Int>, decay: Double, learningRateScale: Double = 1) {
    self.range = range
    self.decay = decay
    self.learningRateScale = learningRateScale
  }
}

extension ThreadTeam {
  /// Runs a body on each thread's share of each group.
  func run(over groups: [ParameterGroup], _ body: @Sendable (Range<Int>, ParameterGroup) -> Void) {
    run { thread in
      for group in groups {
        let share = share(of: group.range.count, thread: thread, grain: 16)
        let start = group.range.lowerBound
        body(start + share.lowerBound..<start + share.upperBound, group)
      }
    }
  }
}
