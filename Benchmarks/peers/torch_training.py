"""Trains a GPT-2 or Llama folder in PyTorch, to be timed beside isoflop.

    torch_training.py --model DIR --ids FILE --batch B [--mode eager|compile] [--dtype f32|bf16]

A line with an integer N in, {"ms": [...], "loss": x} after N steps out. Every step sees the same
batch: row r is ids[r·T ..< r·T + T + 1] of the file of uint16. AdamW (0.9, 0.95, 1e-8) at 3e-4
decays matrices by 0.1; no clipping. bf16 means autocast.
"""
import argparse
import json
import os
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True)
parser.add_argument("--ids", required=True)
parser.add_argument("--batch", type=int, required=True)
parser.add_argument("--mode", default="compile", choices=["eager", "compile"])
parser.add_argument("--dtype", default="f32", choices=["f32", "bf16"])
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()
os.environ["OMP_NUM_THREADS"] = str(options.threads)

import numpy
import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

torch.set_num_threads(options.threads)
config = json.load(open(os.path.join(options.model, "config.json")))
weights = load_file(os.path.join(options.model, "model.safetensors"))
llama = config["model_type"] == "llama"
width = config["hidden_size" if llama else "n_embd"]
heads = config["num_attention_heads" if llama else "n_head"]
layers = config["num_hidden_layers" if llama else "n_layer"]
context = config["max_position_embeddings" if llama else "n_positions"]
epsilon = config["rms_norm_eps" if llama else "layer_norm_epsilon"]


def parameter(name, transposed=False):
    """A tensor of the folder; GPT-2 keeps the matrices of its blocks transposed."""
    name = name if name in weights else name.removeprefix("transformer.")
    tensor = weights[name]
    return nn.Parameter((tensor.t() if transposed else tensor).contiguous().float())


class Projection(nn.Module):
    """x Wᵀ + b, from one or several matrices of the folder laid one below the other."""

    def __init__(self, *names):
        super().__init__()
        if llama:
            self.weight = nn.Parameter(torch.cat([weights[name + ".weight"] for name in names]))
            self.bias = None
        else:
            self.weight = parameter(names[0] + ".weight", transposed=True)
            self.bias = parameter(names[0] + ".bias")

    def forward(self, x):
        return functional.linear(x, self.weight, self.bias)


class Normalization(nn.Module):
    def __init__(self, name):
        super().__init__()
        self.weight = parameter(name + ".weight")
        self.bias = None if llama else parameter(name + ".bias")

    def forward(self, x):
        if llama:
            return functional.rms_norm(x, (width,), self.weight, epsilon)
        return functional.layer_norm(x, (width,), self.weight, self.bias, epsilon)


class Block(nn.Module):
    def __init__(self, index):
        super().__init__()
        if llama:
            at = f"model.layers.{index}."
            self.norm1 = Normalization(at + "input_layernorm")
            self.norm2 = Normalization(at + "post_attention_layernorm")
            self.qkv = Projection(*(f"{at}self_attn.{part}_proj" for part in "qkv"))
            self.out = Projection(at + "self_attn.o_proj")
            self.gate = Projection(at + "mlp.gate_proj")
            self.up = Projection(at + "mlp.up_proj")
            self.down = Projection(at + "mlp.down_proj")
        else:
            at = f"transformer.h.{index}."
            self.norm1, self.norm2 = Normalization(at + "ln_1"), Normalization(at + "ln_2")
            self.qkv, self.out = Projection(at + "attn.c_attn"), Projection(at + "attn.c_proj")
            self.up, self.down = Projection(at + "mlp.c_fc"), Projection(at + "mlp.c_proj")

    def forward(self, x, rotation):
        rows, length, _ = x.shape
        split = (rows, length, heads, width // heads)
        q, k, v = self.qkv(self.norm1(x)).split(width, dim=-1)
        q, k, v = (part.view(split).transpose(1, 2) for part in (q, k, v))
        if llama:
            q, k = rotated(q, rotation), rotated(k, rotation)
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(mixed.transpose(1, 2).reshape(rows, length, width))
        y = self.norm2(x)
        if llama:
            return x + self.down(functional.silu(self.gate(y)) * self.up(y))
        return x + self.down(functional.gelu(self.up(y), approximate="tanh"))


def rotated(x, rotation):
    cosine, sine = rotation
    first, second = x.chunk(2, dim=-1)
    return x * cosine + torch.cat((-second, first), -1) * sine


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = parameter("model.embed_tokens.weight" if llama else "transformer.wte.weight")
        if llama:
            rate = config.get("rope_theta") or config["rope_parameters"]["rope_theta"]
            half = torch.arange(0, width // heads, 2).float() / (width // heads)
            angle = torch.outer(torch.arange(context).float(), rate**-half).repeat(1, 2)
            self.register_buffer("cosine", angle.cos())
            self.register_buffer("sine", angle.sin())
        else:
            self.positions = parameter("transformer.wpe.weight")
        self.blocks = nn.ModuleList(Block(index) for index in range(layers))
        self.norm = Normalization("model.norm" if llama else "transformer.ln_f")

    def forward(self, inputs, targets):
        x = functional.embedding(inputs, self.tokens)
        rotation = (self.cosine, self.sine) if llama else None
        if not llama:
            x = x + self.positions[: inputs.shape[1]]
        for block in self.blocks:
            x = block(x, rotation)
        logits = functional.linear(self.norm(x), self.tokens)
        return functional.cross_entropy(logits.flatten(0, 1), targets.flatten())


model = Model()
assert config["tie_word_embeddings"], "this peer has a tied head"
ids = torch.from_numpy(numpy.fromfile(options.ids, dtype=numpy.uint16).astype(numpy.int64))
rows = torch.stack([ids[r * context : r * context + context + 1] for r in range(options.batch)])
inputs, targets = rows[:, :-1].contiguous(), rows[:, 1:].contiguous()
decaying = [p for p in model.parameters() if p.dim() >= 2]
others = [p for p in model.parameters() if p.dim() < 2]
optimizer = torch.optim.AdamW(
    [{"params": decaying, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}],
    lr=3e-4,
    betas=(0.9, 0.95),
    fused=True,
)
forward = torch.compile(model) if options.mode == "compile" else model


def step():
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=options.dtype == "bf16"):
        loss = forward(inputs, targets)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return loss.item()


for line in sys.stdin:
    milliseconds = []
    for _ in range(int(line)):
        start = time.perf_counter()
        loss = step()
        milliseconds.append((time.perf_counter() - start) * 1e3)
    print(json.dumps({"ms": milliseconds, "loss": loss}), flush=True)
