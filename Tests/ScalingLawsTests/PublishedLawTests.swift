import Foundation
import ScalingLaws
import Tables
import Testing

@Suite struct PublishedLawTests {
  @Test func everyLawNamesItsSource() throws {
    let laws = try PublishedLaw.all()
    #expect(laws.count > 50)
    #expect(Set(laws.map(\.name)).count == laws.count)
    for law in laws {
      #expect(!law.paper.isEmpty && !law.source.isEmpty, "\(law.name)")
      #expect(law.constants.allSatisfy { $0.value.isFinite }, "\(law.name)")
    }
  }

  /// A form promises constants; each law that claims one keeps the promise.
  @Test func everyFormHasItsConstants() throws {
    for law in try PublishedLaw.all() {
      switch law.form {
      case .chinchilla, .overtraining: #expect(law.parametric?.isSound == true, "\(law.name)")
      case .kaplan: #expect(law.kaplan != nil, "\(law.name)")
      case .powerOfParameters, .powerOfTokens, .powerOfCompute, .powerOfComputeWithFloor:
        #expect(law.power != nil, "\(law.name)")
      case .dataConstrained, .allocation, .hyperparameters, .vocabulary, .other: break
      }
    }
    #expect(try PublishedRules().dataConstrainedLaw().dataHalfLife == 15.387756)
  }

  @Test func anUnknownLawIsRefusedWithTheKnownOnes() {
    let error = #expect(throws: ScalingLawsError.self) { try PublishedLaw.named("nothing") }
    #expect(error?.description.contains("besiroglu2024") == true)
  }

  /// Table A3 was made from the fit whose constants stand in the TeX source: its rows lie within
  /// 18 % of it in compute and 11 % in tokens; the sizes are rounded.
  @Test func tableA3LiesNearTheFitOfTheSource() throws {
    let table = try PublishedTable.chinchillaOptimal.table()
    let law = try #require(PublishedLaw.named("hoffmann2022-tex").parametric)
    var seen = 0
    for row in 0..<table.rowCount {
      func value(_ name: String) throws -> Double {
        try table.number(row: row, column: table.column(name))
      }
      guard try value("approach") == 3 else { continue }
      let optimum = try law.optimum(parameters: value("params"))
      // The fit's columns carry four digits.
      #expect(abs(optimum.flops / (try value("flops_from_tex_fit")) - 1) < 1e-3)
      #expect(abs(optimum.tokens / (try value("tokens_from_tex_fit")) - 1) < 1e-3)
      #expect(abs(optimum.flops / (try value("six_nd")) - 1) < 0.19)
      seen += 1
    }
    #expect(seen == 9)
  }

  @Test func optimaAreMinima() throws {
    for name in ["besiroglu2024", "hoffmann2022-tex", "muennighoff2023-c4", "gadre2024-c4"] {
      let law = try #require(PublishedLaw.named(name).parametric)
      let best = law.optimum(flops: 1e21)
      for factor in [0.9, 1.1] {
        let other = law.loss(parameters: best.parameters * factor, tokens: best.tokens / factor)
        #expect(other > best.loss ?? 0)
      }
      #expect(abs(6 * best.parameters * best.tokens / 1e21 - 1) < 1e-12)
      let back = try law.optimum(loss: #require(best.loss))
      #expect(abs(back.flops / 1e21 - 1) < 1e-9)
    }
  }

  /// Use makes a smaller model, trained longer, the cheaper one.
  @Test(arguments: [1e9, 1e11, 1e13])
  func useFavorsSmallerModels(tokens: Double) throws {
    let law = try #require(PublishedLaw.named("besiroglu2024").parametric)
    let plain = try law.optimum(loss: 2.2)
    let best = try law.optimum(loss: 2.2, inferenceTokens: tokens)
    #expect(best.parameters < plain.parameters)
    #expect(best.tokens > plain.tokens)
    #expect(best.flops <= plain.flops + 2 * plain.parameters * tokens)
    #expect(abs(law.loss(parameters: best.parameters, tokens: best.tokens) - 2.2) < 1e-9)
  }

  @Test func whatCannotBeReachedIsSaid() throws {
    let law = try #require(PublishedLaw.named("besiroglu2024").parametric)
    #expect(throws: ScalingLawsError.unreachableLoss(loss: 1.8, floor: 1.8172)) {
      try law.optimum(loss: 1.8)
    }
    #expect(throws: ScalingLawsError.self) { try law.tokens(reaching: 2.0, parameters: 1e8) }
    #expect(throws: ScalingLawsError.self) { try law.tradeOff(parameterFactor: 0.1) }
  }
}

@Suite struct VocabularyTests {
  /// The three answers that the paper's program prints for 7e9 parameters of width 4,096.
  @Test func theThreeApproachesOfThePaperAreReproduced() throws {
    let sizes = try PublishedRules().vocabulary(nonVocabularyParameters: 7e9, width: 4096)
    #expect(sizes.isoFLOPs.rounded(.down) == 62280)
    #expect(sizes.derivative.rounded(.down) == 67450)
    #expect(sizes.parametric.rounded(.down) == 59547)
  }
}

@Suite struct AcceleratorTests {
  @Test(arguments: [
    ("h100-sxm", "H100-SXM-80GB", 989.4e12), ("A100-SXM-80GB", "A100-SXM-80GB", 312e12),
    ("a100 sxm", "A100-SXM-80GB", 312e12), ("v100-pcie", "V100-PCIe-32GB", 112e12),
    ("tpu-v4", "TPU-v4", 275e12), ("l4", "L4", 121e12),
  ])
  func namesAreFoundHoweverWritten(text: String, name: String, peak: Double) throws {
    let accelerator = try Accelerator.named(text)
    #expect(accelerator.name == name)
    #expect(accelerator.peak == peak)
  }

  @Test(arguments: ["abacus", "", "v100", "h"])
  func unknownAndAmbiguousNamesAreRefused(text: String) {
    #expect(throws: ScalingLawsError.self) { try Accelerator.named(text) }
  }
}

@Suite struct ObservationTableTests {
  func read(_ text: String) throws -> ObservationTable {
    try ObservationTable(CSVTable(Array(text.utf8), file: "runs.csv"))
  }

  @Test func usualNamesAreFoundWhateverTheirCase() throws {
    let table = try read("run,Params,Tokens,FLOPs,Val_Loss\na,1e6,2e7,1.3e14,3.5\n")
    let run = try #require(table.observations.first)
    #expect(
      run
        == LossObservation(
          parameters: 1e6,
          tokens: 2e7,
          loss: 3.5,
          measuredFLOPs: 1.3e14,
          run: "a"
        )
    )
  }

  @Test func tokensFollowFromCompute() throws {
    let table = try read("N,C,loss\n1e6,1.2e14,3.5\n")
    #expect(table.observations.first?.tokens == 2e7)
    #expect(table.notes.count == 1)
  }

  @Test func theHighestLossesAreDropped() throws {
    var table = try read("N,D,loss\n1,1,5\n2,1,9\n3,1,4\n4,1,9\n5,1,6\n")
    try table.dropHighest(2)
    #expect(table.observations.map(\.parameters) == [1, 3, 5])
    #expect(throws: ScalingLawsError.noRuns(file: "runs.csv", dropped: 3)) {
      try table.dropHighest(3)
    }
  }

  @Test func bitsPerByteStayWhatTheyAre() throws {
    let table = try read("N,D,bits_per_byte\n1,1,0.9\n")
    #expect(table.lossUnit == "bits_per_byte")
    #expect(table.observations.first?.loss == 0.9)
  }
}

@Suite struct LanguageMeasureTests {
  /// Every tag leads to a row of the table of premiums.
  @Test func everyTagIsFound() throws {
    let table = try PublishedTable.languages.table()
    #expect(table.rowCount > 100)
    for row in 0..<table.rowCount {
      let tag = try table.text(row: row, column: 0)
      #expect(try LanguageMeasure.named(tag).bytePremium > 0.5, "\(tag)")
    }
  }

  @Test(arguments: [("my", 5.10), ("hi", 2.37), ("ja", 1.32), ("de", 1.05), ("en", 1)])
  func premiumsAreThePublishedOnes(tag: String, premium: Double) throws {
    #expect(abs(try LanguageMeasure.named(tag).bytePremium - premium) < 0.006)
  }
}
