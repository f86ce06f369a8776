"""Records what PyTorch computes for small models, as the yardstick of LanguageModelsTests.

    python Scripts/reference/parity.py Tests/LanguageModelsTests/Fixtures

Needs torch and transformers. Weights and tokens follow from integer formulas (`weight`, `token`)
that the tests compute too, so that a fixture holds only answers: logits, losses, gradients and
twenty steps of AdamW, all in double precision. (Llama's norms and rotations are computed in single
precision by transformers whatever the model's type, so its answers carry errors near 1e-7.)
"""

import json
import math
import sys
from pathlib import Path

import torch
import transformers

BATCH, CONTEXT, VOCABULARY, STEPS = 2, 6, 11, 20
OPTIMIZER = {"lr": 0.01, "beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8, "weight_decay": 0.1, "clip": 1.0}


def weight(tensor, index):
    """The value of one weight, within ±0.25; norms add one. All are exact in single precision."""
    bits = ((tensor + 1) * 2654435761 + index * 40503) & 0xFFFFFFFF
    bits ^= bits >> 15
    bits = bits * 2246822519 & 0xFFFFFFFF
    bits ^= bits >> 13
    return ((bits >> 10) / 2**22 - 0.5) / 2


def token(step, row, time):
    return (step * 7919 + row * 104729 + time * 1299709 + time * time * 31) % 10007 % VOCABULARY


def batch(step):
    ids = [[token(step, row, time) for time in range(CONTEXT + 1)] for row in range(BATCH)]
    ids = torch.tensor(ids)
    return ids[:, :-1], ids[:, 1:]


class Encoder(torch.nn.Module):
    """PyTorch's own post-norm layers with sinusoidal positions, under isoflop's tensor names."""

    def __init__(self, width, heads, hidden, layers):
        super().__init__()
        self.embedding = torch.nn.Embedding(VOCABULARY, width)
        layer = torch.nn.TransformerEncoderLayer(width, heads, hidden, dropout=0, batch_first=True)
        self.encoder = torch.nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.head = torch.nn.Linear(width, VOCABULARY, bias=False)
        positions = torch.zeros(CONTEXT, width, dtype=torch.float64)
        for time in range(CONTEXT):
            for column in range(0, width, 2):
                angle = time / 10000 ** (column / width)
                positions[time, column] = math.sin(angle)
                positions[time, column + 1] = math.cos(angle)
        self.positions = positions

    def forward(self, ids):
        return self.head(self.encoder(self.embedding(ids) + self.positions[: ids.shape[1]]))

    def names(self):
        parts = {
            "self_attn.in_proj_": "attention.queryKeyValue.",
            "self_attn.out_proj.": "attention.output.",
            "linear1.": "feedForward.in.",
            "linear2.": "feedForward.out.",
            "norm1.": "attentionNormalization.",
            "norm2.": "feedForwardNormalization.",
        }
        for name, parameter in self.named_parameters():
            name = name.replace("embedding.", "tokenEmbedding.").replace("encoder.layers.", "blocks.")
            for theirs, ours in parts.items():
                name = name.replace(theirs, ours)
            yield name, parameter


def record(model, named, logits_of, config, description):
    named = sorted(named, key=lambda pair: pair[0].encode())
    with torch.no_grad():
        for number, (name, parameter) in enumerate(named):
            is_norm = parameter.dim() == 1 and name.endswith("weight")
            values = [weight(number, index) + is_norm for index in range(parameter.numel())]
            parameter.copy_(torch.tensor(values, dtype=torch.float64).view(parameter.shape))

    def loss_of(step):
        ids, targets = batch(step)
        logits = logits_of(ids)
        return torch.nn.functional.cross_entropy(logits.reshape(-1, VOCABULARY), targets.reshape(-1)), logits

    loss, logits = loss_of(0)
    loss.backward()
    gradients = {
        name: {"norm": parameter.grad.norm().item(), "first": parameter.grad.flatten()[:3].tolist()}
        for name, parameter in named
    }
    fixture = {
        "description": description,
        "made_by": "Scripts/reference/parity.py",
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
        "config": config,
        "tensors": [{"name": name, "shape": list(parameter.shape)} for name, parameter in named],
        "logits": logits.tolist(),
        "loss": loss.item(),
        "gradients": gradients,
        "optimizer": OPTIMIZER,
        "losses": [],
        "gradient_norms": [],
    }
    matrices = [parameter for _, parameter in named if parameter.dim() > 1]
    vectors = [parameter for _, parameter in named if parameter.dim() == 1]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": OPTIMIZER["weight_decay"]},
         {"params": vectors, "weight_decay": 0.0}],
        lr=OPTIMIZER["lr"], betas=(OPTIMIZER["beta1"], OPTIMIZER["beta2"]), eps=OPTIMIZER["epsilon"],
    )
    for step in range(STEPS):
        optimizer.zero_grad()
        loss, _ = loss_of(step)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_([p for _, p in named], OPTIMIZER["clip"])
        optimizer.step()
        fixture["losses"].append(loss.item())
        fixture["gradient_norms"].append(norm.item())
    return fixture


def shortened(value):
    """Numbers with twelve digits, to keep the files small."""
    if isinstance(value, float):
        return float(f"{value:.12g}")
    if isinstance(value, list):
        return [shortened(item) for item in value]
    if isinstance(value, dict):
        return {key: shortened(item) for key, item in value.items()}
    return value


def of_transformers(model, description):
    model = model.double().eval()
    config = {key: value for key, value in model.config.to_dict().items() if value is not None}
    for key in ("transformers_version", "_name_or_path", "id2label", "label2id"):
        config.pop(key, None)
    return record(model, model.named_parameters(), lambda ids: model(ids).logits, config, description)


def main(folder):
    fixtures = {
        "gpt2": of_transformers(
            transformers.GPT2LMHeadModel(transformers.GPT2Config(
                vocab_size=VOCABULARY, n_positions=CONTEXT, n_embd=8, n_layer=2, n_head=2,
                attn_pdrop=0, embd_pdrop=0, resid_pdrop=0, bos_token_id=0, eos_token_id=0,
            )), "GPT2LMHeadModel with tied head and tanh GELU"),
        "gpt2-untied": of_transformers(
            transformers.GPT2LMHeadModel(transformers.GPT2Config(
                vocab_size=VOCABULARY, n_positions=CONTEXT, n_embd=8, n_layer=1, n_head=2, n_inner=12,
                activation_function="gelu", tie_word_embeddings=False, bos_token_id=0, eos_token_id=0,
                attn_pdrop=0, embd_pdrop=0, resid_pdrop=0,
            )), "GPT2LMHeadModel with a head of its own and exact GELU"),
        "llama": of_transformers(
            transformers.LlamaForCausalLM(transformers.LlamaConfig(
                vocab_size=VOCABULARY, max_position_embeddings=CONTEXT, hidden_size=8,
                intermediate_size=12, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
                rms_norm_eps=1e-5, rope_parameters={"rope_type": "default", "rope_theta": 100.0},
                bos_token_id=0, eos_token_id=0,
            )), "LlamaForCausalLM with grouped keys and values and a head of its own"),
    }
    encoder = Encoder(width=8, heads=2, hidden=16, layers=2).double().eval()
    config = {
        "model_type": "isoflop", "vocab_size": VOCABULARY, "max_position_embeddings": CONTEXT,
        "hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 2,
        "head_dim": 4, "intermediate_size": 16, "normalization": "layerNorm",
        "normalization_placement": "post", "final_normalization": False, "normalization_epsilon": 1e-5,
        "positions": "sinusoidal", "activation": "relu", "attention_bias": True, "mlp_bias": True,
        "tie_word_embeddings": False, "causal": False,
    }
    fixtures["encoder"] = record(
        encoder, encoder.names(), encoder, config,
        "torch.nn.TransformerEncoderLayer: norms after each part, ReLU, full attention, sinusoidal positions")
    for name, fixture in fixtures.items():
        text = json.dumps(shortened(fixture), separators=(",", ":"))
        # A line for each key of the object keeps differences readable.
        text = text.replace('],"', '],\n"').replace('},"', '},\n"')
        Path(folder, f"{name}.json").write_text(text + "\n")
        print(name, round(fixture["losses"][0], 6), "->", round(fixture["losses"][-1], 6))


if __name__ == "__main__":
    main(sys.argv[1])
