/// A BPE model of SentencePiece: pieces with scores, and how it normalizes text.
///
/// Text is normalized and then cut into characters and user-defined symbols; of the neighbors whose
/// texts together are a piece, those with the highest score are merged first, the leftmost of equals.
///
/// - Source: Kudo and Richardson 2018, "SentencePiece"; its `ModelProto`.
public struct SentencePieceModel: Sendable {
  /// What a piece is there for.
  public enum Kind: UInt8, Sendable, Hashable {
    /// Text.
    case normal = 1
    /// Stands for everything that has no piece.
    case unknown = 2
    /// Stands for no text, such as the end of one.
    case control = 3
    /// Text that is never cut nor merged.
    case userDefined = 4
    /// Text whose piece is cut again into what it was merged of.
    case unused = 5
    /// A byte, by a name such as `<0x0A>`.
    case byte = 6
  }

  /// One piece.
  public struct Piece: Sendable, Hashable {
    /// Its text, with `▁` for spaces.
    public var text: [UInt8]
    /// Higher scores are merged first.
    public var score: Float
    /// What it is there for.
    public var kind: Kind

    /// Creates a piece.
    public init(text: [UInt8], score: Float, kind: Kind) {
      self.text = text
      self.score = score
      self.kind = kind
    }
  }

  /// How text is normalized.
  public struct Normalization: Sendable, Hashable {
    /// The name of the rules, such as `nmt_nfkc` or `identity`.
    public var name = "identity"
    /// The rules; nil where characters stay what they are.
    public var characterMap: CharacterMap?
    /// Whether a space is put in front of every text (or behind it).
    public var addsDummyPrefix = true
    /// Whether spaces at the ends go, and of others in a row all but one.
    public var removesExtraWhitespace = true
    /// Whether `▁` is written for spaces.
    public var escapesWhitespace = true
  }

  /// The pieces by number.
  public var pieces: [Piece]
  /// How text is normalized before.
  public var normalization: Normalization
  /// The rules by which decoded text is changed at the end, or nil.
  public var denormalizer: CharacterMap?
  /// Whether characters without a piece become the pieces of their bytes.
  public var byteFallback: Bool
  /// Whether the dummy space stands behind the text instead of in front.
  public var treatsWhitespaceAsSuffix: Bool
  /// What an unknown token is decoded to.
  public var unknownSurface: [UInt8]
  /// Further fields of the file as they stood there: what trained the model, and tests.
  var otherFields: [UInt8] = []
  /// The fields of the trainer's settings that are not known here.
  var otherTrainerFields: [UInt8] = []

  /// What an unknown token is decoded to where a model does not say.
  static let defaultUnknownSurface = Array(" \u{2047} ".utf8)
  /// What stands for a space.
  static let space = Array("\u{2581}".utf8)

  /// The number of the piece that stands for what has none.
  var unknownID: TokenID {
    TokenID(pieces.firstIndex { $0.kind == .unknown } ?? 0)
  }
}
