#!/usr/bin/env python3
"""Measures small tokenizers with Hugging Face's `tokenizers` and formulas written out here.

The texts have words that white space parts, so that ICU's words are the same; graphemes are counted
with the `regex` module's \\X. Prints JSON with the tokenizers' files, the texts and the measures.

    python Scripts/reference/tokenizer_measures.py > Tests/EvaluationTests/Fixtures/tokenizer-measures.json
"""
import json
import math
import unicodedata
from collections import Counter

import regex
import tokenizers
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

TEXTS = {
    "en": ["the cat sat on the mat", "a dog and a cat sat down", "the ﬁne ﬂowers bloom in spring", "she reads the same book again"],
    "de": ["die Katze saß auf der Matte", "ein Hund und eine Katze setzten sich", "die schönen Blumen blühen im Frühling",
           "sie liest dasselbe Buch noch einmal"],
    "hi": ["बिल्ली चटाई पर बैठी", "एक कुत्ता और एक बिल्ली बैठ गए", "सुंदर फूल वसंत में खिलते हैं", "वह वही किताब फिर पढ़ती है"],
    "ru": ["кошка сидела на коврике", "собака и кошка сели", "красивые цветы цветут весной", "она читает ту же книгу снова"],
}
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def train(normalizer, size, languages):
    tokenizer = Tokenizer(models.BPE())
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(GPT2), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator([line for tag in languages for line in TEXTS[tag] * 3], trainers.BpeTrainer(
        vocab_size=size, special_tokens=["<|endoftext|>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return tokenizer


def ids(tokenizer, text):
    return tokenizer.encode(text, add_special_tokens=False).ids


def renyi(counts, size, alpha=2.5):
    total = sum(counts.values())
    entropy = math.log2(sum((n / total) ** alpha for n in counts.values())) / (1 - alpha)
    return entropy / math.log2(size)


def measure_language(tokenizer, lines):
    counts, continued, words, types = Counter(), 0, 0, set()
    for line in lines:
        encoding = tokenizer.encode(line, add_special_tokens=False)
        counts.update(encoding.ids)
        for match in regex.finditer(r"\S+", line):
            words += 1
            types.add(match.group())
            inside = [1 for start, end in encoding.offsets if start < match.end() and end > match.start() and start < end]
            continued += len(inside) > 1
    tokens = sum(counts.values())
    single = sum(1 for w in types if len(ids(tokenizer, w)) == 1 or len(ids(tokenizer, " " + w)) == 1)
    text = "".join(lines)
    nfkc = [unicodedata.normalize("NFKC", line) != line for line in lines]
    return dict(
        segments=len(lines), bytes=len(text.encode()), characters=len(text), words=words, tokens=tokens,
        graphemes=sum(len(regex.findall(r"\X", line)) for line in lines), continued_words=continued / words,
        single_token_words=single / len(types), renyi_efficiency=renyi(counts, tokenizer.get_vocab_size()),
        renyi_efficiency_of_seen=renyi(counts, len(counts)), distinct_tokens=len(counts),
        vocabulary_use=len(counts) / tokenizer.get_vocab_size(), nfkc_changed_segments=sum(nfkc),
        segment_tokens=[len(ids(tokenizer, line)) for line in lines]), counts


def measure(tokenizer, reference="en"):
    languages, total = {}, Counter()
    for tag, lines in TEXTS.items():
        languages[tag], counts = measure_language(tokenizer, lines)
        total.update(counts)
    base = languages[reference]["segment_tokens"]
    for values in languages.values():
        values["premium"] = sum(values["segment_tokens"]) / sum(base)
        values["parity"] = sum(a / b for a, b in zip(values["segment_tokens"], base)) / len(base)
    costs = sorted(sum(v["segment_tokens"]) for v in languages.values())
    k = len(costs)
    gini = sum((2 * (i + 1) - k - 1) * c for i, c in enumerate(costs)) / (k * sum(costs))
    size = tokenizer.get_vocab_size()
    whole = [i for i in range(1, size) if "\ufffd" not in tokenizer.decode([i])]
    unreachable = [i for i in whole if ids(tokenizer, tokenizer.decode([i])) != [i]]
    return dict(languages=languages, gini=gini, unreachable=unreachable, parts_of_characters=size - 1 - len(whole),
                unseen_tokens=sum(1 for i in range(1, size) if total[i] == 0),
                rare_tokens=sum(1 for i in range(1, size) if 0 < total[i] < 3))


def broken(tokenizer):
    """A copy with two tokens no text gives: one that a merge forestalls, one that a space cuts."""
    file = json.loads(tokenizer.to_str())
    vocabulary, merges = file["model"]["vocab"], file["model"]["merges"]
    for left, right in [("a", "Ġthe"), ("e", "Ġ")]:
        merges.append([left, right])
        vocabulary[left + right] = len(vocabulary)
    return Tokenizer.from_str(json.dumps(file))


def main():
    made = [train(None, 420, ["en", "de"]), train(normalizers.NFKC(), 500, TEXTS), broken(train(None, 400, ["en", "hi"])),
            train(normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents(), normalizers.Lowercase()]), 450, ["ru", "en"])]
    cases = [dict(file=tokenizer.to_str(), measures=measure(tokenizer)) for tokenizer in made]
    print(json.dumps(dict(made_with=f"tokenizers {tokenizers.__version__}, regex {regex.__version__}", texts=TEXTS,
                          cases=cases), ensure_ascii=False, separators=(",", ":")))


main()
