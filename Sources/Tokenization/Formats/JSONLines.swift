public import Files

/// A file whose lines are JSON objects.
public struct JSONLines {
  private let file: MappedFile

  /// Creates a reader of a file.
  public init(_ file: MappedFile) {
    self.file = file
  }

  /// The token ids under a key in each line; empty lines are left out.
  ///
  /// - Throws: ``TokenizationError/wrongFile(path:place:_:)`` for a line that is no object or has no
  ///   such list.
  public func ids(field: String) throws(TokenizationError) -> [[TokenID]] {
    var lists: [[TokenID]] = []
    try forEach(field) { (reader) throws(TokenizationError) in
      var ids: [TokenID] = []
      try reader.readArray { (reader) throws(TokenizationError) in
        let number = try reader.readInteger()
        guard let id = TokenID(exactly: number) else {
          throw reader.error("\(number) is no number of a token")
        }
        ids.append(id)
      }
      lists.append(ids)
    }
    return lists
  }

  /// Reads the value of a key in each line.
  private func forEach(
    _ field: String,
    _ read: (inout JSONReader) throws(TokenizationError) -> Void
  ) throws(TokenizationError) {
    let wanted = Array(field.utf8)
    try file.withBytes { (bytes) throws(TokenizationError) in
      try bytes.withByteView { (bytes) throws(TokenizationError) in
        // One reader for all lines, so that errors name the line of the file.
        var reader = JSONReader(bytes, path: file.path)
        while reader.peek() != 0 {
          let place = reader.position
          var isFound = false
          try reader.readObject { (reader, key) throws(TokenizationError) in
            if try reader.copy(key) == wanted, !isFound {
              isFound = true
              try read(&reader)
            } else {
              try reader.skipValue()
            }
          }
          if !isFound { throw reader.error("the object has no \"\(field)\"", at: place) }
        }
      }
    }
  }
}
