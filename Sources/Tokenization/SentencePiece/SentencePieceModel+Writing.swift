extension SentencePieceModel {
  /// The bytes of the `.model`.
  ///
  /// Fields that are not known here are written as they were read.
  public var file: [UInt8] {
    var writer = WireWriter()
    for piece in pieces {
      var message = WireWriter()
      message.append(1, piece.text)
      message.append(2, piece.score)
      if piece.kind != .normal { message.append(3, UInt64(piece.kind.rawValue)) }
      writer.append(1, message.bytes)
    }
    var trainer = WireWriter()
    trainer.append(3, 2 as UInt64)
    trainer.append(raw: otherTrainerFields)
    if treatsWhitespaceAsSuffix { trainer.append(24, true) }
    if byteFallback { trainer.append(35, true) }
    if unknownSurface != Self.defaultUnknownSurface { trainer.append(44, unknownSurface) }
    writer.append(2, trainer.bytes)
    var normalizer = WireWriter()
    normalizer.append(1, Array(normalization.name.utf8))
    normalizer.append(2, normalization.characterMap?.bytes ?? [])
    normalizer.append(3, normalization.addsDummyPrefix)
    normalizer.append(4, normalization.removesExtraWhitespace)
    normalizer.append(5, normalization.escapesWhitespace)
    writer.append(3, normalizer.bytes)
    writer.append(raw: otherFields)
    return writer.bytes
  }
}
