import UnicodeText

/// The normal forms of Unicode, character by character, for the places that offsets need.
///
/// ICU says what a text becomes, and faster; this says which character became which, as Hugging
/// Face's `tokenizers` counts it: the first character of a decomposition replaces its composite and
/// the others are new, a composite replaces its first part and takes the others away. Marks that
/// change their order keep nothing but their turn.
struct NormalForms {
  private let form: NormalizationForm
  private let decomposer: Normalizer
  private let composer = Normalizer(.nfc)
  private var decompositions: [UInt32: [Unicode.Scalar]] = [:]
  private var compositions: [UInt64: Unicode.Scalar?] = [:]

  init(_ form: NormalizationForm) {
    self.form = form
    decomposer = Normalizer(form == .nfc || form == .nfd ? .nfd : .nfkd)
  }

  /// A character on its way, or ill-formed bytes that stay as they are.
  private struct Character {
    var scalar: Unicode.Scalar
    var bytes: [UInt8]?
    /// 1 for a new character, 0 for one that replaces another, less for each it takes away.
    var change: Int
    var combiningClass: UInt8

    init(_ scalar: Unicode.Scalar, change: Int) {
      self.scalar = scalar
      self.change = change
      combiningClass =
        scalar.value < 0x300 ? 0 : scalar.properties.canonicalCombiningClass.rawValue
    }
  }

  /// What becomes of each character of a text.
  mutating func changes(of text: [UInt8]) throws(UnicodeTextError) -> [SourcedText.Change] {
    var characters = try decomposed(text)
    if form == .nfc || form == .nfkc { characters = try composed(characters) }
    return characters.map { character in
      SourcedText.Change(
        bytes: character.bytes ?? Array(String(character.scalar).utf8),
        kind: character.change > 0 ? .inserted : .replaced(removing: -character.change)
      )
    }
  }

  /// The decomposition, marks in canonical order.
  private mutating func decomposed(_ text: [UInt8]) throws(UnicodeTextError) -> [Character] {
    var result: [Character] = []
    result.reserveCapacity(text.count)
    var runStart = 0
    func sortMarks(_ result: inout [Character]) {
      if result.count - runStart > 1 {
        // subtle: the order of equals must stay, which `sort` does not promise.
        let sorted = result[runStart...].enumerated().sorted {
          ($0.element.combiningClass, $0.offset) < ($1.element.combiningClass, $1.offset)
        }
        result.replaceSubrange(runStart..., with: sorted.map(\.element))
      }
      runStart = result.count
    }
    var position = 0
    while position < text.count {
      let step = text.withByteView { text in
        unsafe UTF8Decoding.step(text.address, at: position, limit: text.count)
      }
      defer { position += step.length }
      guard step.isWellFormed, let scalar = Unicode.Scalar(step.scalar) else {
        sortMarks(&result)
        var character = Character("\u{FFFD}", change: 0)
        character.bytes = Array(text[position..<position + step.length])
        result.append(character)
        continue
      }
      for (index, part) in try decomposition(of: scalar).enumerated() {
        let character = Character(part, change: index == 0 ? 0 : 1)
        if character.combiningClass == 0 { sortMarks(&result) }
        result.append(character)
      }
    }
    sortMarks(&result)
    return result
  }

  private mutating func decomposition(
    of scalar: Unicode.Scalar
  ) throws(UnicodeTextError) -> [Unicode.Scalar] {
    if scalar.value < 0xA0 { return [scalar] }
    if let known = decompositions[scalar.value] { return known }
    let parts = Array(try decomposer.normalize(String(scalar)).unicodeScalars)
    decompositions[scalar.value] = parts
    return parts
  }

  /// The characters with all that composes composed, from left to right.
  private mutating func composed(_ characters: [Character]) throws(UnicodeTextError) -> [Character]
  {
    var result: [Character] = []
    result.reserveCapacity(characters.count)
    // The place of the last starter, and the class of the last mark after it that stayed.
    var starter: Int?
    var lastClass: UInt8?
    for character in characters {
      if character.bytes == nil, let place = starter, result[place].bytes == nil {
        let isBlocked = lastClass.map { $0 >= character.combiningClass } ?? false
        if !isBlocked, let whole = try composition(result[place].scalar, character.scalar) {
          result[place].scalar = whole
          result[place].change += character.change - 1
          continue
        }
      }
      if character.combiningClass == 0 {
        starter = result.count
        lastClass = nil
      } else if starter != nil {
        lastClass = character.combiningClass
      }
      result.append(character)
    }
    return result
  }

  /// The character that two compose to, or nil.
  private mutating func composition(
    _ first: Unicode.Scalar,
    _ second: Unicode.Scalar
  ) throws(UnicodeTextError) -> Unicode.Scalar? {
    if second.value < 0x300 { return nil }
    let key = UInt64(first.value) << 32 | UInt64(second.value)
    if let known = compositions[key] { return known }
    var pair = String.UnicodeScalarView()
    pair.append(first)
    pair.append(second)
    let composed = try composer.normalize(String(pair)).unicodeScalars
    let whole = composed.count == 1 ? composed.first : nil
    compositions[key] = .some(whole)
    return whole
  }
}
