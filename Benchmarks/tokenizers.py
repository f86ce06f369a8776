#!/usr/bin/env python3
"""Time isoflop's tokenizer beside other libraries: one run, same text, same vocabulary, same answer.

usage: tokenizers.py encode CORPUS.txt TOKENIZER.json [--bytes 20000000] [--rounds 3] [--threads 1,2]
                            [--peers fastokens,splintr,tiktoken]
       tokenizers.py train CORPUS.txt [--vocab-size 32768] [--rounds 1] [--threads 1,2]
                           [--peers rustbpe,tokenizers]

TOKENIZER.json is a byte-level BPE with the cl100k split and no special tokens. Every figure is of a
fresh process; the rounds go through all programs in turn, so that a slow minute of the machine meets
all of them, and the table gives medians. What was learned or encoded is compared first, and a
program with another answer ends the run. `swift build -c release --product tokenizer-bench` in this
folder comes before; peers are installed with pip.
"""
import argparse, base64, hashlib, json, os, statistics, subprocess, sys, tempfile, time

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


def encode_peer(peer, o, threads):
    """Encodes twice in this process and prints what tokenizer-bench prints."""
    if threads == 1:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    texts = documents(o.corpus, o.bytes)
    if peer == "fastokens":
        import fastokens
        model = fastokens.Tokenizer.from_file(o.tokenizer)
        encode, plain = model.encode_batch_flat, lambda t: [i for e in model.encode_batch(t) for i in e.ids]
    elif peer == "splintr":
        import splintr
        model = splintr.from_json(o.tokenizer)
        encode, plain = model.encode_batch_flat, lambda t: [i for e in model.encode_batch(t) for i in e]
    elif peer == "tiktoken":
        import tiktoken
        model = tiktoken.Encoding("x", pat_str=SPLIT, mergeable_ranks=tokens_of(o.tokenizer), special_tokens={})
        encode = lambda t: model.encode_ordinary_batch(t, num_threads=threads)
        if threads == 1:
            encode = lambda t: [model.encode_ordinary(x) for x in t]
        plain = lambda t: [i for e in map(model.encode_ordinary, t) for i in e]
    megabytes = sum(len(t.encode()) for t in texts) / 1e6
    row = {}
    for name in ("pass1_mb_s", "pass2_mb_s"):
        start = time.perf_counter()
        for i in range(0, len(texts), 512):
            encode(texts[i:i + 512])
        row[name] = megabytes / (time.perf_counter() - start)
    row["ids"] = digest(plain(texts)) if o.check else None
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
    return statistics.median(row[key] for row in rows)


def compare_encoding(o):
    with tempfile.TemporaryDirectory() as folder:
        ids = os.path.join(folder, "ids.bin")
        ours = [PROGRAM, "encode", "--tokenizer", o.tokenizer, "--corpus", o.corpus, "--bytes", str(o.bytes)]
        rows = {}
        run(ours + ["--ids", ids], 1)
        with open(ids, "rb") as file:
            wanted = hashlib.sha256(file.read()).hexdigest()
        for peer in o.peers:
            if run_peer(peer, o, 1, "--check")["ids"] != wanted:
                sys.exit(f"{peer} has other ids")
    print("same ids from", ", ".join(["isoflop", *o.peers]), flush=True)
    for _ in range(o.rounds):
        for threads in o.threads:
            row = run(ours + ["--threads", str(threads), "--decode", "1"], threads)
            rows.setdefault(("isoflop", threads), []).append(row)
            for peer in o.peers:
                rows.setdefault((peer, threads), []).append(run_peer(peer, o, threads))
    print("| program | threads | first pass MB/s | second pass MB/s | isoflop's first | isoflop's second |")
    print("|---|--:|--:|--:|--:|--:|")
    for (name, threads), found in rows.items():
        speeds = [median(found, f"pass{i}_mb_s") for i in (1, 2)]
        ratios = [median(rows["isoflop", threads], f"pass{i}_mb_s") / s for i, s in zip((1, 2), speeds)]
        print(f"| {name} | {threads} | {speeds[0]:.1f} | {speeds[1]:.1f} | ×{ratios[0]:.2f} | ×{ratios[1]:.2f} |")
    print(f"isoflop decodes {median(rows['isoflop', o.threads[0]], 'decode_mb_s'):.0f} MB/s,",
          f"loads in {median(rows['isoflop', o.threads[0]], 'load_ms'):.1f} ms")


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
                    if common < 0.999 * len(learned["isoflop"]):
                        sys.exit(f"{name} learned other tokens: {common} of {len(learned['isoflop'])} are the same")
                    row["common"] = common
                    rows.setdefault((name, threads), []).append(row)
    print("| program | threads | seconds | isoflop's speed | peak MiB | tokens in common |")
    print("|---|--:|--:|--:|--:|--:|")
    for (name, threads), found in rows.items():
        wall = median(found, "wall_s")
        print(f"| {name} | {threads} | {wall:.2f} | ×{wall / median(rows['isoflop', threads], 'wall_s'):.2f} "
              f"| {median(found, 'peak_mib'):.0f} | {found[0]['common']} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=["encode", "train"])
    parser.add_argument("corpus")
    parser.add_argument("tokenizer", nargs="?")
    parser.add_argument("--bytes", type=int, default=20_000_000)
    parser.add_argument("--vocab-size", type=int, default=32768)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--peers")
    for hidden in ("--worker", "--output"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    parser.add_argument("--check", action="store_true", help=argparse.SUPPRESS)
    o = parser.parse_args()
    if o.worker:
        peer, threads = o.worker.split(",")
        return (encode_peer if o.task == "encode" else train_peer)(peer, o, int(threads))
    o.threads = [int(t) for t in o.threads.split(",")]
    standard = "fastokens,splintr,tiktoken" if o.task == "encode" else "rustbpe,tokenizers"
    o.peers = [p for p in (standard if o.peers is None else o.peers).split(",") if p]
    compare_encoding(o) if o.task == "encode" else compare_training(o)


# subtle: this file's name is a library's, which must be found first.
sys.path[:] = [p for p in sys.path if os.path.abspath(p or ".") != HERE]
main()
