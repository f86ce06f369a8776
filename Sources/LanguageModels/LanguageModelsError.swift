import Accounting

/// What can be wrong with a model, its files or a question to it.
public enum LanguageModelsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A tensor file breaks its format's rules, or a tensor in it does.
  case invalidTensorFile(path: String, tensor: String?, reason: String)
  /// A file of settings cannot be read or contradicts itself.
  case invalidConfiguration(path: String, reason: String)
  /// A model asks for something that isoflop does not compute.
  case unsupported(path: String, reason: String)
  /// A model's tensors lack one that its configuration asks for.
  case missingTensor(path: String, tensor: String)
  /// A model's tensors hold one that its configuration has no place for.
  case unexpectedTensor(path: String, tensor: String)
  /// A folder holds no model.
  case noModel(path: String, reason: String)
  /// A model cannot be written in the format asked for.
  case notExpressible(format: String, reason: String)
  /// A token id lies outside the vocabulary.
  case tokenOutOfRange(id: Int, vocabularySize: Int)
  /// A sequence is empty or longer than the model's context.
  case sequenceLength(length: Int, contextLength: Int)
  /// A model that looks ahead is asked to continue a text.
  case notCausal
  /// A setting of generation is impossible.
  case invalidSampling(reason: String)

  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .invalidTensorFile(let path, let tensor?, let reason):
      "\(path), tensor \(tensor): \(reason). Fetch or write the file again."
    case .invalidTensorFile(let path, nil, let reason):
      "\(path) is not a sound safetensors file: \(reason). Fetch or write the file again."
    case .invalidConfiguration(let path, let reason):
      "\(path): \(reason). Correct the file or write the model again."
    case .unsupported(let path, let reason):
      "\(path) asks for what isoflop does not compute: \(reason)."
    case .missingTensor(let path, let tensor):
      "\(path) lacks the tensor \(tensor) that config.json asks for."
        + " Write the model again, or correct config.json."
    case .unexpectedTensor(let path, let tensor):
      "\(path) holds the tensor \(tensor), which config.json has no place for."
        + " Correct config.json, or remove the tensor."
    case .noModel(let path, let reason):
      "\(path) holds no model: \(reason)."
    case .notExpressible(let format, let reason):
      "The format \(format) cannot express this model: \(reason). Name no format to let the"
        + " shape choose."
    case .tokenOutOfRange(let id, let vocabularySize):
      "The token id \(id) lies outside the model's vocabulary of \(vocabularySize)."
        + " Encode the text with the model's own tokenizer."
    case .sequenceLength(let length, let contextLength):
      "A sequence of \(length) tokens does not fit: this model reads 1 to \(contextLength)."
    case .notCausal:
      "This model looks ahead (full attention), so it cannot continue a text."
    case .invalidSampling(let reason):
      "Tokens cannot be drawn so: \(reason)."
    }
  }
}

extension AccountingError {
  /// What is wrong, without the sentence around it.
  var reason: String {
    if case .invalidShape(let reason) = self { return reason }
    return description
  }
}
