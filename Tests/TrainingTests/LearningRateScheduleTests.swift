import Testing

@testable import Training

@Suite struct LearningRateScheduleTests {
  @Test func warmupRisesToThePeak() {
    let schedule = LearningRateSchedule(form: .cosine, peak: 2, warmupSteps: 4)
    #expect((0..<5).map { schedule.rate(step: $0, of: 100) } == [0.5, 1, 1.5, 2, 2])
  }

  @Test func cosineFallsToTheFinalShare() {
    let schedule = LearningRateSchedule(form: .cosine, peak: 1, finalShare: 0.1)
    #expect(abs(schedule.rate(step: 50, of: 100) - 0.55) < 1e-12)
    #expect(abs(schedule.rate(step: 100, of: 100) - 0.1) < 1e-12)
  }

  @Test func linearFallsEvenly() {
    let schedule = LearningRateSchedule(form: .linear, peak: 1, finalShare: 0)
    #expect(abs(schedule.rate(step: 25, of: 100) - 0.75) < 1e-12)
  }

  @Test func stableThenDecay() {
    let schedule = LearningRateSchedule(form: .wsd, peak: 1)
    #expect(schedule.rate(step: 80, of: 100) == 1)
    #expect(abs(schedule.rate(step: 90, of: 100) - 0.5) < 1e-12)
  }

  @Test(arguments: LearningRateSchedule.Form.allCases)
  func everyRateIsPositiveAndAtMostThePeak(form: LearningRateSchedule.Form) {
    let schedule = LearningRateSchedule(form: form, peak: 3, warmupSteps: 3, finalShare: 0)
    for steps in [1, 2, 3, 4, 50] {
      for step in 0..<steps {
        let rate = schedule.rate(step: step, of: steps)
        #expect(rate > 0 && rate <= 3, "step \(step) of \(steps)")
      }
    }
  }
}
