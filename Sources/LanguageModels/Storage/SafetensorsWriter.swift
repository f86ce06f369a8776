public import Files

/// A tensor that is about to be written.
public struct TensorEntry: Sendable, Hashable {
  /// The name in the file.
  public let name: String
  /// The type of the numbers in the file.
  public let type: NumberType
  /// The dimensions, slowest first.
  public let shape: [Int]

  /// How many numbers there are.
  public var count: Int { shape.reduce(1, *) }

  /// Describes a tensor.
  ///
  /// - Precondition: The type is one that weights can be written in; no dimension is negative.
  public init(_ name: String, _ shape: [Int], _ type: NumberType = .float32) {
    precondition(type.isReadable, "weights are not written as \(type.rawValue)")
    precondition(shape.allSatisfy { $0 >= 0 }, "the shape \(shape)")
    self.name = name
    self.type = type
    self.shape = shape
  }
}

/// Writes a safetensors file tensor by tensor; it appears under its name when it is whole.
///
/// The bytes are those of the reference writer: tensors by the size of their numbers (largest
/// first), then by name; the header filled up with spaces to a multiple of eight bytes.
public struct SafetensorsWriter: ~Copyable {
  /// The tensors in the order in which ``write(_:)`` expects them.
  public let order: [TensorEntry]

  private var file: AtomicFile
  private var next = 0

  /// Opens a temporary file and writes the header.
  ///
  /// - Throws: `FilesError` when the file cannot be written.
  /// - Precondition: No two tensors have the same name.
  public init(
    _ path: String,
    _ tensors: [TensorEntry],
    metadata: [String: String] = ["format": "pt"]
  ) throws(FilesError) {
    let order = tensors.sorted { first, second in
      first.type.byteCount != second.type.byteCount
        ? first.type.byteCount > second.type.byteCount : precedes(first.name, second.name)
    }
    precondition(Set(order.map(\.name)).count == order.count, "two tensors have the same name")
    var parts: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { precedes($0.key, $1.key) }
        .map { quoted($0.key) + ":" + quoted($0.value) }
      parts.append("\"__metadata__\":{" + pairs.joined(separator: ",") + "}")
    }
    var offset = 0
    for tensor in order {
      let end = offset + tensor.count * tensor.type.byteCount
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      parts.append(
        quoted(tensor.name) + ":{\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(end)]}"
      )
      offset = end
    }
    var header = Array(("{" + parts.joined(separator: ",") + "}").utf8)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    let length = UInt64(header.count)
    let lengthBytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) }
    var file = try AtomicFile(path)
    try file.write(lengthBytes)
    try file.write(header)
    self.file = file
    self.order = order
  }

  /// Writes the values of the next tensor in ``order``.
  ///
  /// - Precondition: There is one, and it has as many values.
  public mutating func write(_ values: [Float]) throws(FilesError) {
    precondition(next < order.count, "all \(order.count) tensors are written")
    let tensor = order[next]
    precondition(
      values.count == tensor.count,
      "\(values.count) values for \(tensor.name) of \(tensor.shape)"
    )
    if tensor.type == .float32 {
      try unsafe file.write(values.span.bytes)
    } else {
      try file.write(converted(values, to: tensor.type))
    }
    next += 1
  }

  /// Gives the file its name.
  ///
  /// - Precondition: All tensors are written.
  public consuming func commit() throws(FilesError) {
    precondition(next == order.count, "\(next) of \(order.count) tensors are written")
    try file.commit()
  }
}

/// Orders strings by the bytes of their UTF-8.
func precedes(_ first: String, _ second: String) -> Bool {
  first.utf8.lexicographicallyPrecedes(second.utf8)
}

/// A string as JSON writes it.
private func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case _ where scalar.value < 0x20:
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
