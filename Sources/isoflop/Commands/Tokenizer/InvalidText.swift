import ArgumentParser
import Files

/// What becomes of bytes that are not UTF-8.
enum InvalidText: String, CaseIterable, ExpressibleByArgument {
  /// They are an error.
  case strict
  /// Each ill-formed part becomes U+FFFD.
  case replace
  /// They stay what they are; vocabularies of bytes give them back when decoded.
  case bytes

  /// A text as the policy wants it.
  ///
  /// - Parameters:
  ///   - text: Any bytes.
  ///   - name: The text in an error.
  /// - Returns: The text, in UTF-8 unless bytes stay what they are.
  /// - Throws: ``InvalidTextError`` where such bytes are an error.
  func apply(to text: [UInt8], name: @autoclosure () -> String) throws -> [UInt8] {
    switch self {
    case .bytes: return text
    case .replace: return Array(String(decoding: text, as: UTF8.self).utf8)
    case .strict:
      do {
        _ = try UTF8Span(validating: text.span)
      } catch {
        throw InvalidTextError(text: name(), place: error.byteOffsets.lowerBound)
      }
      return text
    }
  }
}

extension InvalidText {
  /// The policy for text that comes in parts.
  var policy: UTF8Stream.Policy {
    switch self {
    case .strict: .refuse
    case .replace: .replace
    case .bytes: .keep
    }
  }

  /// A text as one document, from its start to its end.
  func stream(_ input: TextInput) throws -> UTF8Stream {
    try UTF8Stream(input.path, policy)
  }

  /// Runs a body that refuses bytes that are not UTF-8, and names the option that takes them: there
  /// is none for records.
  func namingRemedy<Result>(
    of form: TextInput.Form = .lines,
    _ body: () throws(FilesError) -> Result
  ) throws -> Result {
    do throws(FilesError) {
      return try body()
    } catch {
      guard case .notUTF8 = error, form == .lines else { throw error }
      throw InvalidTextError(error)
    }
  }

  /// The documents of a block of lines or records.
  ///
  /// - Parameters:
  ///   - block: The block. Its records must be UTF-8, as JSON is, whatever the policy.
  ///   - keepsEmpty: Whether records with an empty text count; lines that are empty never do.
  /// - Returns: The documents in their order.
  /// - Throws: ``FilesError`` for a wrong record, ``InvalidTextError`` for a byte where that is an
  ///   error.
  func documents(of block: TextBlock, keepsEmpty: Bool = false) throws -> Documents {
    if block.input.form != .lines {
      try block.checkDocuments()
    } else if self == .strict {
      try namingRemedy { () throws(FilesError) in try block.checkDocuments() }
    }
    var documents = Documents()
    block.forEachLine { line in
      if line.isEmpty {
        let isRecord = block.input.form != .lines && line.bytes.contains(UInt8(ascii: "{"))
        if keepsEmpty, isRecord { documents.append([]) }
        return
      }
      line.withText { text in
        unsafe text.withUnsafeBytes { bytes in
          if self == .replace {
            unsafe documents.append(String(decoding: bytes, as: UTF8.self).utf8)
          } else {
            unsafe documents.append(bytes)
          }
        }
      }
    }
    return documents
  }
}

/// Bytes that are not UTF-8 where a text must be.
struct InvalidTextError: Error, CustomStringConvertible {
  let description: String

  private static let remedy =
    "what becomes of such bytes: --invalid replace (U+FFFD) or bytes (they stay)."

  init(text: String, place: Int) {
    description = "\(text) is not UTF-8 at byte \(place). Say \(Self.remedy)"
  }

  init(_ error: FilesError) {
    description = "\(error) Or say \(Self.remedy)"
  }
}
