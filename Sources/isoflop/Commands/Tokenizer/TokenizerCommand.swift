import ArgumentParser
import Tokenization
import UnicodeText

/// `isoflop tokenizer`: everything between text and token ids.
struct TokenizerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenizer",
    abstract: "Train tokenizers, turn text into token ids and back.",
    subcommands: [
      TokenizerTrain.self, TokenizerEncode.self, TokenizerDecode.self, TokenizerInspect.self,
      TokenizerConvert.self,
    ]
  )
}

extension NormalizationForm: ExpressibleByArgument {}
extension SplitPattern: ExpressibleByArgument {}
extension SpecialTokenPolicy: ExpressibleByArgument {}
