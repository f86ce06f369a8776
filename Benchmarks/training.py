"""Compares isoflop's training with PyTorch's: the same weights, the same batch, losses first.

    swift build -c release --product isoflop && swift build -c release --package-path Benchmarks
    python Benchmarks/training.py [S0 … S4] [--arch llama] [--precision bf16] [--rounds 5]

isoflop draws a model, both engines train it on one batch of random tokens, and their losses over
the first steps must agree before anything is timed. Then the engines are visited in turn, so that
noise meets all alike; the table holds medians over all steps and each engine's speed as a ratio to
torch.compile in the same precision. Wants torch, numpy and safetensors.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

here = os.path.dirname(os.path.abspath(__file__))
SIZES = {  # layers, width, heads, context, vocabulary, batch
    "S0": (2, 64, 4, 32, 64, 16),
    "S1": (2, 64, 4, 64, 512, 32),
    "S2": (4, 128, 4, 128, 4096, 16),
    "S3": (6, 256, 8, 256, 8192, 8),
    "S4": (8, 512, 8, 256, 16384, 4),
}
COMPARED_STEPS = 10
# In bf16 the engines round at different places; the bound is relative to the loss.
TOLERANCE = {"f32": 2e-5, "bf16": 5e-3}


def blueprint(size, arch):
    layers, width, heads, context, vocabulary, _ = SIZES[size]
    if arch == "llama":
        return dict(
            model_type="llama",
            architectures=["LlamaForCausalLM"],
            vocab_size=vocabulary,
            max_position_embeddings=context,
            hidden_size=width,
            intermediate_size=(8 * width // 3 + 63) // 64 * 64,
            num_hidden_layers=layers,
            num_attention_heads=heads,
            num_key_value_heads=heads,
            hidden_act="silu",
            rms_norm_eps=1e-5,
            rope_theta=10000.0,
            tie_word_embeddings=True,
        )
    return dict(
        model_type="gpt2",
        architectures=["GPT2LMHeadModel"],
        vocab_size=vocabulary,
        n_positions=context,
        n_embd=width,
        n_layer=layers,
        n_head=heads,
        activation_function="gelu_new",
        layer_norm_epsilon=1e-5,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        tie_word_embeddings=True,
    )


class Engine:
    """A process that answers N with the milliseconds of N steps and the last loss."""

    def __init__(self, name, command):
        self.name, self.milliseconds = name, []
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def steps(self, count):
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.name} ended without an answer")
        return json.loads(line)

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def compare(size, options):
    context, vocabulary, batch = SIZES[size][3:]
    with tempfile.TemporaryDirectory() as folder:
        model, ids = os.path.join(folder, "model"), os.path.join(folder, "ids.bin")
        config = os.path.join(folder, "blueprint.json")
        json.dump(blueprint(size, options.arch), open(config, "w"))
        subprocess.run(
            [options.isoflop, "model", "init", "--blueprint", config, "-o", model],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        import numpy

        tokens = numpy.random.default_rng(7).integers(0, vocabulary, batch * context + 1)
        tokens.astype("<u2").tofile(ids)
        same = ["--model", model, "--ids", ids, "--batch", str(batch)]
        same += ["--threads", str(options.threads)]
        peer = [sys.executable, os.path.join(here, "peers", "torch_training.py"), *same]
        peer += ["--dtype", options.precision]
        engines = [
            Engine("isoflop", [options.bench, *same, "--precision", options.precision]),
            Engine("torch.compile", [*peer, "--mode", "compile"]),
            Engine("torch eager", [*peer, "--mode", "eager"]),
        ]
        losses = [[e.steps(1)["loss"] for _ in range(COMPARED_STEPS)] for e in engines]
        apart = max(abs(a - b) / b for other in losses[1:] for a, b in zip(losses[0], other))
        if apart > TOLERANCE[options.precision]:
            sys.exit(f"{size}: the losses differ by {apart:.1e} relative: {losses}")
        counts = {}
        for engine in engines:
            speed = statistics.median(engine.steps(5)["ms"])
            counts[engine.name] = max(2, min(400, int(options.seconds * 1e3 / speed)))
        for _ in range(options.rounds):
            for engine in engines:
                engine.milliseconds += engine.steps(counts[engine.name])["ms"][1:]
        medians = {e.name: statistics.median(e.milliseconds) for e in engines}
        for engine in engines:
            engine.end()
    rates = "  ".join(
        f"{name} {batch * context / median * 1e3:,.0f} ({medians['torch.compile'] / median:.2f})"
        for name, median in medians.items()
    )
    print(f"{size} {options.arch} {options.precision}  losses within {apart:.1e}  {rates}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="*", default=list(SIZES))
    parser.add_argument("--arch", default="gpt2", choices=["gpt2", "llama"])
    parser.add_argument("--precision", default="f32", choices=["f32", "bf16"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.5, help="of each visit")
    parser.add_argument("--isoflop", default=os.path.join(here, "..", ".build/release/isoflop"))
    parser.add_argument("--bench", default=os.path.join(here, ".build/release/training-bench"))
    options = parser.parse_args()
    print("tokens per second (ratio to torch.compile)")
    for size in options.sizes:
        compare(size, options)


main()
