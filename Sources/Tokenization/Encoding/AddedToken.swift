/// A token that is found in the text itself, before it is cut into pieces.
///
/// The flags are those of Hugging Face's `tokenizers`.
public struct AddedToken: Sendable, Hashable {
  /// Its number.
  public var id: TokenID
  /// Its text, literally.
  public var content: String
  /// Whether it stands for itself only between characters that are no word characters.
  public var singleWord: Bool
  /// Whether it takes the white space before it along.
  public var stripsLeft: Bool
  /// Whether it takes the white space after it along.
  public var stripsRight: Bool
  /// Whether it is looked for in the normalized text rather than in the original.
  public var isNormalized: Bool
  /// Whether it is a control token, such as the end of a text, rather than content.
  public var isSpecial: Bool

  /// Creates an added token; by default a special one.
  public init(
    id: TokenID,
    content: String,
    singleWord: Bool = false,
    stripsLeft: Bool = false,
    stripsRight: Bool = false,
    isNormalized: Bool = false,
    isSpecial: Bool = true
  ) {
    self.id = id
    self.content = content
    self.singleWord = singleWord
    self.stripsLeft = stripsLeft
    self.stripsRight = stripsRight
    self.isNormalized = isNormalized
    self.isSpecial = isSpecial
  }
}
