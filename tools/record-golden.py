"""Records what transformers and peft compute for a model, as a folder that the goldens' tests read.

    python tools/record-golden.py OUT --model-type olmo2 --set num_key_value_heads=2
    python tools/record-golden.py OUT --model FOLDER

The first form makes a tiny model with random weights from transformers' configuration of that type.
The second takes the checkpoint in FOLDER, with its adapter and its rows where FOLDER is a golden itself.
core/goldens/README.md tells what the files hold and what to install.
"""

import argparse
import json
import math
import os
import shutil
import tempfile
import warnings
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.filterwarnings("ignore")

import peft  # noqa: E402
import torch  # noqa: E402
import transformers  # noqa: E402
from safetensors.torch import save_file  # noqa: E402
from transformers.pytorch_utils import Conv1D  # noqa: E402

# The sizes of a tiny model; a configuration that lacks one of these names is left alone.
TINY = dict(
    vocab_size=160,
    hidden_size=32,
    intermediate_size=96,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=64,
)
SPECIAL_TOKENS = dict(bos_token_id=1, eos_token_id=2, pad_token_id=3)
# Tokens below are special, and never occur in the rows.
FIRST_TOKEN = 4
ROW_LENGTHS, PROMPT_LENGTHS = (12, 7, 9), (5, 3, 4)
GENERATION_PROMPT_LENGTH, NEW_TOKENS, STEPS = 6, 14, 10
# Adapters whose B is zero would hide A's gradient.
ADAPTER_SCALE = 0.05

GENERATIONS = {
    "greedy": {},
    "greedy_rep1.2": dict(repetition_penalty=1.2),
    "beam2_rep1.2_min4": dict(num_beams=2, repetition_penalty=1.2, min_new_tokens=4),
    "beam4": dict(num_beams=4),
    "beam3_lenpen0.6": dict(num_beams=3, length_penalty=0.6),
}
OPTIMIZERS = {
    "adamw_cosine": lambda p: torch.optim.AdamW(p, lr=5e-3, weight_decay=0.01),
    "adam": lambda p: torch.optim.Adam(p, lr=5e-3),
    "sgd_nesterov": lambda p: torch.optim.SGD(p, lr=5e-2, momentum=0.9, nesterov=True),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=1e-3, momentum=0.9, alpha=0.9),
    "adadelta": lambda p: torch.optim.Adadelta(p, lr=1.0),
}


def main() -> None:
    options = arguments()
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    out, source = Path(options.out), options.model and Path(options.model)
    known = json.loads((source / "expected.json").read_text()) if source and (source / "expected.json").exists() else None
    model = read_model(source) if source else random_model(options)
    if out.exists():
        raise SystemExit(f"{out} exists already")
    write_model(model, out)
    rows, prompt_lengths = (known["rows"], known["prompt_lengths"]) if known else random_rows(model, options.seed)
    prompt = known["generate"]["prompt"] if known else rows[0][:GENERATION_PROMPT_LENGTH]
    expected = dict(
        rows=rows,
        prompt_lengths=prompt_lengths,
        logits=[logits_of(model, row) for row in rows],
        generate=dict(prompt=prompt, max_new_tokens=NEW_TOKENS, outputs=generations(model, prompt)),
    )
    adapted = read_adapter(model, source) if known else random_adapter(model, options.seed)
    write_adapter(adapted, out / "adapter")
    expected["lora"] = record_loss(adapted, rows, prompt_lengths, out / "lora_grads.safetensors")
    expected["train"] = {name: record_training(adapted, name, rows, prompt_lengths) for name in OPTIMIZERS}
    expected["trainable_parameters"] = sum(p.numel() for _, p in trained(adapted))
    expected["recorded_with"] = dict(
        torch=torch.__version__,
        transformers=transformers.__version__,
        peft=peft.__version__,
        **({} if known else dict(seed=options.seed)),
    )
    (out / "expected.json").write_text(json.dumps(expected))
    print(f"{out}: loss {expected['lora']['loss_answer_only']:.4f}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", help="the folder to make; it must not exist")
    chosen = parser.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--model", help="a folder with config.json and model.safetensors")
    chosen.add_argument("--model-type", help="config.json's model_type, such as olmo2")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=JSON", help="a field of the tiny config.json")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def read_model(folder: Path) -> torch.nn.Module:
    options = dict(dtype=torch.float32, attn_implementation="eager")
    return transformers.AutoModelForCausalLM.from_pretrained(folder, **options).eval()


def random_model(options: argparse.Namespace) -> torch.nn.Module:
    known = transformers.AutoConfig.for_model(options.model_type)
    given = {name: json.loads(value) for name, value in (text.split("=", 1) for text in options.set)}
    tiny = {name: value for name, value in TINY.items() if hasattr(known, name)}
    config = transformers.AutoConfig.for_model(options.model_type, **{**tiny, **SPECIAL_TOKENS, **given})
    model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation="eager").float().eval()
    random = torch.Generator().manual_seed(options.seed)
    with torch.no_grad():
        for parameter in model.parameters():
            noise = torch.randn(parameter.shape, generator=random)
            # What matrices give is as large as what they read; norms and biases stay near where they are.
            if parameter.dim() >= 2:
                rows = parameter.shape[0]
                parameter.copy_(noise / math.sqrt(min(rows, parameter.numel() // rows)))
            else:
                parameter.add_(noise * 0.1)
    return model


def write_model(model: torch.nn.Module, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as draft:
        model.save_pretrained(draft)
        folder.mkdir(parents=True)
        for name in ("config.json", "model.safetensors"):
            shutil.copy(Path(draft) / name, folder / name)


def random_rows(model: torch.nn.Module, seed: int) -> tuple[list[list[int]], list[int]]:
    random = torch.Generator().manual_seed(seed + 1)
    size = model.config.vocab_size
    rows = [torch.randint(FIRST_TOKEN, size, (length,), generator=random).tolist() for length in ROW_LENGTHS]
    return rows, list(PROMPT_LENGTHS)


def random_adapter(model: torch.nn.Module, seed: int) -> peft.PeftModel:
    heads = {model.get_output_embeddings()}
    targets = [
        name
        for name, module in model.named_modules()
        if isinstance(module, (torch.nn.Linear, Conv1D)) and module not in heads
    ]
    config = peft.LoraConfig(r=4, lora_alpha=16, lora_dropout=0.0, target_modules=targets, task_type="CAUSAL_LM")
    adapted = peft.get_peft_model(model, config)
    random = torch.Generator().manual_seed(seed + 2)
    with torch.no_grad():
        for _, parameter in trained(adapted):
            parameter.copy_(torch.randn(parameter.shape, generator=random) * ADAPTER_SCALE)
    return adapted.eval()


def read_adapter(model: torch.nn.Module, folder: Path) -> peft.PeftModel:
    return peft.PeftModel.from_pretrained(model, folder / "adapter", is_trainable=True).eval()


def write_adapter(adapted: peft.PeftModel, folder: Path) -> None:
    # The model lies beside the adapter, wherever the folder goes.
    adapted.peft_config["default"].base_model_name_or_path = None
    adapted.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)


def trained(adapted: peft.PeftModel) -> list[tuple[str, torch.nn.Parameter]]:
    return [(name, parameter) for name, parameter in adapted.named_parameters() if parameter.requires_grad]


def logits_of(model: torch.nn.Module, row: list[int]) -> list[list[float]]:
    with torch.no_grad():
        logits = model(torch.tensor([row])).logits[0]
    # Far finer than the tests look, and half of the file's size.
    return [[round(value, 6) for value in values] for values in logits.tolist()]


def generations(model: torch.nn.Module, prompt: list[int]) -> dict[str, list[int]]:
    ids = torch.tensor([prompt])
    common = dict(attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=NEW_TOKENS, **SPECIAL_TOKENS)
    model.generation_config = transformers.GenerationConfig(**SPECIAL_TOKENS)
    return {
        name: model.generate(ids, **common, **way)[0, len(prompt) :].tolist() for name, way in GENERATIONS.items()
    }


def loss_of(adapted: peft.PeftModel, rows: list[list[int]], prompt_lengths: list[int]) -> torch.Tensor:
    """Cross entropy of every counted next token, summed over the rows and divided by their number."""
    losses = []
    for row, prompt_length in zip(rows, prompt_lengths):
        logits = adapted(torch.tensor([row])).logits[0, :-1].float()
        each = torch.nn.functional.cross_entropy(logits, torch.tensor(row[1:]), reduction="none")
        losses.append(each[torch.arange(1, len(row)) >= prompt_length])
    return torch.cat(losses).mean()


def norm_of(parameters: list[torch.nn.Parameter]) -> float:
    return float(torch.sqrt(sum((parameter.grad.double() ** 2).sum() for parameter in parameters)))


def record_loss(adapted: peft.PeftModel, rows: list[list[int]], prompt_lengths: list[int], gradients: Path) -> dict:
    adapted.zero_grad()
    answers = loss_of(adapted, rows, prompt_lengths)
    answers.backward()
    named = trained(adapted)
    plain = {name.replace("base_model.model.", "").replace(".default", ""): p.grad.contiguous() for name, p in named}
    save_file(plain, gradients)
    with torch.no_grad():
        everything = loss_of(adapted, rows, [0] * len(rows))
    return dict(
        loss_all_tokens=float(everything),
        loss_answer_only=float(answers),
        logits_row0=logits_of(adapted, rows[0]),
        grad_global_norm=norm_of([parameter for _, parameter in named]),
    )


def record_training(adapted: peft.PeftModel, name: str, rows: list[list[int]], prompt_lengths: list[int]) -> dict:
    parameters = [parameter for _, parameter in trained(adapted)]
    start = [parameter.detach().clone() for parameter in parameters]
    optimizer = OPTIMIZERS[name](parameters)
    peak = optimizer.param_groups[0]["lr"]
    losses, norms = [], []
    for step in range(STEPS):
        if name == "adamw_cosine":
            optimizer.param_groups[0]["lr"] = peak * 0.5 * (1 + math.cos(math.pi * step / STEPS))
        optimizer.zero_grad()
        loss = loss_of(adapted, rows, prompt_lengths)
        loss.backward()
        losses.append(float(loss))
        norms.append(norm_of(parameters))
        if name == "adamw_cosine":
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
    recorded = dict(
        losses=losses,
        grad_norms=norms,
        final_checksum=float(sum(parameter.detach().double().abs().sum() for parameter in parameters)),
    )
    if name == "adamw_cosine":
        recorded["logits_row0_after"] = logits_of(adapted, rows[0])
    with torch.no_grad():
        for parameter, value in zip(parameters, start):
            parameter.copy_(value)
    return recorded


main()
