/// The documents that were kept, of all texts, and where they stand, for later ones to be compared with.
struct KeptDocuments: Sendable {
  /// Where a document stands, in eight bytes: up to 2²⁴ texts of up to 2⁴⁰ lines.
  struct Place: Sendable, Hashable {
    private let bits: UInt64

    /// The text's number, counted from 0.
    var input: Int { Int(bits >> 40) }
    /// The line, counted from 1.
    var line: Int { Int(bits & (1 << 40 - 1)) }

    init(input: Int, line: Int) {
      bits =
        UInt64(truncatingIfNeeded: input) << 40
        | UInt64(truncatingIfNeeded: line) & (1 << 40 - 1)
    }
  }

  /// The kept document that one equals or nearly equals.
  struct Original: Sendable, Hashable {
    let place: Place
    /// The estimated likeness; nil for equal documents.
    let likeness: Double?
  }

  private let keepsDuplicates: Bool
  private var digests = DigestSet()
  /// The place of the kept document for each number of ``digests``.
  private var places: [Place] = []
  private var near: NearDuplicates?
  /// The place for each number of ``near``.
  private var nearPlaces: [Place] = []

  init(_ plan: CleaningPlan) {
    keepsDuplicates = plan.keepsDuplicates
    near = plan.nearDuplicates.map { NearDuplicates($0) }
  }

  /// The kept document that one repeats; where there is none, the document itself is remembered.
  mutating func insert(_ document: CheckedDocument, at place: Place) -> Original? {
    var isNew = false
    if !keepsDuplicates, let digest = document.digest {
      let count = digests.count
      if let number = digests.insert(digest) {
        return Original(place: places[number], likeness: nil)
      }
      isNew = digests.count > count
    }
    let original = nearOriginal(of: document, at: place)
    // subtle: what equals a document that was dropped repeats the one that was kept for it.
    if isNew { places.append(original?.place ?? place) }
    return original
  }

  private mutating func nearOriginal(of document: CheckedDocument, at place: Place) -> Original? {
    guard let signature = document.signature else { return nil }
    let count = near?.count ?? 0
    if let found = near?.insert(signature) {
      return Original(place: nearPlaces[found.number], likeness: found.likeness)
    }
    if near?.count ?? 0 > count { nearPlaces.append(place) }
    return nil
  }
}

extension CheckedDocument.Fault {
  /// What is wrong with a document that repeats another.
  ///
  /// - Parameters:
  ///   - original: The document it repeats.
  ///   - limit: The likeness from which on documents count as equal.
  init(_ original: KeptDocuments.Original, limit: Double?) {
    self.init(
      reason: original.likeness == nil ? "duplicate" : "near-duplicate",
      value: original.likeness,
      limit: original.likeness == nil ? nil : limit,
      original: original.place
    )
  }
}
