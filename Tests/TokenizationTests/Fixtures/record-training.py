#!/usr/bin/env python3
"""Records what Hugging Face's `BpeTrainer` learns with its other options, for TrainingOptionTests.

usage: record-training.py

Reads the texts of huggingface.json beside this script and writes training.json there: for each
configuration the settings, the vocabulary in the order of the numbers, and the merges. Where the
trainer numbers decorated characters in the order of a hash table, they are given to it as special
tokens, which fixes their numbers, or the corpus is a single word. Every configuration is trained
five times and must give the same.
"""
import json, os
import tokenizers
from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

HERE = os.path.dirname(os.path.abspath(__file__))
TEXTS = json.load(open(os.path.join(HERE, "huggingface.json"), encoding="utf-8"))["corpus"]
BYTES = sorted(pre_tokenizers.ByteLevel.alphabet())


def pre_tokenizer(words):
    if words == "gpt2":
        return pre_tokenizers.ByteLevel(add_prefix_space=False)
    if words == "gpt2-space":
        return pre_tokenizers.ByteLevel(add_prefix_space=True)
    if words.startswith("metaspace"):
        return pre_tokenizers.Metaspace(prepend_scheme=words.partition("-")[2] or "always")
    if words == "digits-metaspace":
        return pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True),
                                        pre_tokenizers.Metaspace(prepend_scheme="first")])
    if words == "whole":
        return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    return pre_tokenizers.Split(Regex(r"\S+"), "removed", invert=True)


def counts(words, texts):
    cut, found = pre_tokenizer(words), {}
    for text in texts:
        for word, _ in cut.pre_tokenize_str(text):
            for character in word:
                found[character] = found.get(character, 0) + 1
    return found


def limit(words, near, initial=()):
    """A limit near a number at which the rarest kept and the most frequent dropped differ."""
    found = counts(words, TEXTS) | dict.fromkeys(initial, 1 << 60)
    ranked = sorted(found.values(), reverse=True)
    while ranked[near - 1] == ranked[near]:
        near += 1
    return near


def decorated(words, prefix, suffix):
    """Every decorated form of every character, in a fixed order."""
    forms = []
    for character in sorted(counts(words, TEXTS)):
        if prefix:
            forms.append(prefix + character)
        if suffix:
            forms.append(character + suffix)
        if prefix and suffix:
            forms.append(prefix + character + suffix)
    return forms


BYTE_TOKENS = [f"<0x{byte:02X}>" for byte in range(256)]

CASES = [
    dict(words="gpt2", limit_alphabet=limit("gpt2", 60), initial_alphabet=[], vocab_size=500),
    dict(words="gpt2", limit_alphabet=limit("gpt2", 90, "ae!Z"), initial_alphabet=["a", "e", "!", "Z"], vocab_size=400),
    dict(words="characters", limit_alphabet=limit("characters", 80), vocab_size=500),
    dict(words="characters", min_frequency=3, max_token_length=6, vocab_size=2500),
    dict(words="characters", special_tokens=["<s>", "th", "é", "##x"], initial_alphabet=["ᚠ", "z", "𐐷"], vocab_size=1800),
    dict(words="characters", continuing_subword_prefix="##", seeded=True, vocab_size=4200),
    dict(words="characters", end_of_word_suffix="</w>", seeded=True, vocab_size=4200),
    dict(words="characters", continuing_subword_prefix="##", end_of_word_suffix="</w>", seeded=True,
         max_token_length=5, vocab_size=6500),
    dict(words="gpt2", continuing_subword_prefix="@@", seeded=True, initial_alphabet=BYTES, vocab_size=900),
    dict(words="gpt2", end_of_word_suffix="$", seeded=True, min_frequency=2, max_token_length=7, vocab_size=900),
    dict(words="characters", continuing_subword_prefix="##", text="mississippimissouri", vocab_size=60),
    dict(words="characters", end_of_word_suffix="</w>", text="abracadabra abracadabra abracadabra", vocab_size=40),
    dict(words="characters", continuing_subword_prefix="##", end_of_word_suffix="_", text="banananabanana",
         limit_alphabet=2, vocab_size=40),
    dict(words="metaspace", special_tokens=["<unk>", "<s>"], vocab_size=2300),
    dict(words="metaspace", special_tokens=["<unk>"] + BYTE_TOKENS, byte_fallback=True, vocab_size=2400),
    dict(words="metaspace-first", min_frequency=2, vocab_size=2300),
    dict(words="metaspace-never", limit_alphabet=limit("metaspace-never", 120), max_token_length=8, vocab_size=700),
    dict(words="metaspace", end_of_word_suffix="</w>", seeded=True, initial_alphabet=["ᚠ"], vocab_size=4300),
    dict(words="digits-metaspace", special_tokens=["▁the", "<pad>"], vocab_size=2300),
    dict(words="gpt2-space", special_tokens=["<|a|>", "the", "Ġof"], min_frequency=3, vocab_size=900),
    dict(words="whole", max_token_length=40, vocab_size=700, initial_alphabet=BYTES),
]


def main():
    cases = []
    for case in CASES:
        settings = {k: v for k, v in case.items() if k not in ("words", "seeded", "text", "byte_fallback")}
        if case.get("seeded"):
            settings["special_tokens"] = decorated(
                case["words"], case.get("continuing_subword_prefix"), case.get("end_of_word_suffix"))
        texts = [case["text"]] if "text" in case else TEXTS
        learned = set()
        for _ in range(5):
            tokenizer = Tokenizer(models.BPE())
            tokenizer.pre_tokenizer = pre_tokenizer(case["words"])
            tokenizer.train_from_iterator(texts, trainers.BpeTrainer(show_progress=False, **settings))
            model = json.loads(tokenizer.to_str())["model"]
            vocabulary = sorted(model["vocab"], key=model["vocab"].get)
            learned.add(json.dumps([vocabulary, model["merges"]], ensure_ascii=False))
        assert len(learned) == 1, f"{case} is not deterministic"
        vocabulary, merges = json.loads(learned.pop())
        settings.setdefault("special_tokens", [])
        settings.setdefault("initial_alphabet", [])
        if case.get("byte_fallback"):
            # The trainer is told of the bytes as special tokens, isoflop's by a setting.
            settings["special_tokens"] = [t for t in settings["special_tokens"] if t not in BYTE_TOKENS]
            settings["byte_fallback"] = True
        cases.append(dict(words=case["words"], text=case.get("text"), settings=settings,
                          vocabulary=vocabulary, merges=[" ".join(pair) for pair in merges]))
        print(case["words"], len(vocabulary), len(merges))
    result = dict(made_with="tokenizers " + tokenizers.__version__, cases=cases)
    with open(os.path.join(HERE, "training.json"), "w", encoding="utf-8") as f:
        json.dump(result, f, ensure_ascii=False, separators=(",", ":"))


main()
