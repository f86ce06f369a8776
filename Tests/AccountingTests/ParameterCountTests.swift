import Accounting
import LanguageModels
import Tables
import Testing

@Suite struct ParameterCountTests {
  /// The counts of the public checkpoints.
  @Test(arguments: [
    ("gpt2", 124_439_808), ("gpt2-medium", 354_823_168), ("gpt2-large", 774_030_080),
    ("gpt2-xl", 1_557_611_200), ("llama2-7b", 6_738_415_616), ("llama2-13b", 13_015_864_320),
    ("llama2-70b", 68_976_648_192), ("llama3.1-8b", 8_030_261_248),
    ("llama3.1-70b", 70_553_706_496), ("llama3.1-405b", 405_853_388_800),
    ("operations", 102_016),
  ])
  func presetsHaveThePublishedCounts(name: String, count: Int) throws {
    #expect(try ParameterCount(Blueprint.preset(name)).total == count)
  }

  @Test(arguments: Blueprint.presetNames.filter { !$0.hasPrefix("llama") })
  func whatIsCountedIsWhatIsAllocated(name: String) throws {
    let shape = try Blueprint.preset(name).shape
    #expect(try ParameterCount(shape).total == ParameterLayout(shape).parameterCount)
  }

  /// Every combination of the choices that change a count.
  @Test(arguments: [true, false], [true, false])
  func everyDetailOfAShapeIsCountedAsAllocated(first: Bool, second: Bool) throws {
    for biases in [true, false] {
      for positions in [ModelShape.Positions.learned, .sinusoidal, .rotary(base: 1e4)] {
        for activation in [ModelShape.Activation.relu, .swiGLU] {
          var shape = ModelShape.gpt2(
            vocabularySize: 97,
            contextLength: 13,
            layerCount: 3,
            width: 24,
            headCount: 4
          )
          shape.keyValueHeadCount = 2
          shape.headWidth = 10
          shape.feedForwardWidth = 50
          shape.tiedHead = first
          shape.finalNormalization = second
          shape.normalization = biases == first ? .layerNorm : .rmsNorm
          shape.attentionBiases = biases
          shape.feedForwardBiases = biases != second
          shape.positions = positions
          shape.activation = activation
          let count = try ParameterCount(shape)
          #expect(try count.total == ParameterLayout(shape).parameterCount)
          #expect(count.parts.reduce(0) { $0 + $1.count } == count.total)
        }
      }
    }
  }

  /// Pythia publishes its counts with and without both vocabulary matrices.
  @Test(arguments: [
    ("Pythia 70M", 6, 512, 8), ("Pythia 160M", 12, 768, 12), ("Pythia 410M", 24, 1024, 16),
    ("Pythia 1B", 16, 2048, 8), ("Pythia 1.4B", 24, 2048, 16),
  ])
  func nonEmbeddingIsWhatPythiaPrints(name: String, layers: Int, width: Int, heads: Int) throws {
    var shape = ModelShape.gpt2(
      vocabularySize: 50304,
      contextLength: 2048,
      layerCount: layers,
      width: width,
      headCount: heads
    )
    shape.positions = .rotary(base: 1e4)
    shape.tiedHead = false
    let count = try ParameterCount(shape)
    let table = try PublishedTable.trainingRuns.table()
    let row = try #require(
      (0..<table.rowCount).first { try table.text(row: $0, column: 0) == name }
    )
    let total = try table.number(row: row, column: table.column("params"))
    let rest = try table.number(row: row, column: table.column("params_no_embed"))
    #expect(Double(count.total) == total)
    #expect(Double(count.nonEmbedding) == rest)
  }

  /// Table A9 prints whole millions; the relative-position matrix is part of the architecture.
  @Test func chinchillasFiftyModelsAreWithinSevenTenthsOfAPercent() throws {
    let table = try PublishedTable.chinchillaModels.table()
    #expect(table.rowCount == 50)
    for row in 0..<table.rowCount {
      func value(_ name: String) throws -> Int {
        Int(try table.number(row: row, column: table.column(name)))
      }
      let printed = Double(try value("params_million_printed")) * 1e6
      let count = try ParameterCount(
        chinchilla(
          layers: value("layers"),
          width: value("d_model"),
          heads: value("heads"),
          headWidth: value("kv_size"),
          hidden: value("ffw_size")
        )
      )
      #expect(abs(Double(count.total) / printed - 1) < 0.007, "\(printed)")
    }
  }

  @Test(arguments: [
    (8, 2), (1, 1),
  ])
  func expertsAreCountedWhollyAndActively(count: Int, active: Int) throws {
    var blueprint = Blueprint(
      .llama(
        vocabularySize: 10,
        contextLength: 8,
        layerCount: 1,
        width: 8,
        headCount: 2,
        feedForwardWidth: 16
      ),
      name: "mixture"
    )
    blueprint.experts = Blueprint.Experts(count: count, active: active, width: 16, layerCount: 1)
    let total = try ParameterCount(blueprint)
    let passed = try ParameterCount(blueprint, activeOnly: true)
    #expect(total.feedForward == 3 * 8 * 16 * count + 8 * count)
    #expect(passed.feedForward == 3 * 8 * 16 * active + 8 * count)
    #expect(total.attention == passed.attention)
  }

  @Test func giantShapesAreRefusedWithoutATrap() throws {
    let large = 1 << 31
    let shape = ModelShape.gpt2(
      vocabularySize: large,
      contextLength: large,
      layerCount: large,
      width: large,
      headCount: 1
    )
    #expect(throws: AccountingError.self) { try ParameterCount(shape) }
  }
}

/// A blueprint as Gopher and Chinchilla have it: relative positions, tied head.
func chinchilla(
  layers: Int,
  width: Int,
  heads: Int,
  headWidth: Int,
  hidden: Int
) -> Blueprint {
  var shape = ModelShape.gpt2(
    vocabularySize: 32000,
    contextLength: 2048,
    layerCount: layers,
    width: width,
    headCount: heads
  )
  shape.keyValueHeadCount = heads
  shape.headWidth = headWidth
  shape.feedForwardWidth = hidden
  shape.positions = .sinusoidal
  var blueprint = Blueprint(shape, name: "chinchilla")
  blueprint.relativePositionMatrix = true
  return blueprint
}
