import Files

extension SentencePieceModel {
  /// Reads the bytes of a `.model`.
  ///
  /// - Parameters:
  ///   - file: The bytes.
  ///   - path: The name of the file, for errors.
  /// - Throws: ``TokenizationError/wrongFile(path:place:_:)``, for models of other kinds too.
  public init(_ file: [UInt8], path: String) throws(TokenizationError) {
    var reader = SentencePieceReader(path: path)
    try reader.read(file[...])
    self = try reader.finish()
  }
}

/// Reads one `.model`.
private struct SentencePieceReader {
  let path: String
  private var model = SentencePieceModel(
    pieces: [],
    normalization: .init(),
    denormalizer: nil,
    byteFallback: false,
    treatsWhitespaceAsSuffix: false,
    unknownSurface: SentencePieceModel.defaultUnknownSurface
  )
  private var kind: UInt64 = 1
  private var hasTrainer = false

  init(path: String) {
    self.path = path
  }

  private func error(_ position: Int, _ problem: String) -> TokenizationError {
    .wrongFile(path: path, place: "byte \(position)", problem)
  }

  /// Visits the fields of a message.
  private func forEachField(
    of message: ArraySlice<UInt8>,
    _ body: (Int, WireReader.Value, ArraySlice<UInt8>) throws(TokenizationError) -> Void
  ) throws(TokenizationError) {
    var reader = WireReader(message)
    while true {
      let field: (number: Int, value: WireReader.Value, bytes: ArraySlice<UInt8>)?
      do {
        field = try reader.next()
      } catch {
        throw self.error(
          error.position,
          "\(error.text); it is no model of SentencePiece, or damaged"
        )
      }
      guard let field else { return }
      try body(field.number, field.value, field.bytes)
    }
  }

  mutating func read(_ file: ArraySlice<UInt8>) throws(TokenizationError) {
    var reader = self
    try forEachField(of: file) { (number, value, bytes) throws(TokenizationError) in
      switch (number, value) {
      case (1, .bytes(let message)): try reader.readPiece(message)
      case (2, .bytes(let message)): try reader.readTrainer(message)
      case (3, .bytes(let message)):
        reader.model.normalization = try reader.normalization(message)
      case (5, .bytes(let message)):
        reader.model.denormalizer = try reader.normalization(message).characterMap
        reader.model.otherFields += bytes
      case (1...5, .varint), (1...5, .fixed32), (1...5, .fixed64):
        throw reader.error(bytes.startIndex, "field \(number) is no message")
      default: reader.model.otherFields += bytes
      }
    }
    self = reader
  }

  private mutating func readPiece(_ message: ArraySlice<UInt8>) throws(TokenizationError) {
    var piece = SentencePieceModel.Piece(text: [], score: 0, kind: .normal)
    let number = model.pieces.count
    try forEachField(of: message) { (field, value, bytes) throws(TokenizationError) in
      switch (field, value) {
      case (1, .bytes(let text)): piece.text = Array(text)
      case (2, .fixed32(let bits)): piece.score = Float(bitPattern: bits)
      case (3, .varint(let value)):
        guard let byte = UInt8(exactly: value),
          let kind = SentencePieceModel.Kind(rawValue: byte)
        else {
          throw error(bytes.startIndex, "piece \(number) is of the unknown kind \(value)")
        }
        piece.kind = kind
      default: break
      }
    }
    if piece.text.isEmpty { throw error(message.startIndex, "piece \(number) is empty") }
    if piece.score.isNaN { throw error(message.startIndex, "piece \(number) has no score") }
    if piece.text.contains(0) || piece.text[0] == 0xFF {
      throw error(message.startIndex, "piece \(number) is no text")
    }
    if number >= BPETrainer.largestVocabulary {
      throw error(message.startIndex, "there are more than \(number) pieces")
    }
    model.pieces.append(piece)
  }

  private mutating func readTrainer(_ message: ArraySlice<UInt8>) throws(TokenizationError) {
    hasTrainer = true
    var reader = self
    try forEachField(of: message) { (field, value, bytes) throws(TokenizationError) in
      switch (field, value) {
      case (3, .varint(let value)): reader.kind = value
      case (24, .varint(let value)): reader.model.treatsWhitespaceAsSuffix = value != 0
      case (35, .varint(let value)): reader.model.byteFallback = value != 0
      case (44, .bytes(let text)): reader.model.unknownSurface = Array(text)
      default: reader.model.otherTrainerFields += bytes
      }
    }
    self = reader
  }

  private func normalization(
    _ message: ArraySlice<UInt8>
  ) throws(TokenizationError) -> SentencePieceModel.Normalization {
    var normalization = SentencePieceModel.Normalization()
    normalization.name = ""
    try forEachField(of: message) { (field, value, bytes) throws(TokenizationError) in
      switch (field, value) {
      case (1, .bytes(let name)): normalization.name = String(decoding: name, as: UTF8.self)
      case (2, .bytes(let map)):
        if map.isEmpty { return }
        guard let characterMap = CharacterMap(bytes: Array(map)) else {
          throw error(bytes.startIndex, "the normalization map's sizes do not fit")
        }
        normalization.characterMap = characterMap
      case (3, .varint(let value)): normalization.addsDummyPrefix = value != 0
      case (4, .varint(let value)): normalization.removesExtraWhitespace = value != 0
      case (5, .varint(let value)): normalization.escapesWhitespace = value != 0
      default: break
      }
    }
    return normalization
  }

  /// The model, once its parts are known to fit together.
  func finish() throws(TokenizationError) -> SentencePieceModel {
    if model.pieces.isEmpty {
      throw .wrongFile(path: path, place: "its end", "it has no pieces")
    }
    let names: [UInt64: String] = [1: "Unigram", 3: "Word", 4: "Char"]
    if kind != 2 {
      throw .wrongFile(
        path: path,
        place: "trainer_spec.model_type",
        "\(names[kind] ?? "\(kind)") is not supported, only BPE is;"
          + " train with --model_type=bpe"
      )
    }
    var unknown: Int?
    var bytes = Set<UInt8>()
    for (number, piece) in model.pieces.enumerated() {
      let place = "piece \(number)"
      switch piece.kind {
      case .unknown:
        if let unknown {
          throw .wrongFile(path: path, place: place, "piece \(unknown) is the unknown one already")
        }
        unknown = number
      case .byte:
        guard let byte = byteOfTokenName(piece.text),
          byteTokenName(Int(byte)).utf8.elementsEqual(piece.text)
        else {
          throw .wrongFile(path: path, place: place, "it names no byte")
        }
        if !model.byteFallback {
          throw .wrongFile(path: path, place: place, "it is a byte, but byte_fallback is not set")
        }
        bytes.insert(byte)
      default: break
      }
    }
    if unknown == nil {
      throw .wrongFile(path: path, place: "its pieces", "none is the unknown one")
    }
    if model.byteFallback, bytes.count < 256 {
      throw .wrongFile(
        path: path,
        place: "its pieces",
        "byte_fallback is set, but only \(bytes.count) bytes have a piece"
      )
    }
    return model
  }
}
