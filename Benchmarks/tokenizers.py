#!/usr/bin/env python3
"""Time isoflop's tokenizer beside other libraries: one run, same text, same vocabulary, same answer.

usage: tokenizers.py encode CORPUS.txt TOKENIZER.json [--bytes 20000000] [--rounds 3] [--threads 1,2]
                            [--peers fastokens,splintr,riptoken,tiktoken,tokenizers]
       tokenizers.py languages TOKENIZER.json --texts en=en.txt,ru=ru.txt,… [--rounds 3] [--peers fastokens,tiktoken]
       tokenizers.py train CORPUS.txt [--vocab-size 32768] [--rounds 1] [--threads 1,2]
                           [--peers rustbpe,fast-bpe-rs,tokenizers]
       tokenizers.py start TOKENIZER.json --isoflop PROGRAM [--rounds 5] [--peers tiktoken,tokenizers]
       tokenizers.py worst TOKENIZER.json [--bytes 1000000]
       any of them: [--json FILE]

TOKENIZER.json is a byte-level BPE with the cl100k split and no special tokens. Every figure is of a
fresh process; the rounds go through all programs in turn, so that a slow minute of the machine meets
all of them, and the tables give medians. What was learned or encoded is compared first, and a
program with another answer ends the run (fast-bpe-rs learns other merges and does not show them: it
is timed all the same). A peer that is not installed is named and left out. `swift build -c release
--product tokenizer-bench` in this folder comes before; peers are installed with pip.
"""
import argparse, base64, hashlib, importlib.util, json, os, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(HERE, ".build", "release", "tokenizer-bench")
SPLIT = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
         r"|\s*[\r\n]+|\s+(?!\S)|\s+")


def byte_of_character():
    """GPT-2's alphabet, from characters to bytes."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in plain]
    return {chr(b): b for b in plain} | {chr(256 + i): b for i, b in enumerate(others)}


def tokens_of(path):
    """The tokens of a tokenizer.json as bytes, with their numbers."""
    alphabet = byte_of_character()
    with open(path, encoding="utf-8") as file:
        vocabulary = json.load(file)["model"]["vocab"]
    return {bytes(alphabet[c] for c in token): number for token, number in vocabulary.items()}


def documents(path, limit, size=8192):
    """The same parts of the text that tokenizer-bench cuts."""
    parts, part, length, total = [], [], 0, 0
    with open(path, encoding="utf-8", newline="") as file:
        for line in file:
            part.append(line)
            length += len(line.encode())
            if length >= size:
                parts.append("".join(part))
                total += length
                part, length = [], 0
                if total >= limit:
                    return parts
    return parts + (["".join(part)] if part else [])


def digest(numbers):
    import numpy
    return hashlib.sha256(numpy.asarray(numbers, dtype=numpy.uint32).tobytes()).hexdigest()


def peak_mib():
    with open("/proc/self/status") as file:
        return next(int(l.split()[1]) / 1024 for l in file if l.startswith("VmHWM:"))


def load_peer(peer, path, threads):
    """Loads a tokenizer: its encoder to what costs it least, to id lists, and its decoder or None."""
    if peer == "fastokens":
        import fastokens
        model = fastokens.Tokenizer.from_file(path)
        return model.encode_batch_flat, lambda t: [e.ids for e in model.encode_batch(t)], model.decode_batch
    if peer == "splintr":
        import splintr
        model = splintr.from_json(path)
        return model.encode_batch_flat, model.encode_batch, model.decode_batch
    if peer == "tokenizers":
        from tokenizers import Tokenizer
        model = Tokenizer.from_file(path)
        encode = lambda t: model.encode_batch_fast(t, add_special_tokens=False)
        return encode, lambda t: [e.ids for e in encode(t)], model.decode_batch
    if peer == "riptoken":
        import riptoken
        model = riptoken.CoreBPE(tokens_of(path), {}, SPLIT)
        return model.encode_ordinary_batch, model.encode_ordinary_batch, lambda ids: [model.decode(i) for i in ids]
    import tiktoken
    model = tiktoken.Encoding("x", pat_str=SPLIT, mergeable_ranks=tokens_of(path), special_tokens={})
    encode = lambda t: [model.encode_ordinary(x) for x in t]
    if threads > 1:
        encode = lambda t: model.encode_ordinary_batch(t, num_threads=threads)
    return encode, encode, lambda ids: [model.decode(i) for i in ids]


def encode_peer(peer, o, threads):
    """Encodes twice in this process and prints what tokenizer-bench prints."""
    if threads == 1:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    texts = documents(o.corpus, o.bytes)
    start = time.perf_counter()
    encode, lists, decode = load_peer(peer, o.tokenizer, threads)
    row = {"load_ms": 1000 * (time.perf_counter() - start)}
    megabytes = sum(len(t.encode()) for t in texts) / 1e6
    for name in ("pass1_mb_s", "pass2_mb_s"):
        start = time.perf_counter()
        for i in range(0, len(texts), 512):
            encode(texts[i:i + 512])
        row[name] = megabytes / (time.perf_counter() - start)
    if o.check:
        row["ids"] = digest([i for e in lists(texts) for i in e])
    elif threads == 1:
        ids = [list(map(int, e)) for e in lists(texts)]
        start = time.perf_counter()
        for i in range(0, len(ids), 512):
            decode(ids[i:i + 512])
        row["decode_mb_s"] = megabytes / (time.perf_counter() - start)
    print(json.dumps(row))


def train_peer(peer, o, threads):
    def lines():
        with open(o.corpus, encoding="utf-8", newline="") as file:
            yield from file
    start = time.perf_counter()
    if peer == "rustbpe":
        import rustbpe
        model = rustbpe.Tokenizer()
        model.train_from_iterator(lines(), vocab_size=o.vocab_size, pattern=SPLIT)
        wall = time.perf_counter() - start
        tokens = {bytes(b) for b, _ in model.get_mergeable_ranks()}
    elif peer == "fast-bpe-rs":
        import fast_bpe_rs
        model = fast_bpe_rs.BPE(SPLIT)
        model.train(o.vocab_size, list(lines()))
        wall = time.perf_counter() - start
        tokens = set()
    else:
        from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers
        model = Tokenizer(models.BPE())
        model.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.Split(Regex(SPLIT), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
        model.train([o.corpus], trainers.BpeTrainer(
            vocab_size=o.vocab_size, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
        wall = time.perf_counter() - start
        with tempfile.NamedTemporaryFile(suffix=".json") as file:
            model.save(file.name)
            tokens = set(tokens_of(file.name))
    with open(o.output, "wb") as file:
        file.write(b"\n".join(sorted(base64.b64encode(t) for t in tokens)))
    print(json.dumps({"wall_s": wall, "peak_mib": peak_mib()}))


def run(command, threads):
    environment = dict(os.environ, RAYON_NUM_THREADS=str(threads),
                       TOKENIZERS_PARALLELISM="false" if threads == 1 else "true")
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        sys.exit(f"{command[0]} failed: {done.stderr[-600:]}")
    return json.loads(lines[-1])


def run_peer(peer, o, threads, *more):
    return run([sys.executable, os.path.abspath(__file__), *sys.argv[1:], "--worker", f"{peer},{threads}", *more],
               threads)


def median(rows, key):
    import statistics  # its import takes as long as a peer's, and no worker needs it
    known = [row[key] for row in rows if key in row]
    return statistics.median(known) if known else None


def ours_encoding(o, corpus):
    return [PROGRAM, "encode", "--tokenizer", o.tokenizer, "--corpus", corpus, "--bytes", str(o.bytes)]


def check_ids(o):
    """Compares the ids of all peers with isoflop's."""
    with tempfile.TemporaryDirectory() as folder:
        ids = os.path.join(folder, "ids.bin")
        run(ours_encoding(o, o.corpus) + ["--ids", ids], 1)
        with open(ids, "rb") as file:
            wanted = hashlib.sha256(file.read()).hexdigest()
    for peer in o.peers:
        if run_peer(peer, o, 1, "--check", "--corpus-file", o.corpus)["ids"] != wanted:
            sys.exit(f"{peer} has other ids on {o.corpus}")


def encoding_rows(o):
    rows = {}
    for _ in range(o.rounds):
        for threads in o.threads:
            row = run(ours_encoding(o, o.corpus) + ["--threads", str(threads), "--decode", "1"], threads)
            rows.setdefault(("isoflop", threads), []).append(row)
            for peer in o.peers:
                row = run_peer(peer, o, threads, "--corpus-file", o.corpus)
                rows.setdefault((peer, threads), []).append(row)
    return rows


def compare_encoding(o):
    check_ids(o)
    print("same ids from", ", ".join(["isoflop", *o.peers]), flush=True)
    rows = encoding_rows(o)
    table(o, "encode", ["program", "threads", "first pass MB/s", "second pass MB/s", "decoding MB/s", "loading ms",
                        "isoflop's first", "isoflop's second"],
          [[name, threads, *(median(found, k) for k in ("pass1_mb_s", "pass2_mb_s", "decode_mb_s", "load_ms")),
            *(Ratio(median(rows["isoflop", threads], f"pass{i}_mb_s") / median(found, f"pass{i}_mb_s")) for i in (1, 2))]
           for (name, threads), found in rows.items()])


def compare_languages(o):
    o.threads = [1]
    lines, english = [], None
    for language, o.corpus in (text.split("=", 1) for text in o.texts.split(",")):
        check_ids(o)
        rows = encoding_rows(o)
        ours = [median(rows["isoflop", 1], f"pass{i}_mb_s") for i in (1, 2)]
        english = english or ours
        line = [language, *ours, *(Ratio(e / s) for e, s in zip(english, ours))]
        for peer in o.peers:
            line += [Ratio(s / median(rows[peer, 1], f"pass{i}_mb_s")) for i, s in zip((1, 2), ours)]
        lines.append(line)
    table(o, "languages", ["language", "first pass MB/s", "second pass MB/s", "slower than the first row: first",
                           "second", *(f"against {p}: {n}" for p in o.peers for n in ("first", "second"))], lines)


LINE = "The quick brown fox"


def start_peer(peer, o, threads):
    print(*load_peer(peer, o.tokenizer, threads)[1]([LINE])[0])


def compare_start(o):
    """Whole processes that load the tokenizer and encode one line."""
    commands = {"isoflop": [o.isoflop, "tokenizer", "encode", "--tokenizer", o.tokenizer, LINE]}
    for peer in o.peers:
        commands[peer] = [sys.executable, os.path.abspath(__file__), "start", o.tokenizer, "--worker", f"{peer},1"]
    rows, wanted = {}, None
    for _ in range(o.rounds):
        for name, command in commands.items():
            start = time.perf_counter()
            done = subprocess.run(command, capture_output=True, text=True)
            rows.setdefault(name, []).append({"ms": 1000 * (time.perf_counter() - start)})
            wanted = wanted or done.stdout
            if done.returncode or done.stdout != wanted:
                sys.exit(f"{name} printed {done.stdout!r}, not {wanted!r}: {done.stderr[-400:]}")
    loading = run([PROGRAM, "load", "--tokenizer", o.tokenizer], 1)
    ours = median(rows["isoflop"], "ms")
    table(o, "start", ["program", "one line, process ms", "isoflop's speed"],
          [[name, median(found, "ms"), Ratio(median(found, "ms") / ours)] for name, found in rows.items()])
    table(o, "load", ["first load ms", "median ms"], [[loading["first_ms"], loading["median_ms"]]])


# Texts that nothing cuts, or that are cut everywhere.
WORST = {"one letter": "a", "spaces": " ", "line feeds": "\n", "emoji joined by ZWJ": "\U0001F468\u200D",
         "Thai without spaces": "สุนัขจิ้งจอก", "combining accents": "\u0301", "digits": "7", "quotes": "'",
         "Chinese without stops": "素早い狐", "words": "the quick brown fox "}


def compare_worst(o):
    """Such texts at one length and at four times that."""
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        corpus = os.path.join(folder, "text")
        for name, unit in WORST.items():
            speeds = []
            for size in (o.bytes, 4 * o.bytes):
                with open(corpus, "w", encoding="utf-8", newline="") as file:
                    file.write(unit * (size // len(unit.encode())))
                speeds.append(run([PROGRAM, "encode", "--tokenizer", o.tokenizer, "--corpus", corpus], 1)["pass1_mb_s"])
            lines.append([name, *speeds, Ratio(speeds[0] / speeds[1])])
    table(o, "worst", ["text", f"{o.bytes} bytes, MB/s", f"{4 * o.bytes} bytes, MB/s", "time a byte of the longer one"], lines)


class Ratio(float):
    """A number that a table shows as a ratio."""


def table(o, name, heads, lines):
    """Prints a table, and keeps it for the JSON file."""
    def text(value):
        if isinstance(value, Ratio):
            return f"×{value:.2f}"
        return f"{value:.1f}" if isinstance(value, float) else "–" if value is None else str(value)
    print("| " + " | ".join(heads) + " |")
    print("|---|" + "--:|" * (len(heads) - 1))
    for line in lines:
        print("| " + " | ".join(map(text, line)) + " |", flush=True)
    o.tables[name] = [dict(zip(heads, line)) for line in lines]


def compare_training(o):
    rows, learned = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        output = os.path.join(folder, "learned")
        for _ in range(o.rounds):
            for threads in o.threads:
                for name in ["isoflop", *o.peers]:
                    if name == "isoflop":
                        row = run([PROGRAM, "train", "--corpus", o.corpus, "--vocab-size", str(o.vocab_size),
                                   "--threads", str(threads), "--output", output], threads)
                        tokens = sorted(base64.b64encode(t) for t in tokens_of(output))
                    else:
                        row = run_peer(name, o, threads, "--output", output)
                        with open(output, "rb") as file:
                            tokens = file.read().split(b"\n")
                    # The tie rule of rustbpe differs, which may cost a few tokens at the end.
                    common = len(set(tokens) & set(learned.setdefault("isoflop", tokens)))
                    if name != "fast-bpe-rs" and common < 0.999 * len(learned["isoflop"]):
                        sys.exit(f"{name} learned other tokens: {common} of {len(learned['isoflop'])} are the same")
                    row["common"] = common
                    rows.setdefault((name, threads), []).append(row)
    table(o, "train", ["program", "threads", "seconds", "isoflop's speed", "peak MiB", "tokens in common"],
          [[name, threads, median(found, "wall_s"),
            Ratio(median(found, "wall_s") / median(rows["isoflop", threads], "wall_s")),
            median(found, "peak_mib"), found[0]["common"]] for (name, threads), found in rows.items()])


MODULES = {"fast-bpe-rs": "fast_bpe_rs"}
TASKS = {"encode": (compare_encoding, "fastokens,splintr,riptoken,tiktoken,tokenizers"),
         "languages": (compare_languages, "fastokens,tiktoken"),
         "train": (compare_training, "rustbpe,fast-bpe-rs,tokenizers"),
         "start": (compare_start, "tiktoken,tokenizers"), "worst": (compare_worst, "")}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--bytes", type=int)
    parser.add_argument("--vocab-size", type=int, default=32768)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--peers")
    parser.add_argument("--texts")
    parser.add_argument("--isoflop", default=os.path.join(HERE, "..", ".build", "release", "isoflop"))
    parser.add_argument("--json")
    for hidden in ("--worker", "--output", "--corpus-file"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    parser.add_argument("--check", action="store_true", help=argparse.SUPPRESS)
    o = parser.parse_args()
    o.tokenizer = o.files[-1]
    o.corpus = o.corpus_file or o.files[0]
    o.bytes = o.bytes or (1_000_000 if o.task == "worst" else 20_000_000)
    if o.worker:
        peer, threads = o.worker.split(",")
        work = {"train": train_peer, "start": start_peer}.get(o.task, encode_peer)
        return work(peer, o, int(threads))
    o.threads = [int(t) for t in o.threads.split(",")]
    o.tables = {}
    compare, standard = TASKS[o.task]
    wanted = [p for p in (standard if o.peers is None else o.peers).split(",") if p]
    o.peers = [p for p in wanted if importlib.util.find_spec(MODULES.get(p, p))]
    if o.peers != wanted:
        print("not installed:", ", ".join(p for p in wanted if p not in o.peers))
    compare(o)
    if o.json:
        with open(o.json, "w", encoding="utf-8") as file:
            json.dump(o.tables, file, indent=1)


# subtle: this file's name is a library's, which must be found first.
sys.path[:] = [p for p in sys.path if os.path.abspath(p or ".") != HERE]
main()
