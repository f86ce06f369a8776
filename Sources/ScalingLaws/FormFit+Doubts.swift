extension FormFit {
  /// Why constants that were found mean nothing.
  func doubts(of form: LawForm, names: [String], _ found: [Double]) -> [FitWarning] {
    let sizes = Set(observations.map(\.parameters)).count
    let amounts = Set(observations.map(\.tokens)).count
    var doubts: [FitWarning] = []
    if sizes < 3, form != .powerOfTokens, form != .powerOfComputeWithFloor {
      doubts.append(.tooFewSizes(count: sizes))
    }
    if amounts < 3, form != .powerOfParameters, form != .powerOfComputeWithFloor {
      doubts.append(.tooFewDataAmounts(count: amounts))
    }
    let lowest = observations.map(\.loss).min() ?? 0
    for (name, value) in zip(names, found) {
      if name == "E", value >= lowest {
        doubts.append(.floorAboveLowestLoss(floor: value, lowest: lowest))
      }
      if name == "alpha" || name == "beta", !(0.05...1.2).contains(value) {
        doubts.append(.exponentOutOfRange(name: name, value: value))
      }
    }
    return doubts
  }
}
