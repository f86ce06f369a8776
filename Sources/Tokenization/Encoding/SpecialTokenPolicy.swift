/// What becomes of a special token that stands in the text to be encoded.
///
/// Added tokens that are content rather than control are always found.
public enum SpecialTokenPolicy: String, CaseIterable, Sendable, Hashable {
  /// It is encoded as the one token, as Hugging Face's `tokenizers` does. For texts of one's own.
  case recognize
  /// It is ordinary text and never becomes the token. For texts of others.
  case asText = "text"
  /// It is an error. For texts where it must not occur.
  case refuse
}
