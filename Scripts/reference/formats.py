#!/usr/bin/env python3
"""Tokenizers of every format that isoflop reads, and what their own libraries make of texts.

    python Scripts/reference/formats.py record
        writes Tests/TokenizationTests/Fixtures/formats.json
    python Scripts/reference/formats.py compare .build/release/isoflop [STRINGS] [SEED] [CASE...]
        encodes random strings with the library and with isoflop, and prints where they differ

Needs tokenizers, tiktoken and sentencepiece. The models are learned from Corpora/everyday.
"""
import base64, copy, io, json, os, random, subprocess, sys, tempfile
import sentencepiece, tiktoken, tokenizers
from sentencepiece import sentencepiece_model_pb2 as messages
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
FIXTURES = os.path.join(ROOT, "Tests", "TokenizationTests", "Fixtures")
CL100K = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
          r"|\s+(?!\S)|\s+")

# A sentence in each of 54 languages.
SENTENCES = [
    "The lamp is lit.", "Die Straße ist naß.", "L’été arrive déjà.", "¿Dónde está mi niño?", "Não há pão à mesa.",
    "Perché è già tardi?", "Het ijs is gesmolten.", "Ön står på andra sidan.", "Øya ligger langt ute i sjøen.",
    "Það er kalt í dag.", "Äiti leipoo pullaa.", "Öö on pikk ja vaikne.", "Gaisma kļūst vājāka.", "Šiandien žvaigždės šviečia.",
    "Żółw śpi pod łóżkiem.", "Příliš žluťoučký kůň.", "Ľaľa, aké pekné!", "Őszi eső veri az ablakot.", "Țara noastră e frumoasă.",
    "Çocuk ığdır’a gidiyor.", "Tôi muốn uống nước dừa.", "Saya pergi ke pasar.", "Ninapenda kusoma vitabu.", "Mo fẹ́ràn oúnjẹ yìí.",
    "Ина кино жакшы экен.", "Сегодня идёт снег.", "Їжак спить у лісі.", "Днес времето е хубаво.", "Ο ήλιος ανατέλλει.",
    "Այսօր անձրև է գալիս։", "დღეს კარგი ამინდია.", "היום יום יפה מאוד.", "الطقس جميل اليوم.", "امروز هوا می‌بارد.",
    "یہ کتاب اچھی ہے۔", "आज मौसम अच्छा है।", "আজ বৃষ্টি হবে।", "ਅੱਜ ਮੀਂਹ ਪਵੇਗਾ।", "આજે વરસાદ પડશે.", "இன்று மழை பெய்யும்.",
    "ఈ రోజు వర్షం.", "ಇಂದು ಮಳೆ ಬರುತ್ತದೆ.", "ഇന്ന് മഴ പെയ്യും.", "අද වැස්ස.", "วันนี้ฝนตกหนัก", "ມື້ນີ້ຝົນຕົກ", "ថ្ងៃនេះភ្លៀង។",
    "ဒီနေ့ မိုးရွာတယ်။", "今日は雨が降る。", "오늘은 비가 온다.", "今天下雨了。", "ዛሬ ዝናብ ይዘንባል።", "ᏙᎯᏧ ᎣᏏᏉ.", "བོད་སྐད་ཡག་པོ།",
]
NASTY = [
    "", " ", "  ", "   a   b  ", "\n", "\r\n\r\n", "\t\tx", "\u00a0\u2003\u3000", "\u0000", "a\u0000b", "y\ufeffx", "\u200bx\u200d",
    "e\u0301\u0323", "\u0301", "ﬁ①Å㌔", "ǅ ß İ ı", "ΣΑΣ", "가각\u1100\u1161\u11a8", "👩‍👩‍👧‍👦🇫🇷🏳️‍🌈", "\U0010ffff\ufffd", "▁", " ▁ ", "a▁b", "▁▁a ",
    "<s>", "</s> <s>", " <s> a </s>b", "<s><s>", "<unk>", "x<unk>y", "<mask>", "a <mask> b", "  <mask>  ", "cat", "concat cat cats",
    "_cat_ cat.", "écat", "<NEW> <new>", "Ünew<ÜNEW>", "<0x41>", "<0x0A>a", "##a", "a</w>", "don't I'LL", "1234567 89", "٣٤٥ ⅷ",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a b c d e f g h", "http://x.yz/?a=b&c", "x²+y₃", "ｆｕｌｌ　ｗｉｄｔｈ", "--__--", "a\u0308\u0308\u0308",
    "\u1112\u1161\u11ab", "ཧཱུྃ", "नि\u200dक्", "\u202eabc", "İstanbul", "a\n b\n\n c", "\u0085\u2028x", "\U0001d49c\U00020000", "''\"\"``",
]


def lines(*languages):
    """Lines of some languages, or of all; and the sentences."""
    folder = os.path.join(ROOT, "Corpora", "everyday")
    found = []
    for name in sorted(os.listdir(folder)):
        if name.endswith(".txt") and (not languages or name[:-4] in languages):
            found += open(os.path.join(folder, name), encoding="utf-8").read().splitlines()[:60]
    return found + SENTENCES


ALPHABET = ("aAbBcteE  \n\t\r-_'1234٣éßİıſ漢字かカ한가😀👩\u200d\u0301\u0323\u0308.,!?\u00a0\u3000▁<>/s\u0000\ufeff\u200bﬁ①"
            "Åनि्กำΣςдあ\u1100\u1161\u11a8\ufffd\U0010ffff#wx0")
PARTS = ["<s>", "</s>", "<unk>", "<mask>", "cat", "<new>", "<NEW>", "Ω<я>", "ω<я>", "</w>", "##", "▁", "  ", " the", "ing", "n't",
         "<0x0A>", "<|end|>", "été", "е\u0301", "मौ", "한국", "今日", "ไทย", "\r\n", "ab ", "USER", " USER ", "123"]


def random_text(rng):
    few = rng.sample(ALPHABET, rng.randint(2, 8)) + rng.sample(PARTS, rng.randint(0, 3))
    if rng.random() < 0.2:
        few += [rng.choice(rng.choice(SENTENCES).split()) + rng.choice([" ", ""]) for _ in range(4)]
    if rng.random() < 0.1:
        few += [chr(c) for c in (rng.randrange(0x20, 0xD800) for _ in range(4))]
    return "".join(rng.choice(few) for _ in range(rng.randint(1, rng.choice([4, 10, 24]))))


def texts():
    rng = random.Random(4)
    return SENTENCES + NASTY + [random_text(rng)[:14].lstrip("\ufeff") for _ in range(60)]


# --- tokenizers -------------------------------------------------------------

N, P, D = normalizers, pre_tokenizers, decoders
SPECIAL = ["<unk>", "<s>", "</s>"]


def learn(pre_tokenizer, **options):
    model = dict(unk_token="<unk>") if options.pop("unknown", False) else {}
    for name in ("continuing_subword_prefix", "end_of_word_suffix"):
        if name in options:
            model[name] = options[name]
    tokenizer = Tokenizer(models.BPE(**model))
    if pre_tokenizer:
        tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.train_from_iterator(options.pop("lines", None) or lines(),
                                  trainers.BpeTrainer(special_tokens=SPECIAL, show_progress=False, **options))
    return json.loads(tokenizer.to_str())


def byte_level(**options):
    return P.ByteLevel(**{"add_prefix_space": False, **options})


def bases():
    """Vocabularies and merges; a case changes what is around them."""
    found = dict(
        bytes=learn(byte_level(), vocab_size=640, initial_alphabet=P.ByteLevel.alphabet()),
        few=learn(byte_level(), vocab_size=150, limit_alphabet=60, unknown=True),
        words=learn(P.Whitespace(), vocab_size=700, limit_alphabet=300, unknown=True),
        prefix=learn(P.BertPreTokenizer(), vocab_size=800, limit_alphabet=150, unknown=True, continuing_subword_prefix="##"),
        suffix=learn(P.Whitespace(), vocab_size=800, limit_alphabet=150, unknown=True, end_of_word_suffix="</w>"),
        both=learn(P.Whitespace(), vocab_size=700, limit_alphabet=90, unknown=True, continuing_subword_prefix="##",
                   end_of_word_suffix="</w>"),
        clip=learn(P.Sequence([P.Split(Regex(r"\p{L}+|\p{N}|[^\s\p{L}\p{N}]+"), "removed", True), byte_level(use_regex=False)]),
                   vocab_size=900, end_of_word_suffix="</w>", initial_alphabet=P.ByteLevel.alphabet()),
    )
    # Characters with bytes to fall back to, as converted models of SentencePiece have them.
    spaced = learn(P.Metaspace(), vocab_size=700, limit_alphabet=250, unknown=True)
    names = [f"<0x{b:02X}>" for b in range(256)]
    order = SPECIAL + names + [t for t, _ in sorted(spaced["model"]["vocab"].items(), key=lambda p: p[1]) if t not in SPECIAL]
    spaced["model"]["vocab"] = {t: i for i, t in enumerate(order)}
    found["spaced"] = spaced
    return found


def template(single, *names):
    ids = dict(zip(SPECIAL, range(3)))
    return json.loads(processors.TemplateProcessing(single=single, pair="$A $B:1", special_tokens=[(n, ids[n]) for n in names]).__getstate__())


def added(content, **flags):
    return {**dict(content=content, single_word=False, lstrip=False, rstrip=False, normalized=False, special=False), **flags}


ADDED = [added("<mask>", lstrip=True, special=True), added("cat", single_word=True), added("<new>", normalized=True),
         added("Ω<я>", normalized=True, rstrip=True), added("  "), added("<|end|>", rstrip=True, lstrip=True, special=True),
         added("USER", normalized=True, single_word=True, lstrip=True)]


def stage(part):
    return json.loads(part.__getstate__())


def chars(decoder=None, **stages):
    return dict(decoder=decoder or stage(D.Sequence([D.Replace("▁", " "), D.ByteFallback(), D.Fuse(), D.Strip(" ", 1, 0)])), **stages)


def small_map():
    """The map of a small table of rules, for the normalizer Precompiled."""
    return base64.b64encode(messages.ModelProto.FromString(sentence_pieces()["rules"]).normalizer_spec.precompiled_charsmap).decode()


def json_cases():
    post = stage(processors.ByteLevel(trim_offsets=True))
    level = stage(D.ByteLevel())
    meta = lambda scheme, split=True: stage(P.Metaspace(prepend_scheme=scheme, split=split))
    fallback = dict(byte_fallback=True, fuse_unk=True, unk_token="<unk>")
    llama = stage(N.Sequence([N.Prepend("▁"), N.Replace(" ", "▁")]))
    yield "gpt2", "bytes", dict(pre_tokenizer=stage(byte_level()), post_processor=stage(processors.ByteLevel(trim_offsets=False)), decoder=level), {}, []
    yield "gpt2 with template", "bytes", dict(
        pre_tokenizer=stage(byte_level()), decoder=level,
        post_processor=dict(type="Sequence", processors=[post, template("<s> $A </s>", "<s>", "</s>")])), {}, []
    yield "roberta", "bytes", dict(
        pre_tokenizer=stage(byte_level(add_prefix_space=True)), decoder=level,
        post_processor=stage(processors.RobertaProcessing(("</s>", 2), ("<s>", 1)))), {}, [ADDED[0]]
    yield "llama 3", "bytes", dict(
        pre_tokenizer=stage(P.Sequence([P.Split(Regex(CL100K), "isolated"), byte_level(use_regex=False)])), decoder=level,
        post_processor=template("<s> $A", "<s>")), dict(ignore_merges=True), []
    yield "qwen", "bytes", dict(
        normalizer=stage(N.NFC()), decoder=level, post_processor=post,
        pre_tokenizer=stage(P.Sequence([P.Split(Regex(CL100K), "isolated"), byte_level(use_regex=False)]))), {}, ADDED[:4]
    yield "digits", "bytes", dict(
        normalizer=stage(N.Sequence([N.NFKC(), N.Lowercase()])), decoder=level,
        pre_tokenizer=stage(P.Sequence([P.Digits(True), byte_level()]))), {}, ADDED
    yield "few bytes", "few", dict(pre_tokenizer=stage(byte_level()), decoder=level), {}, []
    yield "few bytes fused", "few", dict(pre_tokenizer=stage(byte_level(add_prefix_space=True)), decoder=level), dict(fuse_unk=True), ADDED[:3]
    yield "few bytes dropped", "few", dict(pre_tokenizer=stage(byte_level()), decoder=level, post_processor=post), dict(unk_token=None), []
    yield "llama 2", "spaced", chars(normalizer=llama, post_processor=template("<s> $A", "<s>")), fallback, []
    yield "gemma", "spaced", chars(stage(D.Sequence([D.Replace("▁", " "), D.ByteFallback(), D.Fuse()])), normalizer=stage(N.Replace(" ", "▁")),
                                   pre_tokenizer=stage(P.Split(" ", "merged_with_previous"))), fallback, ADDED
    for scheme in ("always", "first", "never"):
        yield f"metaspace {scheme}", "spaced", chars(stage(D.Metaspace(prepend_scheme=scheme)), pre_tokenizer=meta(scheme)), fallback, ADDED[:4]
    yield "metaspace whole", "spaced", chars(pre_tokenizer=meta("first", False)), fallback, ADDED
    yield "precompiled", "spaced", chars(normalizer=dict(type="Precompiled", precompiled_charsmap=small_map()), pre_tokenizer=meta("always")), dict(unk_token="<unk>"), ADDED[:2]
    yield "words", "words", dict(pre_tokenizer=stage(P.Whitespace()), decoder=None), {}, ADDED
    yield "words fused", "words", dict(normalizer=stage(N.Sequence([N.NFD(), N.StripAccents()])), pre_tokenizer=stage(P.WhitespaceSplit())), dict(fuse_unk=True), ADDED
    yield "words dropped", "words", dict(normalizer=stage(N.NFKD())), dict(unk_token=None, ignore_merges=True), []
    yield "prefix", "prefix", dict(normalizer=stage(N.Strip()), pre_tokenizer=stage(P.Sequence([P.WhitespaceSplit(), P.Punctuation()]))), {}, []
    yield "suffix", "suffix", dict(normalizer=stage(N.Lowercase()), pre_tokenizer=stage(P.Whitespace()), decoder=stage(D.BPEDecoder())), {}, ADDED[:4]
    yield "both", "both", dict(pre_tokenizer=stage(P.Whitespace())), dict(fuse_unk=True), []
    yield "clip", "clip", dict(
        normalizer=stage(N.Sequence([N.NFC(), N.Replace(Regex(r"\s+"), " "), N.Lowercase()])), decoder=level,
        pre_tokenizer=stage(P.Sequence([P.Split(Regex(r"\p{L}+|\p{N}|[^\s\p{L}\p{N}]+"), "removed", True), byte_level(use_regex=False)])),
        post_processor=stage(processors.RobertaProcessing(("</s>", 2), ("<s>", 1), trim_offsets=False, add_prefix_space=False))), {}, ADDED[:1]


def json_file(base, stages, model, more):
    file = copy.deepcopy(base)
    for name in ("normalizer", "pre_tokenizer", "post_processor", "decoder"):
        file[name] = stages.get(name)
    file["model"].update(model)
    start = len(file["model"]["vocab"])
    file["added_tokens"] += [dict(id=start + i, **token) for i, token in enumerate(more)]
    return file


# --- SentencePiece ----------------------------------------------------------

TRAINED = {}

FEW_RULES = {"ﬁ": "fi", "①": "1", "e\u0301": "é", "\u3000": " ", "\u200b": "", "ab": "c", "a": "A", "a b": "A&B", "\u0085": " "}

# None has a space in what it replaces, so that texts can be cut at spaces.
MANY_RULES = {
    # One character for another, shorter, longer and as long in bytes.
    **{wide: chr(ord(wide) - 0xFEE0) for wide in "ｆｕｌｗｉｄｔｈ"}, "ς": "σ", "ı": "i", "₃": "3", "`": "‘", "É": "é",
    # One for several, some with spaces, and one for several words.
    "ﬁ": "fi", "㌔": "キロ", "①": "(1)", "ß": "ss", "ⅷ": "viii", "½": "1⁄2", "…": "...", "ǅ": "Dž", "İ": "i\u0307", "Ω": "ohm",
    "²": " 2 ", "㎏": " kg", "👩": " a woman ",
    # Several for one or several.
    "e\u0301": "é", "a\u0308": "ä", "\u1112\u1161\u11ab": "한", "\u0e4d\u0e32": "ำ", "🇫🇷": "fr", "''": "\"", "ing": "in'",
    # Several of which some begin others: the longest counts, and what begins like a longer one alone does not.
    "\u1100\u1161": "가", "\u1100\u1161\u11a8": "각", "e\u0301\u0323": "ẹ\u0301", "a\u0308\u0308": "ǟ", "12": "twelve",
    "1234567": "many", "123": "some", "http": "h", "http://www": "w", "--": "–", "--_": "—", "cat": "dog", "cats": "some dogs",
    "aaa": "b", "aaaaaaaa": "c",
    # Nothing.
    "\u200b": "", "\ufeff": "", "\u202e": "", "\u0301": "", "\u00ad": "", "##": "",
    # White space.
    "\t": " ", "\n": " ", "\r": " ", "\r\n": " ", "\u00a0": " ", "\u2003": " ", "\u3000": " ", "\u0085": " ", "\u2028": "  ",
}


def sentence_pieces():
    """Models of SentencePiece by name, in bytes."""
    if TRAINED:
        return TRAINED
    with tempfile.TemporaryDirectory() as folder:
        def table(name, rules):
            path = os.path.join(folder, name)
            with open(path, "w", encoding="utf-8") as f:
                for old, new in rules.items():
                    f.write(" ".join(f"{ord(c):04X}" for c in old) + "\t" + " ".join(f"{ord(c):04X}" for c in new) + "\n")
            return path
        def train(name, **options):
            model = io.BytesIO()
            sentencepiece.SentencePieceTrainer.train(
                sentence_iterator=iter(lines("en", "de", "tr", "ru", "hi")[:-len(SENTENCES)]), model_writer=model, model_type="bpe", minloglevel=2, num_threads=1,
                **{**dict(vocab_size=700, character_coverage=0.99), **options})
            proto = messages.ModelProto.FromString(model.getvalue())
            proto.normalizer_spec.ClearField("normalization_rule_tsv")
            TRAINED[name] = proto.SerializeToString()
        train("llama", byte_fallback=True, normalization_rule_name="identity", remove_extra_whitespaces=False, split_digits=True)
        train("nmt", normalization_rule_name="nmt_nfkc", byte_fallback=True)
        train("nmt fold", normalization_rule_name="nmt_nfkc_cf", add_dummy_prefix=False, vocab_size=700)
        train("many rules", normalization_rule_tsv=table("many.tsv", MANY_RULES), byte_fallback=True)
        train("rules", normalization_rule_tsv=table("few.tsv", FEW_RULES), user_defined_symbols=["USER", "<new>", "  "], control_symbols=["<mask>", "<|end|>"])
        train("bare", normalization_rule_name="identity", remove_extra_whitespaces=False, add_dummy_prefix=False,
              user_defined_symbols=["cat", "123", "\u0301"], byte_fallback=True)
        train("suffix", normalization_rule_name="identity", treat_whitespace_as_suffix=True, split_by_whitespace=False)
        train("plain", normalization_rule_name="identity", allow_whitespace_only_pieces=True, remove_extra_whitespaces=False,
              split_by_unicode_script=False)
    return TRAINED


def piece_encoding(model, text):
    # The places are bytes.
    proto = model.encode(text, return_type="proto")
    return [p.id for p in proto.pieces], [(p.begin, p.end) for p in proto.pieces]


# --- tiktoken ---------------------------------------------------------------

def rank_cases(base):
    """Ranks of the vocabulary of bytes, under three rules of cutting."""
    spelling = {}
    others = 0
    for b in range(256):
        printable = 33 <= b <= 126 or 161 <= b <= 172 or 174 <= b <= 255
        spelling[chr(b) if printable else chr(256 + others)] = b
        others += 0 if printable else 1
    order = sorted(base["model"]["vocab"].items(), key=lambda p: p[1])
    tokens = [bytes(spelling[c] for c in token) for token, _ in order if token not in SPECIAL]
    ranks = {token: i for i, token in enumerate(tokens)}
    gpt2 = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"
    cl100k = (r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s")
    for name, pattern in (("gpt2", gpt2), ("cl100k", cl100k)):
        special = {"<s>": len(ranks), "<|end|>": len(ranks) + 1}
        yield name, ranks, special, tiktoken.Encoding(name, pat_str=pattern, mergeable_ranks=ranks, special_tokens=special)


# --- all cases --------------------------------------------------------------

class Case:
    """A tokenizer's file, and how its library encodes and decodes with it."""

    def __init__(self, name, kind, record, file, suffix, arguments, encode, decode):
        self.name, self.kind, self.record, self.file = name, kind, record, file
        self.suffix, self.arguments, self.encode, self.decode = suffix, arguments, encode, decode


def cases(base):
    for name, of, stages, model, more in json_cases():
        file = json_file(base[of], stages, model, more)
        library = Tokenizer.from_str(json.dumps(file))
        def encode(text, library=library):
            e = library.encode(text)
            return e.ids, e.offsets
        # The vocabulary and the merges are recorded once, and stand in the place of "@".
        short = copy.deepcopy(file)
        vocabulary, merges = short["model"].pop("vocab"), short["model"].pop("merges")
        short["model"]["@"] = 0
        model_text = f'"vocab":{compact(vocabulary)},"merges":{compact(merges)}'
        yield Case(name, "tokenizers", dict(base=of, model=model_text, file=compact(short)), compact(file).encode(), ".json", [], encode,
                   lambda ids, l=library: l.decode(ids, skip_special_tokens=False))
    for name, model in sentence_pieces().items():
        library = sentencepiece.SentencePieceProcessor(model_proto=model)
        yield Case(name, "sentencepiece", {}, model, ".model", ["--offsets", "bytes"], lambda text, l=library: piece_encoding(l, text),
                   lambda ids, l=library: l.decode(ids))
    for name, ranks, special, library in rank_cases(base["bytes"]):
        file = b"".join(base64.b64encode(t) + b" %d\n" % i for t, i in ranks.items())
        def encode(text, library=library):
            ids = library.encode(text, disallowed_special=())
            starts = library.decode_with_offsets(ids)[1]
            return ids, [(s, s) for s in starts]
        yield Case(name, "tiktoken", dict(pattern=name, special=special), file, ".tiktoken",
                   ["--pre-tokenizer", name, *[x for t, i in special.items() for x in ("--special", f"{t}={i}")]], encode, library.decode)


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def flat(pairs):
    return [place for pair in pairs for place in pair]


def text_of(numbers):
    return " ".join(map(str, numbers))


def record():
    base = bases()
    everything = texts()
    recorded = []
    models_recorded = {}
    ranks = None
    for case in cases(base):
        entry = dict(name=case.name, library=case.kind, **case.record)
        if case.kind == "tokenizers":
            models_recorded[entry["base"]] = entry.pop("model")
        elif case.kind == "sentencepiece":
            # The maps of SentencePiece's own rules are long, and are for comparing.
            if messages.ModelProto.FromString(case.file).normalizer_spec.name.startswith("nmt_nfkc"):
                continue
            entry["file"] = base64.b64encode(case.file).decode()
        elif case.kind == "tiktoken":
            ranks = case.file.decode()
        found = [case.encode(text) for text in everything]
        entry["ids"] = [text_of(ids) for ids, _ in found]
        entry["offsets"] = [text_of(flat(o) if case.kind != "tiktoken" else [s for s, _ in o]) for _, o in found]
        decoded = [case.decode(list(ids)) for ids, _ in found]
        entry["decoded"] = [None if d == t else d for d, t in zip(decoded, everything)]
        recorded.append(entry)
    versions = dict(tokenizers=tokenizers.__version__, sentencepiece=sentencepiece.__version__, tiktoken=tiktoken.__version__)
    whole = dict(made_with=versions, texts=everything, models=models_recorded, ranks=ranks, cases=recorded)
    with open(os.path.join(FIXTURES, "formats.json"), "w", encoding="utf-8") as f:
        f.write(compact(whole) + "\n")


def compare(binary, count=2000, seed=1, *names):
    rng = random.Random(int(seed))
    everything = texts() + [random_text(rng) for _ in range(int(count))]
    differences = 0
    with tempfile.TemporaryDirectory() as folder:
        corpus = os.path.join(folder, "texts.jsonl")
        with open(corpus, "w", encoding="utf-8") as f:
            for text in everything:
                f.write(json.dumps(dict(text=text)) + "\n")
        for case in cases(bases()):
            if names and case.name not in names and case.kind not in names:
                continue
            path = os.path.join(folder, "tokenizer" + case.suffix)
            open(path, "wb").write(case.file)
            run = subprocess.run([binary, "tokenizer", "encode", "--tokenizer", path, "--corpus", corpus, "--jsonl", "--json",
                                  *case.arguments, *(["--special-in-text", "text"] if case.kind == "tiktoken" else [])],
                                 capture_output=True)
            if run.returncode:
                print(f"{case.kind} {case.name}: {run.stderr.decode()[:300]}")
                differences += 1
                continue
            wrong = wrong_offsets = wrong_texts = 0
            kept = []
            for text, line in zip(everything, run.stdout.decode().split("\n"), strict=False):
                answer = json.loads(line)
                ids, offsets = case.encode(text)
                if answer["ids"] != list(ids):
                    wrong += 1
                    if wrong <= 3:
                        print(f"  {text!r}\n    library {list(ids)}\n    isoflop {answer['ids']}")
                    continue
                kept.append((text, list(ids)))
                places = [tuple(p) for p in answer["offsets"]]
                if case.kind == "tiktoken":
                    places = [(s, s) for s, _ in places]
                if places != [tuple(p) for p in offsets]:
                    wrong_offsets += 1
                    if wrong_offsets <= 3:
                        print(f"  {text!r} {answer['tokens']}\n    library {list(offsets)}\n    isoflop {places}")
            lists = "".join(json.dumps(dict(ids=ids)) + "\n" for _, ids in kept)
            arguments = [a for a in case.arguments if a not in ("--offsets", "bytes")]
            run = subprocess.run([binary, "tokenizer", "decode", "--tokenizer", path, "--jsonl", *arguments], input=lists.encode(),
                                 capture_output=True)
            for (text, ids), line in zip(kept, run.stdout.decode().split("\n")):
                expected, found = case.decode(ids), json.loads(line)["text"]
                if expected != found:
                    wrong_texts += 1
                    if wrong_texts <= 3:
                        print(f"  {text!r} {ids}\n    library {expected!r}\n    isoflop {found!r}")
            differences += wrong + wrong_offsets + wrong_texts
            print(f"{case.kind} {case.name}: {len(everything)} texts, {wrong} with other ids, {wrong_offsets} with other offsets, "
                  f"{wrong_texts} decoded otherwise", flush=True)
    return differences


if __name__ == "__main__":
    if sys.argv[1:2] == ["record"]:
        record()
    elif sys.argv[1:2] == ["compare"] and len(sys.argv) > 2:
        sys.exit(1 if compare(*sys.argv[2:]) else 0)
    else:
        sys.exit(__doc__)
