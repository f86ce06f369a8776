#!/usr/bin/env python3
"""Records what Hugging Face's `tokenizers` learns and encodes, for HuggingFaceTests.

usage: record.py UDHR_FOLDER

UDHR_FOLDER holds LANGUAGE.txt files of the Universal Declaration of Human Rights whose second line
is article 1. Writes huggingface.json beside this script: texts, and for each configuration the
tokenizer that was trained on them, and the ids and offsets of every text.
"""
import json, os, random, sys
import tokenizers
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, decoders, trainers

LANGUAGES = """en de fr es pt-PT it nl sv da fi hu cs pl sk ro tr vi id sw ru uk bg sr-Cyrl el-monoton hy ka he ar fa
hi bn ml kn gu pa th lo km my am ko ja zh-Hans yo ha-NG zu eu cy""".split()

CL = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
HEAD, TAIL = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
SUFFIX = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
PATTERNS = {
    "gpt2": None,
    "cl100k": CL % r"\p{N}{1,3}",
    "qwen2": CL % r"\p{N}",
    "nanochat": CL % r"\p{N}{1,2}",
    "o200k": "|".join([
        r"[^\r\n\p{L}\p{N}]?" + HEAD + "*" + TAIL + "+" + SUFFIX,
        r"[^\r\n\p{L}\p{N}]?" + HEAD + "+" + TAIL + "*" + SUFFIX,
        r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+"]),
}
FORMS = {"none": None, "nfc": normalizers.NFC, "nfd": normalizers.NFD, "nfkc": normalizers.NFKC,
         "nfkd": normalizers.NFKD}
CONFIGURATIONS = [
    dict(pattern="o200k", form="nfc"), dict(pattern="o200k", form="none"),
    dict(pattern="cl100k", form="none"), dict(pattern="cl100k", form="nfkc", vocab_size=420),
    dict(pattern="gpt2", form="none"), dict(pattern="gpt2", form="nfd", min_frequency=9),
    dict(pattern="qwen2", form="none", max_token_length=5), dict(pattern="nanochat", form="nfc"),
    dict(pattern="o200k", form="nfkd", special_tokens=["<s>", "</s>", "th", "ing"]),
    dict(pattern="cl100k", form="none", initial_alphabet=[], vocab_size=500),
    dict(pattern="gpt2", form="none", special_tokens=[], vocab_size=100),
    dict(pattern="o200k", form="none", min_frequency=3, max_token_length=4, vocab_size=700),
]


def texts(folder):
    found = []
    for language in LANGUAGES:
        path = os.path.join(folder, language + ".txt")
        if os.path.exists(path):
            found.append(open(path, encoding="utf-8").read().split("\n")[1][:150])
        else:
            print("missing", language)
    nasty = ["", "a", " ", "\n", "  \n ", "\t\t x", "a\r\nb\r\n\r\n", "a<|endoftext|>b", "<s>th</s>",
             "'S 'LL 'ſ don'T I'm they'Ve", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
             "1234567890 ½²³ ٣٤ Ⅷ", "漢ABC字HTTPServer", "^^^^^^!!!//\n//", "e\u0301 \u1100\u1161\u11a8 ﬁ Å",
             "👨‍👩‍👧‍👦🏽 🇩🇪", "\ufeffx\u200b\u2028\u2029\u0085y", "𝐀𝒶 İıſK", "\u0000\u0001\u007f", "\u1c89\u1c8a"]
    random.seed(7)
    alphabet = "aBsStTdlLrRvVſǅʰ漢語हिन्दीе́Жßé𝐀😀\u200D12٣²'’ \u00A0\u3000\t\n\r/.!_\u0301\u20DD\u0000<|>"
    for _ in range(120):
        few = random.sample(alphabet, random.randint(2, 7))
        nasty.append("".join(random.choice(few) for _ in range(random.randint(1, 18))))
    return found, nasty


def main():
    corpus, nasty = texts(sys.argv[1])
    everything = corpus + nasty
    cases = []
    for configuration in CONFIGURATIONS:
        settings = dict(configuration)
        pattern, form = settings.pop("pattern"), settings.pop("form")
        settings.setdefault("vocab_size", 600)
        settings.setdefault("special_tokens", ["<|endoftext|>"])
        settings.setdefault("initial_alphabet", pre_tokenizers.ByteLevel.alphabet())
        tokenizer = Tokenizer(models.BPE())
        if FORMS[form]:
            tokenizer.normalizer = FORMS[form]()
        if PATTERNS[pattern]:
            tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
                pre_tokenizers.Split(Regex(PATTERNS[pattern]), "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
        else:
            tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        tokenizer.train_from_iterator(corpus, trainers.BpeTrainer(show_progress=False, **settings))
        encodings = tokenizer.encode_batch(everything)
        settings["initial_alphabet"] = len(settings["initial_alphabet"])
        case = dict(pattern=pattern, form=form, settings=settings, file=tokenizer.to_str(),
                    ids=[e.ids for e in encodings])
        if form == "none" and len(settings) == 3 and case["settings"]["initial_alphabet"]:
            case["offsets"] = [[x for pair in e.offsets for x in pair] for e in encodings]
        cases.append(case)
    result = dict(made_with="tokenizers " + tokenizers.__version__, corpus=corpus, nasty=nasty, cases=cases)
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "huggingface.json"), "w", encoding="utf-8") as f:
        json.dump(result, f, ensure_ascii=False, separators=(",", ":"))


main()
