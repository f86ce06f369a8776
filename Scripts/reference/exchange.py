"""Trades model folders with transformers, for LanguageModelsTests' InterchangeTests.

    python exchange.py make FOLDER    saves small random models there, each with answers.json
    python exchange.py check FOLDER   loads every folder in it and compares with its answers.json

An answers.json holds token ids and the logits after each of them.
"""

import json
import sys
from pathlib import Path

import safetensors.torch
import torch
from transformers import AutoModelForCausalLM, GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

IDS = [3, 14, 15, 9, 26, 5, 35, 8]
GPT2 = dict(vocab_size=40, n_positions=16, n_embd=32, n_layer=3, n_head=4, bos_token_id=1, eos_token_id=2)
LLAMA = dict(vocab_size=40, max_position_embeddings=16, hidden_size=32, intermediate_size=48,
             num_hidden_layers=3, num_attention_heads=4, bos_token_id=1, eos_token_id=[2, 3])
VARIANTS = {
    "gpt2": (GPT2LMHeadModel, GPT2Config, GPT2, {}),
    "gpt2-untied": (GPT2LMHeadModel, GPT2Config, GPT2, dict(tie_word_embeddings=False)),
    "gpt2-relu": (GPT2LMHeadModel, GPT2Config, GPT2, dict(activation_function="relu", n_inner=50)),
    "gpt2-gelu": (GPT2LMHeadModel, GPT2Config, GPT2, dict(activation_function="gelu", layer_norm_epsilon=1e-3)),
    "gpt2-f16": (GPT2LMHeadModel, GPT2Config, GPT2, dict(dtype="float16")),
    "gpt2-bf16-sharded": (GPT2LMHeadModel, GPT2Config, GPT2, dict(dtype="bfloat16")),
    "llama": (LlamaForCausalLM, LlamaConfig, LLAMA, {}),
    "llama-tied": (LlamaForCausalLM, LlamaConfig, LLAMA, dict(tie_word_embeddings=True)),
    "llama-grouped": (LlamaForCausalLM, LlamaConfig, LLAMA, dict(num_key_value_heads=2, head_dim=6)),
    "llama-biases": (LlamaForCausalLM, LlamaConfig, LLAMA, dict(
        attention_bias=True, mlp_bias=True, rms_norm_eps=1e-3,
        rope_parameters={"rope_type": "default", "rope_theta": 500.0})),
    "llama-bf16": (LlamaForCausalLM, LlamaConfig, LLAMA, dict(dtype="bfloat16")),
    "llama-f16-sharded": (LlamaForCausalLM, LlamaConfig, LLAMA, dict(dtype="float16", num_key_value_heads=1)),
}


def logits(model):
    with torch.no_grad():
        return model(torch.tensor([IDS])).logits[0]


def make(folder):
    for name, (model_class, config_class, common, special) in VARIANTS.items():
        torch.manual_seed(5)
        special = dict(special)
        dtype = getattr(torch, special.pop("dtype", "float32"))
        model = model_class(config_class(**common, **special)).eval()
        for parameter in model.parameters():
            torch.nn.init.normal_(parameter, mean=1.0 if parameter.dim() == 1 else 0.0, std=0.3)
        model = model.to(dtype)
        size = "20KB" if name.endswith("sharded") else "1GB"
        model.save_pretrained(Path(folder, name), max_shard_size=size)
        # Loaded anew: `model.float()` would keep tables that were rounded with the weights.
        model = model_class.from_pretrained(Path(folder, name), dtype=torch.float32).eval()
        answers = {"ids": IDS, "logits": logits(model).tolist()}
        Path(folder, name, "answers.json").write_text(json.dumps(answers))


def check(folder):
    worst = 0.0
    for path in sorted(Path(folder).iterdir()):
        model, report = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32, output_loading_info=True)
        for key in ("missing_keys", "unexpected_keys", "mismatched_keys"):
            assert not report[key], f"{path.name}: {key}: {report[key]}"
        answers = json.loads(Path(path, "answers.json").read_text())
        with torch.no_grad():
            ours = model.eval()(torch.tensor([answers["ids"]])).logits[0]
        difference = (ours - torch.tensor(answers["logits"])).abs().max().item()
        assert difference < 1e-4, f"{path.name}: logits differ by {difference}"
        eos = model.config.eos_token_id
        assert (eos if isinstance(eos, list) else [eos]) == answers["ends"], f"{path.name}: eos {model.config.eos_token_id}"
        model.generation_config.validate()
        model.generate(torch.tensor([answers["ids"][:2]]), max_new_tokens=3, do_sample=False)
        weights = Path(path, "model.safetensors").read_bytes()
        again = safetensors.torch.save(safetensors.torch.load(weights), metadata={"format": "pt"})
        assert weights == again, f"{path.name}: the reference writer writes other bytes"
        worst = max(worst, difference)
        print(f"{path.name}: logits within {difference:.1e}")
    print(f"all within {worst:.1e}")


if __name__ == "__main__":
    {"make": make, "check": check}[sys.argv[1]](sys.argv[2])
