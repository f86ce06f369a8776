import Files

/// The folder in which counting keeps what it has so far.
struct CountingFolder: Sendable {
  let path: String

  init(_ path: String) {
    self.path = path
  }

  private var plan: String { joined(path, "plan.txt") }

  /// Where a full table is written.
  func run(_ number: Int) -> String { joined(path, "run-\(number).counts") }

  /// Makes the folder ready, or finds that it belongs to other work.
  func prepare(_ text: String, isResuming: Bool) throws(TokenizationError) {
    do {
      if try fileKind(path) == .folder, try fileKind(plan) == .file {
        guard isResuming else {
          throw TokenizationError.wrongFile(
            path: path,
            place: "plan.txt",
            "an interrupted counting lies there; go on with it by --resume, or remove the folder"
          )
        }
        let old = String(decoding: try readFile(plan), as: UTF8.self)
        if old != text { throw Self.difference(plan, old, text) }
        try removePartialFiles(in: path)
        return
      }
      try prepareOutputFolder(path)
      try writeFile(plan, text)
    } catch let error as FilesError {
      throw .file(error)
    } catch let error as TokenizationError {
      throw error
    } catch {
      throw .interrupted
    }
  }

  /// Names the first line in which two plans differ.
  private static func difference(
    _ path: String,
    _ old: String,
    _ new: String
  ) -> TokenizationError {
    let (olds, news) = (old.split(separator: "\n"), new.split(separator: "\n"))
    for (before, now) in zip(olds, news) where before != now {
      let what = now.split(separator: " ").first ?? ""
      let name = what == "file" ? now.split(separator: " ", maxSplits: 3).last ?? "" : what
      return .wrongFile(
        path: path,
        place: "\(name)",
        "it is another than when the counting began; remove the folder and begin anew"
      )
    }
    return .wrongFile(
      path: path,
      place: "its end",
      "the counting began with \(olds.count - 3) files, not \(news.count - 3);"
        + " remove the folder and begin anew"
    )
  }

  /// The tables that were written out.
  func runs() throws(TokenizationError) -> [CountingRun] {
    let names: [String]
    do {
      names = try fileNames(in: path)
    } catch {
      throw .file(error)
    }
    var runs: [CountingRun] = []
    for name in names where name.hasPrefix("run-") && name.hasSuffix(".counts") {
      guard let number = Int(name.dropFirst(4).dropLast(7)) else { continue }
      let file = try CountFile(contentsOf: joined(path, name))
      runs.append(
        CountingRun(number: number, file: file, coverage: Coverage.parts(of: file.note))
      )
    }
    return runs.sorted { $0.number < $1.number }
  }

  /// Removes the folder and what counting wrote there.
  func remove() throws(TokenizationError) {
    do {
      for run in try runs() { try removeFile(run.file.path) }
      try removeFile(plan)
      try removeEmptyFolder(path)
    } catch let error as FilesError {
      throw .file(error)
    } catch let error as TokenizationError {
      throw error
    } catch {
      throw .interrupted
    }
  }
}

/// A table that was written out.
struct CountingRun {
  let number: Int
  let file: CountFile
  /// Which parts of which files it covers, or nil where it does not say.
  let coverage: [(file: Int, range: Range<Int>)]?
}
