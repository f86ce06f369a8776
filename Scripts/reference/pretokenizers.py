#!/usr/bin/env python3
"""Records the pieces that Hugging Face's pre-tokenizers cut texts into.

Prints JSON with the version, the texts and, for each pre-tokenizer, its JSON and for each text the
pieces' ranges in code points, flat. Characters are those of Unicode 9 and earlier, which is what its
script table and its table of punctuation know.

    python Scripts/reference/pretokenizers.py > Tests/TokenizationTests/Fixtures/pretokenizers.json
"""
import json
import random

import tokenizers
from tokenizers import Regex, Tokenizer, models
from tokenizers import pre_tokenizers as P

BEHAVIORS = ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]


def texts():
    random.seed(5)
    found = [
        "", " ", "   ", "Hello, world!  It's 2026-11-21.", "  leading and trailing  ", "a--b__c//d $5+3=8 <tag>",
        "café naïve e\u0301", "漢字かな交じりカタカナー文。第3章", "ひらがな ー カタカナ", "Ελληνικά Русский עברית العربية ١٢٣",
        "हिन्दी में १२३ क्षत्रिय", "สวัสดีชาวโลก 123", "한국어 문장입니다.", "tab\tnew\nline\r\nno\u00a0break\u3000wide",
        "zero\u200bwidth\u200djoin\u200cer", "x²½Ⅷ٣१ 1234567", "'“quoted”' «guillemets» …", "snake_case camelCase kebab-case",
        "😀👩‍👩‍👧🇫🇷", "ᏣᎳᎩ አማርኛ ქართული Հայերեն", "\u0301 alone", "mixedабвabc漢字abc", "१a२b", "\u0378x\ue000y",
    ]
    alphabet = "ab B1٣é\u0301 \n\t-_'.,!$あア漢ー한яΩ\u00a0\u200d😀²\u0378"
    for _ in range(120):
        few = random.sample(alphabet, random.randint(2, 7))
        found.append("".join(random.choice(few) for _ in range(random.randint(1, 16))))
    return found


def stages():
    yield P.Whitespace()
    yield P.WhitespaceSplit()
    for behavior in BEHAVIORS:
        yield P.Punctuation(behavior)
    yield P.Digits(individual_digits=True)
    yield P.Digits(individual_digits=False)
    yield P.UnicodeScripts()
    yield P.Split(Regex(r"\p{N}{1,3}"), "isolated")
    yield P.Sequence([P.WhitespaceSplit(), P.Punctuation(), P.Digits(individual_digits=True)])
    yield P.Sequence([P.UnicodeScripts(), P.WhitespaceSplit()])
    yield P.Sequence([P.Whitespace(), P.UnicodeScripts()])
    yield P.Sequence([P.Digits(), P.Punctuation("merged_with_next")])


def main():
    tokenizer = Tokenizer(models.BPE())
    everything = texts()
    cases = []
    for stage in stages():
        tokenizer.pre_tokenizer = stage
        pieces = [[place for _, pair in stage.pre_tokenize_str(text) for place in pair] for text in everything]
        cases.append(dict(stage=json.loads(tokenizer.to_str())["pre_tokenizer"], pieces=pieces))
    print(json.dumps(dict(made_with="tokenizers " + tokenizers.__version__, texts=everything, cases=cases),
                     ensure_ascii=False, separators=(",", ":")))


main()
