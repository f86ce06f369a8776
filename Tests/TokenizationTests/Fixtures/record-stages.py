#!/usr/bin/env python3
"""Records what Hugging Face's `tokenizers` does in each stage around one small BPE model.

Writes stages.json beside this script: the file of a tokenizer, texts, and for each case the stages
that replace the file's and the ids of every text with and without special tokens; offsets too where
the stages leave the text as it is. Needs huggingface.json for texts.
"""
import json, os, random
import tokenizers
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, decoders, trainers

N = normalizers
here = os.path.dirname(os.path.abspath(__file__))
known = json.load(open(os.path.join(here, "huggingface.json"), encoding="utf-8"))
SPECIAL = ["<|endoftext|>", "<s>", "</s>"]
CL100K = next(c for c in known["cases"] if c["pattern"] == "cl100k")["file"]
CL100K = json.loads(CL100K)["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"]


def texts():
    random.seed(11)
    found = ["", " ", "hello world", "  Hello  wörld   ", "A\u0301 ÀÉ İΣς ſ ﬁ Å", "one<s>two </s> three",
             "x\u00a0\u2003y\u3000", "a--b__c//d", "12 345,678.90", "line\n\nnext\r\n end \n", "camelCaseAndHTTPServer2x",
             "हिन्दी में", "漢字かな交じり文。", "👩‍👩‍👧 🇫🇷", "``quoted''", "\u0000\u0001x\ufeff", "ab\u200bcd\u200c"]
    alphabet = "aAbB éÉ\u0301 \n\t-_'12٣ßİ漢😀.,\u00a0"
    for _ in range(40):
        few = random.sample(alphabet, random.randint(2, 6))
        found.append("".join(random.choice(few) for _ in range(random.randint(1, 14))))
    return found + [text[:40] for text in known["corpus"][::6]]


def stage_sequences():
    for stages in staged_cases():
        yield dict(pre_tokenizer=pre_tokenizers.Sequence(stages) if len(stages) > 1 else stages[0])
    yield dict(pre_tokenizer=pre_tokenizers.Sequence(next(staged_cases())), normalizer=N.Prepend("  b"),
               post_processor=template("<s> $A"))


def split(pattern, behavior="isolated", invert=False):
    return pre_tokenizers.Split(pattern, behavior, invert)


def byte_level(**options):
    return pre_tokenizers.ByteLevel(**{"add_prefix_space": False, "use_regex": False, **options})


def template(single):
    return processors.TemplateProcessing(single=single, pair="<s> $A </s> $B:1 </s>:1",
                                         special_tokens=[("<s>", 1), ("</s>", 2)])


def cases():
    for prefix in (False, True):
        for trim in (False, True):
            yield dict(post_processor=processors.ByteLevel(add_prefix_space=prefix, trim_offsets=trim))
    yield dict(post_processor=template("<s> $A </s>"))
    yield dict(post_processor=template("$A </s>"))
    yield dict(post_processor=processors.Sequence([processors.ByteLevel(trim_offsets=True), template("<s> <s> $A")]))
    for steps in [
            [N.Lowercase()], [N.NFD(), N.StripAccents()], [N.NFKD(), N.StripAccents(), N.Lowercase(), N.NFC()],
            [N.Strip()], [N.Strip(left=False)], [N.Strip(right=False), N.NFKC()], [N.Prepend(" ")],
            [N.Replace("-", " minus "), N.Replace("a", "")], [N.Replace(Regex(r"\s+"), " "), N.Strip()],
            [N.Replace(Regex(r"^\s|\d$"), "#")], [N.Replace(Regex(r"b+|^a"), "|")], [N.Prepend("_"), N.Lowercase(), N.NFC()]]:
        yield dict(normalizer=N.Sequence(steps) if len(steps) > 1 else steps[0])


def staged_cases():
    P = pre_tokenizers
    behaviors = ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]
    for behavior in behaviors:
        for invert in (False, True):
            yield [split(Regex(r"\s+|[a-c]"), behavior, invert), byte_level()]
        yield [split(" ", behavior), byte_level()]
    yield [byte_level()]
    yield [byte_level(add_prefix_space=True)]
    yield [P.Digits(individual_digits=True), byte_level(use_regex=True)]
    yield [P.Digits(individual_digits=False), split(Regex(CL100K)), byte_level()]
    yield [split(Regex(r"(?=[A-Z])")), split(Regex(r"\p{Han}|[\p{P}\p{S}]")), byte_level(use_regex=True)]
    yield [split(Regex(r"^.|.$|\b\d")), byte_level()]
    yield [split(Regex(r"\w+(?<!b)|[^\w\s]+"), "removed", True), byte_level()]
    yield [split(Regex(CL100K), "merged_with_previous"), byte_level()]


def main():
    everything = texts()
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split(Regex(CL100K)), byte_level()])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(everything + known["corpus"], trainers.BpeTrainer(
        vocab_size=700, special_tokens=SPECIAL, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    recorded = []
    for stages in [*cases(), *stage_sequences()]:
        copy = Tokenizer.from_str(tokenizer.to_str())
        for name, stage in stages.items():
            setattr(copy, name, stage)
        plain = [e.ids for e in copy.encode_batch(everything, add_special_tokens=False)]
        case = dict(stages={name: json.loads(copy.to_str())[name] for name in stages}, ids=plain)
        encodings = copy.encode_batch(everything)
        if [e.ids for e in encodings] != plain:
            case["with_special"] = [e.ids for e in encodings]
        if len(stages) == 1 and "normalizer" not in stages:
            case["offsets"] = [[x for pair in e.offsets for x in pair] for e in encodings]
        recorded.append(case)
    result = dict(made_with="tokenizers " + tokenizers.__version__, texts=everything, file=tokenizer.to_str(),
                  cases=recorded)
    with open(os.path.join(here, "stages.json"), "w", encoding="utf-8") as f:
        json.dump(result, f, ensure_ascii=False, separators=(",", ":"))


main()
