import FoundationEssentials

/// One tensor of a file: what it is called, what it holds, and where.
public struct StoredTensor: Sendable, Hashable {
  /// The name in the file.
  public let name: String
  /// The type of the numbers.
  public let type: NumberType
  /// The dimensions, slowest first; none for a single number.
  public let shape: [Int]
  /// Where the bytes lie, counted from the end of the header.
  public let bytes: Range<Int>

  /// How many numbers there are.
  public var count: Int { bytes.count / type.byteCount }
}

/// The table of contents of a safetensors file, checked to the last byte.
///
/// A file is a length (eight bytes, little-endian), a JSON object of that length, and the tensors'
/// bytes without holes. What the reference reader refuses is refused here too.
///
/// - Source: the format's description at https://huggingface.co/docs/safetensors.
struct SafetensorsHeader: Sendable {
  /// In the order of the bytes.
  let tensors: [StoredTensor]
  /// The strings stored beside the tensors.
  let metadata: [String: String]
  /// Where the tensors' bytes start in the file.
  let dataStart: Int

  /// The longest header the reference reader takes.
  static let lengthLimit = 100_000_000

  /// Reads the header of a file's bytes.
  init(_ file: RawSpan, path: String) throws(LanguageModelsError) {
    func invalid(_ reason: String, _ tensor: String? = nil) -> LanguageModelsError {
      .invalidTensorFile(path: path, tensor: tensor, reason: reason)
    }
    guard let length = leadingWord(file) else {
      throw invalid("it has \(file.byteCount) bytes, too few for a header")
    }
    guard length <= UInt64(Self.lengthLimit) else {
      throw invalid("it announces a header of \(length) bytes; the most allowed is 100,000,000")
    }
    dataStart = 8 + Int(length)
    guard dataStart <= file.byteCount else {
      throw invalid("it announces a header of \(length) bytes but has only \(file.byteCount)")
    }
    let text = array(file.extracting(8..<dataStart))
    let table: HeaderTable
    do {
      table = try JSONDecoder().decode(HeaderTable.self, from: Data(text))
    } catch {
      throw invalid("its header is no table of tensors (\(jsonReason(error)))")
    }
    metadata = table.metadata

    var tensors: [StoredTensor] = []
    tensors.reserveCapacity(table.entries.count)
    for (name, entry) in table.entries {
      guard let type = NumberType(rawValue: entry.dtype) else {
        throw invalid("the number type \(entry.dtype) is unknown", name)
      }
      guard entry.offsets.count == 2 else {
        throw invalid("data_offsets holds \(entry.offsets.count) numbers instead of 2", name)
      }
      let (start, end) = (entry.offsets[0], entry.offsets[1])
      guard start >= 0, end >= start, end <= file.byteCount - dataStart else {
        throw invalid(
          "its bytes \(start) to \(end) lie outside the file's \(file.byteCount - dataStart)",
          name
        )
      }
      var bytes = type.byteCount
      for dimension in entry.shape {
        let (product, overflow) = bytes.multipliedReportingOverflow(by: dimension)
        guard dimension >= 0, !overflow else {
          throw invalid("the shape \(entry.shape) is impossible", name)
        }
        bytes = product
      }
      guard bytes == end - start else {
        throw invalid(
          "the shape \(entry.shape) in \(type.rawValue) takes \(bytes) bytes,"
            + " but \(end - start) are stored",
          name
        )
      }
      tensors.append(
        StoredTensor(name: name, type: type, shape: entry.shape, bytes: start..<end)
      )
    }
    tensors.sort {
      ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound)
    }
    var end = 0
    for tensor in tensors {
      guard tensor.bytes.lowerBound >= end else {
        throw invalid("its bytes overlap those of another tensor", tensor.name)
      }
      guard tensor.bytes.lowerBound == end else {
        throw invalid("\(tensor.bytes.lowerBound - end) unnamed bytes lie before it", tensor.name)
      }
      end = tensor.bytes.upperBound
    }
    guard end == file.byteCount - dataStart else {
      throw invalid("\(file.byteCount - dataStart - end) bytes follow the last tensor")
    }
    self.tensors = tensors
  }
}

/// The JSON of a header as it stands in the file.
private struct HeaderTable: Decodable {
  struct Entry: Decodable {
    let dtype: String
    let shape: [Int]
    let offsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }
  }

  struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  var entries: [(name: String, entry: Entry)] = []
  var metadata: [String: String] = [:]

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Name.self)
    for key in container.allKeys {
      if key.stringValue == "__metadata__" {
        metadata = try container.decode([String: String].self, forKey: key)
      } else {
        entries.append((key.stringValue, try container.decode(Entry.self, forKey: key)))
      }
    }
  }
}

/// What a JSON decoder found wrong, in one line.
func jsonReason(_ error: any Error) -> String {
  guard let error = error as? DecodingError else { return "\(error)" }
  func place(_ path: [any CodingKey]) -> String {
    path.isEmpty
      ? "the top"
      : path.map { $0.intValue.map(String.init) ?? $0.stringValue }
        .joined(separator: ".")
  }
  switch error {
  case .keyNotFound(let key, let context):
    return "\(key.stringValue) is missing at \(place(context.codingPath))"
  case .typeMismatch(_, let context), .valueNotFound(_, let context):
    return "\(place(context.codingPath)) has another type than expected"
  case .dataCorrupted(let context):
    return context.codingPath.isEmpty
      ? "it is not valid JSON" : "\(place(context.codingPath)) cannot be read"
  @unknown default:
    return "it cannot be read"
  }
}
