"""Checks what the studio exports in transformers and peft, and records the outcome.

    node scripts/export-goldens.mjs /tmp/exports
    python tools/check-exports.py /tmp/exports core/exports/fixtures/checked.json

For each family of core/models/fixtures: the base with the exported adapter (peft), and the exported merged model
(transformers), give the logits that were recorded of it in float32. For bases that store 16 bits, and for rsLoRA and
DoRA: the merged weights are those of peft's merge_and_unload. The hashes of the files are recorded with the outcome;
core/exports/goldens.test.ts compares what is written now with them.
"""

import argparse
import datetime
import hashlib
import json
import os
import warnings
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
warnings.filterwarnings("ignore")

import peft  # noqa: E402
import torch  # noqa: E402
import transformers  # noqa: E402
from safetensors.torch import load_file  # noqa: E402

FIXTURES = Path(__file__).parent.parent / "core" / "models" / "fixtures"
LIMIT = 1e-3
# Sums of float32 in another order differ by a unit in the last place now and then.
DIFFERENT_SHARE = 1e-3


def main() -> None:
    options = arguments()
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    exported = Path(options.exported)
    families = {}
    for folder in sorted(path for path in exported.iterdir() if path.name != "variants"):
        families[folder.name] = dict(logits=logits_errors(folder), sha256=hashes(folder))
        print(folder.name, families[folder.name]["logits"])
    variants = {folder.name: weight_differences(folder) for folder in sorted((exported / "variants").iterdir())}
    for name, found in variants.items():
        print(name, found)
    record = dict(
        date=datetime.date.today().isoformat(),
        versions=dict(torch=torch.__version__, transformers=transformers.__version__, peft=peft.__version__),
        families=families,
        variants=variants,
    )
    Path(options.record).write_text(json.dumps(record, indent=2) + "\n")
    wrong = [name for name, found in families.items() if not max(found["logits"].values()) <= LIMIT]
    wrong += [name for name, found in variants.items() if found["differentShare"] > DIFFERENT_SHARE or found["ulps"] > 1]
    if wrong:
        raise SystemExit(f"wrong: {', '.join(wrong)}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("exported", help="what scripts/export-goldens.mjs wrote")
    parser.add_argument("record", help="the JSON file to write")
    return parser.parse_args()


def load(folder: Path, **options) -> torch.nn.Module:
    found, info = transformers.AutoModelForCausalLM.from_pretrained(
        folder, attn_implementation="eager", output_loading_info=True, **options
    )
    unexpected = {name: info[name] for name in ("missing_keys", "unexpected_keys", "mismatched_keys") if info[name]}
    if unexpected:
        raise SystemExit(f"{folder}: {unexpected}")
    return found.eval()


def logits_errors(folder: Path) -> dict:
    fixture = FIXTURES / folder.name
    expected = json.loads((fixture / "expected.json").read_text())
    wanted, row = torch.tensor(expected["lora"]["logits_row0"]), torch.tensor([expected["rows"][0]])
    base = load(fixture, dtype=torch.float32)
    adapted = peft.PeftModel.from_pretrained(base, folder / "peft").eval()
    models = dict(peft=adapted, merged=load(folder / "merged"))
    with torch.no_grad():
        return {name: (model(row).logits[0] - wanted).abs().max().item() for name, model in models.items()}


def weight_differences(folder: Path) -> dict:
    base = load(folder / "base", dtype="auto")
    merged = peft.PeftModel.from_pretrained(base, folder / "peft").merge_and_unload().state_dict()
    numbers, different, ulps = 0, 0, 0
    for name, found in load_file(folder / "merged" / "model.safetensors").items():
        wanted = merged[name]
        if wanted.dtype != found.dtype:
            raise SystemExit(f"{folder} {name}: {found.dtype}")
        numbers += found.numel()
        distance = (ordered(found) - ordered(wanted)).abs()
        different += int((distance > 0).sum())
        ulps = max(ulps, int(distance.max()))
    return dict(numbers=numbers, differentShare=different / numbers, ulps=ulps)


def ordered(numbers: torch.Tensor) -> torch.Tensor:
    """Whole numbers whose differences count the 16-bit floats between two of them."""
    bits = numbers.contiguous().view(torch.int16).int()
    return torch.where(bits < 0, -(bits & 0x7FFF), bits)


def hashes(folder: Path) -> dict:
    """Of what was checked: the model card is for people."""
    files = sorted(path for form in ("peft", "merged") for path in (folder / form).iterdir() if path.name != "README.md")
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


if __name__ == "__main__":
    main()
