/// Guesses how a text goes on from where it last went through the same few tokens.
///
/// Guesses are only worth the reading: a model that has read some in one pass keeps those that it
/// would have drawn itself. How many are worth it follows from how the last ones did.
///
/// - Source: Saxena 2023, "Prompt lookup decoding"; the check of guesses by the model itself is that
///   of Leviathan et al. 2022, arXiv:2211.17192.
struct RepetitionGuesser {
  /// Three neighbors in a text.
  private struct Key: Hashable {
    let first: Int
    let second: Int
    let third: Int
  }

  private var tokens: [Int] = []
  /// Where the text went on after each key, seen last.
  private var places: [Key: Int] = [:]
  /// Where it went on after the last key, the time before.
  private var place: Int?
  /// How many guesses are made at most.
  private var limit = 2
  /// How many of the latest tokens came as the text had gone on before.
  private(set) var streak = 0

  /// Begins with a prompt.
  init(_ prompt: [Int]) {
    for token in prompt { append(token) }
  }

  /// Takes the token that came next.
  mutating func append(_ token: Int) {
    streak = place.map { tokens[$0] == token } ?? false ? streak + 1 : 0
    tokens.append(token)
    guard tokens.count >= 3 else { return }
    let key = Key(first: tokens[tokens.count - 3], second: tokens[tokens.count - 2], third: token)
    place = places.updateValue(tokens.count, forKey: key)
  }

  /// The tokens that may come next, in their order.
  ///
  /// They may run on into the guesses themselves, as a period shorter than their number does.
  ///
  /// - Parameter most: The most that are of use.
  /// - Returns: Up to so many ids; none where the text has not been here before.
  func guesses(_ most: Int) -> [Int] {
    guard let place, most > 0 else { return [] }
    var result: [Int] = []
    for index in place..<place + min(limit, most) {
      result.append(index < tokens.count ? tokens[index] : result[index - tokens.count])
    }
    return result
  }

  /// Learns how many of the guesses came true.
  mutating func judge(right: Int, of count: Int) {
    guard count > 0 else { return }
    limit = right == count ? min(2 * limit, 64) : max(1, right)
  }
}
