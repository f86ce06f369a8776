/// A type of number in a tensor file, under the name safetensors gives it.
public enum NumberType: String, Sendable, Hashable, CaseIterable {
  /// One byte, 0 or 1.
  case bool = "BOOL"
  /// Unsigned, 8 bits.
  case uint8 = "U8"
  /// Signed, 8 bits.
  case int8 = "I8"
  /// Four bits of exponent, three of fraction.
  case float8E4M3 = "F8_E4M3"
  /// Five bits of exponent, two of fraction.
  case float8E5M2 = "F8_E5M2"
  /// Signed, 16 bits.
  case int16 = "I16"
  /// Unsigned, 16 bits.
  case uint16 = "U16"
  /// IEEE 754 half precision.
  case float16 = "F16"
  /// The upper half of a single-precision number.
  case bfloat16 = "BF16"
  /// Signed, 32 bits.
  case int32 = "I32"
  /// Unsigned, 32 bits.
  case uint32 = "U32"
  /// IEEE 754 single precision.
  case float32 = "F32"
  /// IEEE 754 double precision.
  case float64 = "F64"
  /// Signed, 64 bits.
  case int64 = "I64"
  /// Unsigned, 64 bits.
  case uint64 = "U64"

  /// How many bytes a number takes.
  public var byteCount: Int {
    switch self {
    case .bool, .uint8, .int8, .float8E4M3, .float8E5M2: 1
    case .int16, .uint16, .float16, .bfloat16: 2
    case .int32, .uint32, .float32: 4
    case .float64, .int64, .uint64: 8
    }
  }

  /// Whether the numbers can be read as weights.
  public var isReadable: Bool {
    switch self {
    case .float16, .bfloat16, .float32, .float64: true
    default: false
    }
  }

  /// The name in a Hugging Face `config.json`, for the types weights can be written in.
  public var configurationName: String? {
    switch self {
    case .float16: "float16"
    case .bfloat16: "bfloat16"
    case .float32: "float32"
    case .float64: "float64"
    default: nil
    }
  }
}

/// The bits of the bfloat16 number nearest to a single-precision one, ties to even.
func bfloat16Bits(_ value: Float) -> UInt16 {
  let bits = value.bitPattern
  // A NaN keeps its sign and stays one, whatever its payload.
  if value.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
  let rounded = bits &+ 0x7fff &+ (bits >> 16 & 1)
  return UInt16(truncatingIfNeeded: rounded >> 16)
}
