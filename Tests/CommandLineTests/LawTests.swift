import Foundation
import TestSupport
import Testing

@Suite struct LawTests {
  /// Fifteen runs on E 1.8, A 480, B 2100, alpha 0.35, beta 0.37.
  static func table(loss: String = "loss", scale: Double = 1) -> String {
    var text = "N,D,\(loss)\n"
    for n in [1e6, 3e6, 1e7, 3e7, 1e8] {
      for ratio in [5.0, 20, 80] {
        let value = 1.8 + 480 / pow(n, 0.35) + 2100 / pow(ratio * n, 0.37)
        text += "\(n),\(ratio * n),\(value * scale)\n"
      }
    }
    return text
  }

  @Test func runsAreFittedFromStandardInput() throws {
    let run = try ProgramRun("law", "fit", "-", "--bootstrap", "20", "--json", input: Self.table())
    #expect(run.status == 0)
    let object = try run.object()
    for (key, value) in [("E", 1.8), ("A", 480), ("B", 2100), ("alpha", 0.35), ("beta", 0.37)] {
      #expect(abs((object[key] as? Double ?? 0) / value - 1) < 1e-5, "\(key)")
    }
    #expect(object["rows"] as? Int == 15)
    #expect((object["intervals"] as? [String: [Double]])?["alpha"]?.count == 2)
    #expect(object["warnings"] is [String])
  }

  @Test func aLawFileGoesRound() throws {
    try withTemporaryFolder { folder in
      let law = folder + "/law.json"
      let fit = try ProgramRun(
        "law",
        "fit",
        "-",
        "--bootstrap",
        "50",
        "-o",
        law,
        "--json",
        input: Self.table()
      )
      #expect(fit.status == 0)
      let again = try ProgramRun("law", "fit", "-", "-o", law, input: Self.table())
      #expect(again.status == 1)
      #expect(again.errors.contains("exists already"))
      let predicted = try ProgramRun(
        "law",
        "predict",
        law,
        "--params",
        "1e9",
        "--tokens",
        "2e10",
        "--measured",
        "2.5",
        "--json"
      ).object()
      let truth = 1.8 + 480 / pow(1e9, 0.35) + 2100 / pow(2e10, 0.37)
      #expect(abs((predicted["loss"] as? Double ?? 0) - truth) < 1e-5)
      let interval = try #require(predicted["interval"] as? [Double])
      #expect(interval[0] <= truth + 1e-6 && truth <= interval[1] + 1e-6)
      #expect((predicted["warnings"] as? [String])?.count == 3)
      let shown = try ProgramRun("law", "show", law, "--json").object()
      let fitted = try fit.object()
      for key in ["E", "A", "objective", "calibration"] {
        #expect(shown[key] as? Double == fitted[key] as? Double, "\(key)")
      }
      #expect(
        NSDictionary(dictionary: shown["intervals"] as? [String: [Double]] ?? [:])
          == NSDictionary(dictionary: fitted["intervals"] as? [String: [Double]] ?? [:])
      )
      let estimate = try ProgramRun("estimate", "--params", "1e8", "--law", law)
      #expect(estimate.status == 0)
      #expect(estimate.output.contains("95 % of predictions"))
    }
  }

  @Test(arguments: [["kaplan"], ["power", "--in", "C"]])
  func otherFormsAreStoredAndPredict(form: [String]) throws {
    try withTemporaryFolder { folder in
      let law = folder + "/law.json"
      let fit = try ProgramRun(
        arguments: ["law", "fit", "-", "--bootstrap", "5", "-o", law, "--form"] + form,
        input: Self.table()
      )
      #expect(fit.status == 0, "\(fit.errors)")
      let predicted = try ProgramRun(
        "law",
        "predict",
        law,
        "--params",
        "1e7",
        "--tokens",
        "2e8",
        "--json"
      ).object()
      let truth = 1.8 + 480 / pow(1e7, 0.35) + 2100 / pow(2e8, 0.37)
      #expect(abs((predicted["loss"] as? Double ?? 0) / truth - 1) < 0.05)
      #expect((predicted["interval"] as? [Double])?.count == 2)
      #expect(try ProgramRun("law", "show", law).output.contains("fitted to 15 runs"))
    }
  }

  @Test func unusualColumnsAndBitsAreMapped() throws {
    let bits = Self.table(loss: "bits_per_token", scale: 1 / log(2))
    let converted = try ProgramRun("law", "fit", "-", "--bootstrap", "0", "--json", input: bits)
    #expect(abs((try converted.object()["E"] as? Double ?? 0) - 1.8) < 1e-4)
    let odd = Self.table().replacingOccurrences(of: "N,D,loss", with: "\u{feff}x,\"y\",z")
      .replacingOccurrences(of: "\n", with: "\r\n")
    let mapped = try ProgramRun(
      "law",
      "fit",
      "-",
      "--n-column",
      "x",
      "--d-column",
      "y",
      "--loss-column",
      "z",
      "--bootstrap",
      "0",
      "--json",
      input: odd
    )
    #expect(abs((try mapped.object()["E"] as? Double ?? 0) - 1.8) < 1e-5)
  }

  @Test(arguments: [
    ("", "empty"), ("N,D,loss\n", "no runs"), ("N,D\n1,2\n", "no column for the loss"),
    ("N,D,loss\n1,2,x\n", "row 2, column “loss”"), ("N,D,loss\n1,-2,3\n", "row 2, column “D”"),
    ("N,D,loss\n1,2,nan\n", "row 2, column “loss”"), ("N,D,loss\n1,2\n", "2 cells"),
    ("N,D,loss\n1e6,2e7,3\n", "1 usable runs"),
  ])
  func badTablesAreNamedByRowAndColumn(text: String, message: String) throws {
    let run = try ProgramRun("law", "fit", "-", input: text)
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains(message), "\(run.errors)")
  }

  /// Runs of two sizes, of one ratio, and with losses that rise.
  @Test(arguments: [
    (
      "N,D,loss\n1e6,1e7,4\n1e6,2e7,3.8\n1e6,4e7,3.7\n3e6,1e7,3.5\n3e6,2e7,3.2\n3e6,4e7,3.1\n",
      "2 model sizes"
    ),
    (
      "N,D,loss\n1e6,2e7,4.1\n2e6,4e7,3.7\n4e6,8e7,3.4\n8e6,16e7,3.3\n16e6,32e7,3.1\n",
      "are correlated by 1"
    ),
  ])
  func doubtfulLawsAreRefusedUnlessAllowed(text: String, reason: String) throws {
    try withTemporaryFolder { folder in
      let law = folder + "/law.json"
      let refused = try ProgramRun("law", "fit", "-", "-o", law, input: text)
      #expect(refused.status == 1)
      #expect(refused.output.isEmpty)
      #expect(refused.errors.contains(reason), "\(refused.errors)")
      #expect(refused.errors.contains("--allow-doubtful"))
      #expect(!FileManager.default.fileExists(atPath: law))
      let allowed = try ProgramRun(
        "law",
        "fit",
        "-",
        "--allow-doubtful",
        "--bootstrap",
        "10",
        "--json",
        input: text
      )
      #expect(allowed.status == 0)
      let warnings = try #require(allowed.object()["warnings"] as? [String])
      #expect(warnings.contains { $0.contains(reason) }, "\(warnings)")
    }
  }

  @Test func bitsAreNotConvertedTwice() throws {
    let bits = Self.table(loss: "loss_bits", scale: 1 / log(2))
    let run = try ProgramRun(
      "law",
      "fit",
      "-",
      "--loss-column",
      "loss_bits",
      "--loss-in-bits",
      "--bootstrap",
      "0",
      "--json",
      input: bits
    )
    #expect(abs((try run.object()["E"] as? Double ?? 0) - 1.8) < 1e-4)
  }

  @Test func publishedLawsAreListedAndShown() throws {
    let list = try ProgramRun("law", "list")
    #expect(list.output.contains("besiroglu2024"))
    let law = try ProgramRun("law", "show", "besiroglu2024", "--json").object()
    #expect((law["constants"] as? [String: Double])?["B"] == 2085.43)
    #expect(law["loss_unit"] as? String == "nats_per_token")
    #expect(law["parameter_convention"] as? String == "total")
    #expect(try ProgramRun("law", "show", "nothing").status == 1)
  }
}
