import Kernels
import Testing

@testable import Kernels

@Suite struct OptimizerTests {
  /// An optimizer and the parameters that it makes of the same six after four steps.
  struct Recorded: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let optimizer: Optimizer
    let learningRate: Double
    let parameters: [Double]
  }

  /// What PyTorch makes of the parameters and gradients below.
  ///
  /// Recorded with PyTorch 2.13.0 in double precision from `torch.optim.SGD` and `AdamW`; Lion's are those of algorithm 2 of Chen et al.
  /// 2023, written out in Python.
  static let recorded = [
    Recorded(
      testDescription: "SGD without momentum",
      optimizer: .sgd(SGD(momentum: 0)),
      learningRate: 0.1,
      parameters: [0.455, -1.25, 1.99, -0.755, 0.02, 1.525]
    ),
    Recorded(
      testDescription: "SGD with momentum and decay",
      optimizer: .sgd(SGD(momentum: 0.9, weightDecay: 0.01)),
      learningRate: 0.1,
      parameters: [
        0.3766651506805, -1.26734455514625, 1.953501874612, -0.71951258747575, 0.11186976495,
        1.4556518374765,
      ]
    ),
    Recorded(
      testDescription: "SGD with Nesterov's momentum and decay",
      optimizer: .sgd(SGD(momentum: 0.8, nesterov: true, weightDecay: 0.02)),
      learningRate: 0.1,
      parameters: [
        0.3613216492722047, -1.244901478177568, 1.929885004202931, -0.7250595773931712,
        0.09290515260096002, 1.4791276682458625,
      ]
    ),
    Recorded(
      testDescription: "AdamW",
      optimizer: .adamW(AdamW(beta2: 0.95, weightDecay: 0.1)),
      learningRate: 0.1,
      parameters: [
        0.22554436911248354, -1.1772624058525425, 1.7383308241673172, -0.6570404682729329,
        0.17451301237411526, 1.2790347038394703,
      ]
    ),
    Recorded(
      testDescription: "Lion",
      optimizer: .lion(Lion(weightDecay: 0.5)),
      learningRate: 0.01,
      parameters: [
        0.4701742515625, -1.2251863770312497, 1.9404980024999998, -0.74516187546875,
        -9.950124999999997e-05, 1.4704232521874998,
      ]
    ),
  ]

  let start: [Float] = [0.5, -1.25, 2, -0.75, 0, 1.5]
  let gradients: [[Float]] = [
    [0.3, -0.2, 0.1, 0, -0.5, 0.25], [-0.1, 0.4, 0.15, -0.3, 0.2, 0.05],
    [0.2, 0.1, -0.35, 0.25, -0.05, -0.15], [0.05, -0.3, 0.2, 0.1, 0.15, -0.4],
  ]

  @Test(arguments: recorded, KernelLevel.available)
  func stepsAreThoseOfPyTorch(_ recorded: Recorded, level: KernelLevel) throws {
    let team = try ThreadTeam(count: 1)
    let parameters = try FloatBuffer(count: 6)
    let slopes = try FloatBuffer(count: 6)
    let moments = try recorded.optimizer.makeMoments(count: 6)
    parameters.replace(at: 0, with: start)
    for (index, gradient) in gradients.enumerated() {
      slopes.replace(at: 0, with: gradient)
      recorded.optimizer.step(
        parameters: parameters,
        gradients: slopes,
        moments: moments,
        groups: [ParameterGroup(0..<6, decay: 1)],
        step: index + 1,
        learningRate: recorded.learningRate,
        gradientScale: 1,
        team: team,
        kernels: Kernels(level: level)
      )
    }
    for (value, expected) in zip(parameters[0..<6], recorded.parameters) {
      #expect(abs(Double(value) - expected) < 1e-6, "\(value) for \(expected)")
    }
  }

  /// Four steps on 200 parameters: two groups that decay, one with a rate of its own, one not named.
  func train(_ optimizer: Optimizer, threads: Int) throws -> [Float] {
    let count = 200
    let parameters = try FloatBuffer(count: count)
    let gradients = try FloatBuffer(count: count)
    let moments = try optimizer.makeMoments(count: count)
    let sample = try Sample(rows: 5, columns: count, seed: 1)
    parameters.replace(at: 0, with: sample.view.row(0).numbers)
    let team = try ThreadTeam(count: threads)
    for step in 1...4 {
      gradients.replace(at: 0, with: sample.view.row(step).numbers)
      optimizer.step(
        parameters: parameters,
        gradients: gradients,
        moments: moments,
        groups: Self.groups,
        step: step,
        learningRate: 0.01,
        gradientScale: 0.5,
        team: team,
        kernels: try Kernels()
      )
    }
    return parameters[0..<count]
  }

  static let groups = [
    ParameterGroup(0..<50, decay: 1), ParameterGroup(64..<130, decay: 0, learningRateScale: 0.25),
    ParameterGroup(144..<200, decay: 1),
  ]

  static let optimizers: [Optimizer] = [
    .adamW(AdamW(weightDecay: 0.3)), .sgd(SGD(momentum: 0.9, weightDecay: 0.3)),
    .sgd(SGD(momentum: 0.5, nesterov: true)), .lion(Lion(weightDecay: 0.3)),
  ]

  @Test(arguments: optimizers)
  func stepsFollowTheirFormulas(optimizer: Optimizer) throws {
    let result = try train(optimizer, threads: 2).map(Double.init)
    let sample = try Sample(rows: 5, columns: 200, seed: 1).reference
    var expected = sample[0]
    for index in expected.indices {
      guard let group = Self.groups.first(where: { $0.range.contains(index) }) else { continue }
      var first = 0.0
      var second = 0.0
      for step in 1...4 {
        let gradient = 0.5 * sample[step, index]
        let rate = 0.01 * group.learningRateScale
        switch optimizer {
        case .adamW(var optimizer):
          optimizer.clip = nil
          ReferenceKernels.adamW(
            optimizer,
            parameter: &expected[index],
            gradient: gradient,
            first: &first,
            second: &second,
            step: step,
            learningRate: rate,
            decays: group.decay > 0,
            norm: 0
          )
        case .sgd(let optimizer):
          ReferenceKernels.sgd(
            optimizer,
            parameter: &expected[index],
            gradient: gradient,
            moment: &first,
            learningRate: rate,
            decays: group.decay > 0
          )
        case .lion(let optimizer):
          ReferenceKernels.lion(
            optimizer,
            parameter: &expected[index],
            gradient: gradient,
            moment: &first,
            learningRate: rate,
            decays: group.decay > 0
          )
        }
      }
    }
    #expect(relativeDifference(result, expected) < 1e-6)
    #expect(result[60] == sample[0][60], "what no group names must stay")
  }

  @Test(arguments: optimizers)
  func theThreadCountChangesNoBit(optimizer: Optimizer) throws {
    let one = try train(optimizer, threads: 1)
    #expect(try train(optimizer, threads: 3) == one)
  }
}
