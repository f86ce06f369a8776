import ArgumentParser
import Tokenization
import UnicodeText

/// `isoflop tokenizer`: everything between text and token ids.
struct TokenizerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenizer",
    abstract: "Train tokenizers, turn text into token ids and back, measure them.",
    subcommands: [
      TokenizerTrain.self, TokenizerCount.self, TokenizerEncode.self, TokenizerDecode.self,
      TokenizerInspect.self, TokenizerEvaluate.self, TokenizerCompare.self, TokenizerExtend.self,
      TokenizerPrune.self, TokenizerMerge.self, TokenizerConvert.self,
    ]
  )
}

extension SpecialTokenPolicy: ExpressibleByArgument {}
