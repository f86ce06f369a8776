import Evaluation
import Experiments
import Files
import ScalingLaws

extension FuzzTarget {
  /// Tables of runs and losses, and fitted laws.
  static func tables() -> [FuzzTarget] {
    [
      FuzzTarget("law", [("law.json", Array(sampleLaw.utf8))]) { folder in
        let law = try LawFile.read(joined(folder, "law.json"))
        _ = ComparedLaw(law, name: "law")
      },
      FuzzTarget("law-form", [("law.json", Array(sampleForm.utf8))]) { folder in
        _ = try FormFile.read(joined(folder, "law.json"))
      },
      FuzzTarget(
        "observations",
        [("runs.csv", Array("# a: b\nN,D,loss\n1e6,2e7,3.5\n2000000,4e7,\"3.25\"\r\n".utf8))]
      ) { folder in
        _ = try ObservationTable(joined(folder, "runs.csv"))
      },
      FuzzTarget(
        "losses",
        [("losses.csv", Array("language,segment,nats,tokens,bytes\nen,0,10.5,5,20\n".utf8))]
      ) { folder in
        _ = try LossTable(contentsOf: joined(folder, "losses.csv"))
      },
      FuzzTarget("ledger", [("runs.csv", Array(sampleLedger.utf8))]) { folder in
        let ledger = try RunLedger(path: joined(folder, "runs.csv"))
        _ = ledger.csv
        _ = try ObservationTable(ledger.path)
      },
    ]
  }

  private static let sampleLedger = """
    name,N,D,C,loss,bits_per_byte,training_loss,N_total,N_non_embedding,unique_tokens,flops,\
    layers,width,heads,vocabulary,context,batch,steps,lr,seed,seconds,identity
    r1,100000,2000000,1.2e12,4.5,2.1,4.4,120000,90000,1000000,1.3e12,2,64,2,512,128,8,1953,0.004,1,\
    9.5,0123abcd

    """

  private static let sampleLaw = #"""
    {"A":491.8,"B":2143.0,"E":1.813,"alpha":0.352,"beta":0.3712,"calibration":0.3085,
    "confidence":0.95,"data":"runs.csv","draws":[[1.827,518.4,2124.0,0.3561,0.3705],
    [1.802,494.5,2024.0,0.352,0.368]],"exponents":"free","fit_range":{"C":[30000000000000,
    2.4e+18],"D":[5000000,4000000000],"N":[1000000,100000000]},"form":"chinchilla",
    "format":"isoflop law","huber_delta":0.001,"intervals":{"A":[471.3,526.2],"B":[2013.0,
    2175.0],"E":[1.801,1.826],"a":[0.5073,0.5162],"alpha":[0.3487,0.3571],"beta":[0.3674,
    0.3721]},"loss_unit":"nats_per_token","objective":4.447e-06,
    "parameter_convention":"total","rows":3,"runs":[{"D":5000000,"N":1000000,
    "loss":12.62},{"D":10000000,"N":1000000,"loss":11.0},{"D":20000000,"N":1000000,
    "loss":9.793}],"seed":1,"version":1,"warnings":[]}
    """#

  private static let sampleForm = #"""
    {"confidence":0.95,"constants":[{"interval":[2.403,2.408],"name":"E","value":1.644},
    {"interval":[1864000000.0,1961000000.0],"name":"D0","value":11500000000.0},
    {"interval":[0.3932,0.4109],"name":"p","value":0.3103}],"draws":[[2.408,1861000000.0,
    0.3927],[2.402,1964000000.0,0.4114]],"fit_range":{"C":[30000000000000,2.4e+18],
    "D":[5000000,4000000000],"N":[1000000,100000000]},"form":"power-tokens",
    "format":"isoflop law","formula":"L=E+(D0/D)^p","log_residuals":[0.005652,-0.04167,
    -0.1035],"loss_unit":"nats_per_token","objective":0.001225,"rows":3,"version":1,
    "warnings":[]}
    """#
}
