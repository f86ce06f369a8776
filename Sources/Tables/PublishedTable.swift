/// Describes the tables of facts that the program carries.
///
/// Each is a file of the folder `Tables`, compiled into the binary and parsed when it is first
/// asked for.
public enum PublishedTable: String, Sendable, CaseIterable {
  /// Published scaling laws, one a row.
  case laws = "laws.csv"
  /// The constants of these laws.
  case lawConstants = "law-constants.csv"
  /// Accelerators with their peaks.
  case accelerators = "accelerators.csv"
  /// Published training runs.
  case trainingRuns = "training-runs.csv"
  /// Bytes for the same content relative to English.
  case bytePremiums = "byte-premiums.csv"
  /// Language tags and the keys of ``bytePremiums``.
  case languages = "languages.csv"
  /// The shapes of Chinchilla's models.
  case chinchillaModels = "chinchilla-models.csv"
  /// Chinchilla's exact FLOPs over 6 N D.
  case chinchillaRatios = "chinchilla-flop-ratio.csv"
  /// Chinchilla's compute-optimal sizes.
  case chinchillaOptimal = "chinchilla-optimal.csv"

  /// The bytes of the file.
  public var bytes: [UInt8] {
    switch self {
    case .laws: PackageResources.laws_csv
    case .lawConstants: PackageResources.law_constants_csv
    case .accelerators: PackageResources.accelerators_csv
    case .trainingRuns: PackageResources.training_runs_csv
    case .bytePremiums: PackageResources.byte_premiums_csv
    case .languages: PackageResources.languages_csv
    case .chinchillaModels: PackageResources.chinchilla_models_csv
    case .chinchillaRatios: PackageResources.chinchilla_flop_ratio_csv
    case .chinchillaOptimal: PackageResources.chinchilla_optimal_csv
    }
  }

  /// The table.
  ///
  /// - Throws: ``TablesError`` only if the binary carries a damaged table; a test reads them all.
  public func table() throws(TablesError) -> CSVTable {
    try CSVTable(bytes, file: "Tables/\(rawValue)")
  }
}
