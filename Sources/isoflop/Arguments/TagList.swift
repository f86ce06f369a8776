import ArgumentParser

/// Language tags separated by commas: `en,th,zh-Hans`.
struct TagList: ExpressibleByArgument, Sendable {
  /// The tags, at least one.
  let tags: [String]

  init?(argument: String) {
    tags = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let isSound = tags.allSatisfy { tag in
      !tag.isEmpty && tag.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    }
    guard isSound else { return nil }
  }
}
