import ArgumentParser
import LanguageModels

/// The types that weights are written in, as they are typed.
enum WeightType: String, ExpressibleByArgument, CaseIterable {
  case f32, f16, bf16, f64

  /// The type in files.
  var numberType: NumberType {
    switch self {
    case .f32: .float32
    case .f16: .float16
    case .bf16: .bfloat16
    case .f64: .float64
    }
  }
}

extension ModelFormat: ExpressibleByArgument {}
