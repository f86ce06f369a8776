import RealModule

/// A question about a training budget: one or two of its quantities.
public struct BudgetQuestion: Sendable, Hashable {
  /// N, all parameters.
  public var parameters: Double?
  /// D.
  public var tokens: Double?
  /// C = 6 N D.
  public var flops: Double?
  /// L in nats per token.
  public var loss: Double?
  /// N without vocabulary and positions, where a blueprint says it.
  public var nonEmbeddingParameters: Double?
  /// V, where it is known: no loss above ln V is believable.
  public var vocabularySize: Double?
  /// D / N where only one of them is asked for.
  public var tokensPerParameter: Double

  /// Asks a question.
  ///
  /// - Throws: ``ScalingLawsError`` unless one or two of the first four are given, all of them
  ///   positive.
  public init(
    parameters: Double? = nil,
    tokens: Double? = nil,
    flops: Double? = nil,
    loss: Double? = nil,
    nonEmbeddingParameters: Double? = nil,
    vocabularySize: Double? = nil,
    tokensPerParameter: Double = 20
  ) throws(ScalingLawsError) {
    let given = [
      ("The number of parameters", parameters), ("The number of tokens", tokens),
      ("The number of FLOPs", flops), ("The loss", loss),
      ("The number of non-embedding parameters", nonEmbeddingParameters),
      ("The vocabulary size", vocabularySize),
      ("The number of tokens per parameter", tokensPerParameter),
    ]
    for (name, value) in given { if let value { try requirePositive(value, name) } }
    let count = given.prefix(4).count { $0.1 != nil }
    guard (1...2).contains(count) else {
      throw .badOption(
        name: "A budget",
        reason: "follows from one or two of parameters, tokens, FLOPs and loss; \(count) are given"
      )
    }
    self.parameters = parameters
    self.tokens = tokens
    self.flops = flops
    self.loss = loss
    self.nonEmbeddingParameters = nonEmbeddingParameters
    self.vocabularySize = vocabularySize
    self.tokensPerParameter = tokensPerParameter
  }

  /// Whether one quantity is given, so that a rule or a law must choose another.
  public var isOpen: Bool {
    [parameters, tokens, flops, loss].count { $0 != nil } == 1
  }
}

/// What one law says to a question.
public struct LawAnswer: Sendable, Hashable {
  /// The law.
  public let law: ComparedLaw
  /// The allocation asked for, or that of the 20-tokens rule, with the law's loss; nil where the
  /// law cannot reach the loss asked for.
  public let asked: Allocation?
  /// The predictive interval of a law of the user's.
  public let interval: Interval?
  /// The compute-optimal allocation that answers the question; nil where the law has none.
  public let optimal: Allocation?
  /// Whether the allocation lies within the law's fit range; nil where that is not known.
  public let isInRange: Bool?
  /// What a reader must know.
  public let warnings: [String]
}

/// A budget by the 20-tokens rule and by several laws, side by side.
public struct BudgetAnswer: Sendable, Hashable {
  /// The question.
  public let question: BudgetQuestion
  /// The budget: as asked, completed by the rule, or by the first law that reaches the loss.
  public let budget: Allocation
  /// The law that completed the budget, where a loss was asked for.
  public let completedBy: String?
  /// What each law says, in the order given.
  public let laws: [LawAnswer]

  /// Answers a question.
  ///
  /// - Throws: ``ScalingLawsError`` where no law reaches a loss asked for.
  public init(_ question: BudgetQuestion, laws: [ComparedLaw]) throws {
    let rules = try PublishedRules()
    let answers = laws.map { LawAnswer(question, law: $0, rules: rules) }
    self.question = question
    self.laws = answers
    if question.loss == nil {
      budget = question.completed
      completedBy = nil
      return
    }
    let order = answers.filter { $0.law.name == "besiroglu2024" } + answers
    guard let first = order.first(where: { $0.asked != nil }), let asked = first.asked else {
      throw ScalingLawsError.unanswerable(
        law: laws.map(\.name).joined(separator: ", "),
        reason: answers.flatMap(\.warnings).first ?? "no law is given"
      )
    }
    budget = asked
    completedBy = first.law.name
  }
}

extension BudgetQuestion {
  /// The budget where no loss is asked for: the rule gives what is missing.
  fileprivate var completed: Allocation {
    let ratio = tokensPerParameter
    switch (parameters, tokens, flops) {
    case (let n?, let d?, _): return Allocation(parameters: n, tokens: d)
    case (let n?, nil, let c?): return Allocation(parameters: n, tokens: c / 6 / n, flops: c)
    case (nil, let d?, let c?): return Allocation(parameters: c / 6 / d, tokens: d, flops: c)
    case (let n?, nil, nil): return Allocation(parameters: n, tokens: ratio * n)
    case (nil, let d?, nil): return Allocation(parameters: d / ratio, tokens: d)
    case (nil, nil, let c?):
      let n = (c / 6 / ratio).squareRoot()
      return Allocation(parameters: n, tokens: ratio * n, flops: c)
    case (nil, nil, nil): return Allocation(parameters: 1, tokens: 1)
    }
  }
}

extension LawAnswer {
  init(_ question: BudgetQuestion, law: ComparedLaw, rules: PublishedRules) {
    self.law = law
    var warnings: [String] = []
    var asked: Allocation?
    var optimal: Allocation?
    do {
      asked = try LawAnswer.asked(question, law)
    } catch {
      warnings.append(error.description)
    }
    do {
      optimal = try LawAnswer.optimal(question, law, rules)
    } catch {
      if warnings.isEmpty { warnings.append(error.description) }
    }
    if law.parameterConvention == "non_embedding", question.nonEmbeddingParameters == nil {
      warnings.append("N is taken as non-embedding parameters, as this law counts them")
    }
    if case .kaplan = law.kind {
      warnings.append(
        "its allocation is superseded: warm-up and head were miscounted (Porian 2024)"
      )
    }
    if let asked {
      let parameters = LawAnswer.counted(asked.parameters, question, law)
      let outside = law.range.outside(
        parameters: parameters,
        tokens: asked.tokens,
        flops: asked.flops
      )
      isInRange = law.range.isKnown ? outside.isEmpty : nil
      warnings += LawRange.summary(outside)
      if !law.range.isKnown { warnings.append("the range this law was fitted on is not known") }
      if let loss = asked.loss, let size = question.vocabularySize, loss > .log(size) {
        warnings.append("the loss exceeds ln V: guessing does better, the law does not reach here")
      }
    } else {
      isInRange = nil
    }
    if let asked,
      let prediction = try? law.fitted?.predict(
        parameters: asked.parameters,
        tokens: asked.tokens
      ), prediction.uncalibrated != nil
    {
      interval = Interval(low: prediction.low, high: prediction.high)
    } else {
      interval = nil
    }
    self.asked = asked
    self.optimal = optimal
    self.warnings = warnings
  }

  /// N by the law's convention, as far as the question tells.
  private static func counted(
    _ parameters: Double,
    _ question: BudgetQuestion,
    _ law: ComparedLaw
  ) -> Double {
    law.parameterConvention == "non_embedding"
      ? question.nonEmbeddingParameters ?? parameters : parameters
  }

  private static func asked(
    _ question: BudgetQuestion,
    _ law: ComparedLaw
  ) throws(ScalingLawsError) -> Allocation {
    guard let loss = question.loss else {
      var allocation = question.completed
      allocation.loss = law.loss(
        parameters: counted(allocation.parameters, question, law),
        tokens: allocation.tokens
      )
      return allocation
    }
    var allocation: Allocation
    if let n = question.parameters {
      let counted = counted(n, question, law)
      allocation = Allocation(
        parameters: n,
        tokens: try law.tokens(reaching: loss, parameters: counted)
      )
    } else if let d = question.tokens {
      allocation = Allocation(
        parameters: try law.parameters(reaching: loss, tokens: d),
        tokens: d
      )
    } else if let c = question.flops {
      let n = try law.parameters(reaching: loss, flops: c)
      allocation = Allocation(parameters: n, tokens: c / 6 / n, flops: c)
    } else {
      let n = try law.parameters(
        reaching: loss,
        tokensPerParameter: question.tokensPerParameter
      )
      allocation = Allocation(parameters: n, tokens: question.tokensPerParameter * n)
    }
    allocation.loss = loss
    return allocation
  }

  private static func optimal(
    _ question: BudgetQuestion,
    _ law: ComparedLaw,
    _ rules: PublishedRules
  ) throws(ScalingLawsError) -> Allocation? {
    let budget = question.completed
    switch law.kind {
    case .parametric(let law):
      if let loss = question.loss { return try law.optimum(loss: loss) }
      if !question.isOpen { return law.optimum(flops: budget.flops) }
      if let n = question.parameters { return law.optimum(parameters: n) }
      if let d = question.tokens { return law.optimum(tokens: d) }
      return law.optimum(flops: budget.flops)
    case .kaplan(let kaplan):
      if question.loss != nil { return nil }
      var allocation: Allocation
      if question.isOpen, let n = question.parameters {
        allocation = try rules.kaplanAllocation(parameters: n)
      } else if question.isOpen, let d = question.tokens {
        allocation = try rules.kaplanAllocation(tokens: d)
      } else {
        allocation = try rules.kaplanAllocation(flops: budget.flops)
      }
      allocation.loss = kaplan.loss(parameters: allocation.parameters, tokens: allocation.tokens)
      return allocation
    }
  }
}
