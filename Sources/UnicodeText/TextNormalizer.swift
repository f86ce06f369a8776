/// Carries out a ``Normalization`` and keeps track of where the bytes come from.
///
/// One value is used by one thread at a time, as its regular expressions are, hence not `Sendable`.
public final class TextNormalizer {
  /// What it does.
  public let normalization: Normalization

  private enum Stage {
    case form(Normalizer)
    case edit((RawSpan) throws(UnicodeTextError) -> TextEdit)
  }

  private let stages: [Stage]

  /// Creates a normalizer to one form.
  public init(_ form: NormalizationForm) {
    normalization = Normalization(form)
    stages = [.form(Normalizer(form))]
  }

  /// Creates a normalizer.
  ///
  /// - Throws: ``UnicodeTextError/pattern(_:place:code:)`` for a regular expression that is wrong.
  public init(_ normalization: Normalization) throws(UnicodeTextError) {
    self.normalization = normalization
    var stages: [Stage] = []
    for step in normalization.steps { stages.append(try Self.stage(step)) }
    self.stages = stages
  }

  private static func stage(_ step: Normalization.Step) throws(UnicodeTextError) -> Stage {
    switch step {
    case .form(let form): return .form(Normalizer(form))
    case .lowercase: return .edit { (text) throws(UnicodeTextError) in lowercased(text) }
    case .lowercaseIn(let locale):
      let lowercase = try LocaleLowercase(locale)
      return .edit { (text) throws(UnicodeTextError) in TextEdit(try lowercase.edits(text)) }
    case .transform(let identifier):
      let transform = try TextTransform(identifier)
      return .edit { (text) throws(UnicodeTextError) in TextEdit(try transform.edits(text)) }
    case .collapseWhitespace:
      return .edit { (text) throws(UnicodeTextError) in withoutRunsOfSpace(text) }
    case .stripAccents: return .edit { (text) throws(UnicodeTextError) in withoutMarks(text) }
    case .strip(let left, let right):
      return .edit { (text) throws(UnicodeTextError) in stripped(text, left: left, right: right) }
    case .replace(let pattern, let content):
      let matcher = try PatternMatcher(pattern)
      let bytes = Array(content.utf8)
      return .edit { (text) throws(UnicodeTextError) in
        var edit = TextEdit()
        let matches = try matcher.matches(in: text)
        try TextGrowth.checkStep(of: text.byteCount, adding: bytes.count, times: matches.count)
        for match in matches { edit.replace(match, with: bytes) }
        return edit
      }
    case .prepend(let content):
      let bytes = Array(content.utf8)
      return .edit { (text) throws(UnicodeTextError) in
        var edit = TextEdit()
        if text.byteCount > 0 { edit.replace(0..<0, with: bytes) }
        return edit
      }
    }
  }

  /// The text after all steps, or nil where none of them changes it.
  ///
  /// - Throws: ``UnicodeTextError/icu(operation:code:)`` where ICU gives up.
  public func normalized(_ text: RawSpan) throws(UnicodeTextError) -> [UInt8]? {
    if stages.count == 1, case .form(let normalizer) = stages[0] {
      return try normalizer.normalized(text)
    }
    return try aligned(text)?.text
  }

  /// The text after all steps with its alignment, or nil where none of them changes it.
  ///
  /// - Throws: ``UnicodeTextError/icu(operation:code:)`` where ICU gives up.
  public func aligned(
    _ text: RawSpan
  ) throws(UnicodeTextError) -> (text: [UInt8], alignment: Alignment)? {
    var current: (text: [UInt8], alignment: Alignment)?
    let growth = TextGrowth(of: text.byteCount)
    for stage in stages {
      let next: (text: [UInt8], alignment: Alignment)?
      if let bytes = current?.text {
        next = try unsafe run(stage, bytes.span.bytes)
      } else {
        next = try run(stage, text)
      }
      guard let next else { continue }
      try growth.check(next.text.count)
      let alignment = current?.alignment ?? .identity
      current = (next.text, alignment.followed(by: next.alignment))
    }
    return current
  }

  private func run(
    _ stage: Stage,
    _ text: RawSpan
  ) throws(UnicodeTextError) -> (text: [UInt8], alignment: Alignment)? {
    switch stage {
    case .form(let normalizer): return try normalizer.aligned(text)
    case .edit(let body):
      return try body(text).carriedOut(in: text)
    }
  }

  /// The text after all steps.
  ///
  /// - Throws: ``UnicodeTextError/icu(operation:code:)`` where ICU gives up.
  public func normalize(_ text: String) throws(UnicodeTextError) -> String {
    let utf8 = Array(text.utf8)
    guard let normal = try unsafe normalized(utf8.span.bytes) else { return text }
    return String(decoding: normal, as: UTF8.self)
  }
}

private func lowercased(_ text: RawSpan) -> TextEdit {
  var edit = TextEdit()
  CapitalTable.shared.forEachCapital(in: text) { scalar, range in
    if scalar.value < 0x80 {
      edit.replace(range, with: CollectionOfOne(UInt8(scalar.value | 0x20)))
    } else if scalar.properties.changesWhenLowercased {
      edit.replace(range, with: scalar.properties.lowercaseMapping.utf8)
    }
  }
  return edit
}

private func withoutMarks(_ text: RawSpan) -> TextEdit {
  var edit = TextEdit()
  if isASCII(text) { return edit }
  forEachScalar(text) { scalar, range in
    if CharacterClass(of: scalar).contains(.combining) {
      edit.replace(range, with: EmptyCollection())
    }
  }
  return edit
}

private func withoutRunsOfSpace(_ text: RawSpan) -> TextEdit {
  var edit = TextEdit()
  // The white space since the last other character.
  var run = 0..<0
  var isPlain = false
  func close() {
    if !run.isEmpty, !isPlain { edit.replace(run, with: CollectionOfOne(0x20)) }
    run = 0..<0
  }
  forEachScalar(
    text,
    { scalar, range in
      guard CharacterClass(of: scalar).contains(.whitespace) else {
        close()
        return
      }
      isPlain = run.isEmpty && scalar == " "
      run = run.isEmpty ? range : run.lowerBound..<range.upperBound
    },
    illFormed: { _ in close() }
  )
  close()
  return edit
}

private func stripped(_ text: RawSpan, left: Bool, right: Bool) -> TextEdit {
  let space = unsafe text.withUnsafeBytes { buffer in
    let bytes = unsafe address(of: buffer)
    // White space at the start, which may be the whole text.
    var start = 0
    while start < buffer.count {
      let step = unsafe UTF8Decoding.step(bytes, at: start, limit: buffer.count)
      guard step.isWhitespace else { break }
      start += step.length
    }
    // And at the end, a character at a time from behind.
    var end = buffer.count
    while end > start {
      var first = end - 1
      while first > start, end - first < 4, unsafe bytes[first] & 0xC0 == 0x80 { first -= 1 }
      let step = unsafe UTF8Decoding.step(bytes, at: first, limit: end)
      guard step.isWhitespace, first + step.length == end else { break }
      end = first
    }
    return (start: start, end: end)
  }
  var edit = TextEdit()
  let isAllSpace = space.start == text.byteCount
  if left || (right && isAllSpace), space.start > 0 {
    edit.replace(0..<space.start, with: EmptyCollection())
  }
  if right, !isAllSpace, space.end < text.byteCount {
    edit.replace(space.end..<text.byteCount, with: EmptyCollection())
  }
  return edit
}

/// Visits the well-formed characters of a text and, where wanted, the ill-formed parts.
private func forEachScalar(
  _ text: RawSpan,
  _ body: (Unicode.Scalar, Range<Int>) -> Void,
  illFormed: (Range<Int>) -> Void = { _ in }
) {
  unsafe text.withUnsafeBytes { buffer in
    guard let start = buffer.baseAddress else { return }
    let bytes = unsafe start.assumingMemoryBound(to: UInt8.self)
    var position = 0
    while position < buffer.count {
      let step = unsafe UTF8Decoding.step(bytes, at: position, limit: buffer.count)
      let range = position..<position + step.length
      if step.isWellFormed, let scalar = Unicode.Scalar(step.scalar) {
        body(scalar, range)
      } else {
        illFormed(range)
      }
      position = range.upperBound
    }
  }
}

extension UTF8Decoding.Step {
  /// Whether it is white space.
  fileprivate var isWhitespace: Bool {
    isWellFormed && Unicode.Scalar(scalar)?.properties.isWhitespace == true
  }
}
