#!/usr/bin/env python3
"""Times greedy generation side by side: isoflop model generate and transformers' generate.

    swift build -c release --static-swift-stdlib --product isoflop
    python3 Benchmarks/generation/generation.py .build/release/isoflop [--sizes S2,S3,S4]
        [--precision bf16] [--batches 1,16]
    python3 Benchmarks/generation/generation.py .build/release/isoflop --model DIR --texts FILE
        [--tokens 200] [--repetition-penalty 1.3]

Needs torch and transformers. Both sides load the same folder, read the same prompts, keep keys and
values, write the same number of tokens and use the same number of threads. The token ids are compared
first; then all run in turn, each round beginning with another, and the median of the rates counts. A
rate is that of generation alone, the prompt's reading included, loading left out.

One sequence is timed twice: token by token, which is bound by the reading of the weights, and with
guesses, which the model checks itself; beside the rate stands how many tokens came of a pass over the
weights. The models drawn here repeat themselves much, so that figure is the most that guesses bring,
not what to expect of a text. The second form takes a trained model and a prompt from each line of a
file; a penalty on repetition keeps small models from writing the same again and again.

In bf16 the engines round at different places: whether the ids are equal is printed, not demanded.
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import tempfile
import time

SIZES = {  # layers, width, heads, context, vocabulary
    "S2": (4, 128, 4, 128, 4096),
    "S3": (6, 256, 8, 256, 8192),
    "S4": (8, 512, 8, 256, 16384),
    "gpt2": (12, 768, 12, 1024, 50257),
}


def configuration(layers, width, heads, context, vocabulary):
    return {
        "model_type": "gpt2", "architectures": ["GPT2LMHeadModel"],
        "n_layer": layers, "n_embd": width, "n_head": heads, "n_positions": context,
        "vocab_size": vocabulary, "activation_function": "gelu_new",
        "layer_norm_epsilon": 1e-5, "tie_word_embeddings": True,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("isoflop", help="the built command")
    parser.add_argument("--sizes", default="S2,S3,S4")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", default="f32", choices=["f32", "bf16"])
    parser.add_argument("--batches", default="1,16")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--model", help="the folder of a trained model, its tokenizer in it")
    parser.add_argument("--texts", help="with --model, a file with a prompt a line")
    parser.add_argument("--tokens", type=int, default=200, help="written after each prompt")
    parser.add_argument("--repetition-penalty", type=float, default=1)
    arguments = parser.parse_args()
    command = os.path.abspath(arguments.isoflop)

    import torch
    import transformers

    transformers.logging.set_verbosity_error()
    torch.set_num_threads(arguments.threads)
    print(f"torch {torch.__version__}, transformers {transformers.__version__}, "
          f"{arguments.threads} threads, {arguments.precision}; tokens/s, median of {arguments.rounds}")

    with tempfile.TemporaryDirectory() as folder:
        if arguments.model:
            tokenizer = os.path.join(arguments.model, "tokenizer.json")
            model = load(arguments.model, arguments)
            for line in open(arguments.texts).read().splitlines():
                compare(command, folder, tokenizer, arguments.model, model, "model", [line],
                        arguments.tokens, arguments)
            return
        text = os.path.join(folder, "text.txt")
        with open(text, "w") as file:
            file.write("".join(f"{n * n} is the square of {n}.\n" for n in range(500)))
        tokenizer = os.path.join(folder, "tokenizer.json")
        subprocess.run([command, "tokenizer", "train", "--corpus", text, "--vocab-size", "256",
                        "-o", tokenizer, "-q"], check=True, stdout=subprocess.DEVNULL)
        for name in arguments.sizes.split(","):
            context = SIZES[name][3]
            blueprint = os.path.join(folder, "config.json")
            with open(blueprint, "w") as file:
                json.dump(configuration(*SIZES[name]), file)
            model_folder = os.path.join(folder, name)
            subprocess.run([command, "model", "init", "--blueprint", blueprint,
                            "-o", model_folder], check=True, stdout=subprocess.DEVNULL)
            model = load(model_folder, arguments)
            for batch in map(int, arguments.batches.split(",")):
                # Digits alone: one byte is one token in every one of these prompts.
                lines = ["".join(chr(48 + (7 * row + 3 * place * place) % 10)
                                 for place in range(16)) for row in range(batch)]
                compare(command, folder, tokenizer, model_folder, model, name, lines,
                        context - 24, arguments)


def load(folder, arguments):
    import torch
    import transformers

    model = transformers.AutoModelForCausalLM.from_pretrained(
        folder, dtype={"f32": torch.float32, "bf16": torch.bfloat16}[arguments.precision]).eval()
    model.generation_config.eos_token_id = None
    model.generation_config.pad_token_id = 0
    return model


def compare(command, folder, tokenizer, model_folder, model, name, lines, count, arguments):
    import torch

    batch = len(lines)
    path = os.path.join(folder, "prompts.txt")
    with open(path, "w") as file:
        file.write("".join(line + "\n" for line in lines))
    encoded = subprocess.run(
        [command, "tokenizer", "encode", "--tokenizer", tokenizer, "--jsonl", "--field", "text",
         "--json"], input="".join(json.dumps({"text": line}) + "\n" for line in lines),
        check=True, capture_output=True, text=True).stdout
    prompts = torch.tensor([json.loads(line)["ids"] for line in encoded.splitlines()])

    def theirs():
        start = time.perf_counter()
        with torch.inference_mode():
            result = model.generate(prompts, attention_mask=torch.ones_like(prompts),
                                    max_new_tokens=count, do_sample=False, use_cache=True,
                                    repetition_penalty=arguments.repetition_penalty)
        seconds = time.perf_counter() - start
        return result[:, prompts.shape[1]:].tolist(), batch * count / seconds

    def ours(*options):
        result = subprocess.run(
            [command, "model", "generate", "--model", model_folder, "--tokenizer", tokenizer,
             "--prompts", path, "--temperature", "0", "--max-tokens", str(count),
             "--threads", str(arguments.threads), "--precision", arguments.precision, "--json",
             "--repetition-penalty", str(arguments.repetition_penalty), *options],
            check=True, capture_output=True, text=True)
        ids = [json.loads(line)["ids"] for line in result.stdout.splitlines()]
        told = re.search(r"(\d+) tokens in (\d+) passes, ([\d,. ]+) tokens/s", result.stderr)
        rate = float(told.group(3).replace(",", "").replace(" ", ""))
        return ids, rate, int(told.group(1)) / int(told.group(2))

    plain, guessed = ours("--no-guesses"), ours()
    assert plain[0] == guessed[0], f"{name}, batch {batch}: guesses changed the token ids"
    # A token that ends texts ends them here, while transformers writes on.
    same = all(other[:len(mine)] == mine for other, mine in zip(theirs()[0], plain[0]))
    assert same or arguments.precision != "f32", f"{name}, batch {batch}: the token ids differ"
    ways = [lambda: ours("--no-guesses")[1], lambda: ours()[1], lambda: theirs()[1]]
    rates = [[] for _ in ways]
    for turn in range(arguments.rounds):
        for place in range(len(ways)):
            way = (turn + place) % len(ways)
            rates[way].append(ways[way]())
    mine, guessing, other = map(statistics.median, rates)
    print(f"{name} batch {batch:2}: isoflop {mine:7.0f}  with guesses {guessing:7.0f} "
          f"({guessed[2]:.2f} tokens a pass)  transformers {other:7.0f}  "
          f"ratios {mine / other:5.2f} {guessing / other:5.2f}"
          f"{'' if same else '  other ids'}", flush=True)


if __name__ == "__main__":
    main()
