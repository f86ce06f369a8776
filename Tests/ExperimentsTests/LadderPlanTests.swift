import Testing
import Training

@testable import Experiments

@Suite struct LadderPlanTests {
  @Test func sizesAndDataVaryIndependently() throws {
    let plan = try LadderPlan.demonstration(
      vocabularySize: 2048,
      tokens: 655_360,
      seed: 1,
      threads: 1
    )
    #expect(Set(plan.fitted.map(\.parameters)).count == 5)
    #expect(Set(plan.fitted.map(\.plan.tokenCount)).count == 3)
    #expect(plan.fitted.allSatisfy { $0.parameters < plan.target.parameters })
    #expect(Set(plan.rungs.map(\.name)).count == plan.rungs.count)
    for rung in plan.rungs { try rung.plan.validate() }
  }
}

@Suite struct EvenlySpacedTests {
  @Test func elementsAreTakenAtEvenDistances() {
    #expect(evenlySpaced(Array(0..<10), limit: 5) == [0, 2, 4, 6, 8])
    #expect(evenlySpaced(Array(0..<3), limit: 5) == [0, 1, 2])
  }
}
