"""Records torch's label-smoothed cross entropy: python tools/record-label-smoothing.py > core/models/label-smoothing.fixture.json

`head`: an output layer alone, with ignored labels (-100): the loss averaged over the counted tokens, each token's loss, and the gradients.
`llama`: the loss and the gradient's norm of core/models/fixtures/llama with its adapter, as in its expected.json but smoothed.
"""

import json
from pathlib import Path

import peft
import torch
import transformers
from torch.nn.functional import cross_entropy

SMOOTHING = 0.1
ROWS, WIDTH, VOCABULARY, IGNORED = 8, 6, 11, -100
LLAMA = Path(__file__).parent.parent / "core" / "models" / "fixtures" / "llama"


def record_head() -> dict:
    random = torch.Generator().manual_seed(0)
    x = torch.randn(ROWS, WIDTH, generator=random, requires_grad=True)
    weight = torch.randn(VOCABULARY, WIDTH, generator=random, requires_grad=True)
    labels = torch.randint(0, VOCABULARY, (ROWS,), generator=random)
    labels[[1, 6]] = IGNORED
    logits = x @ weight.T
    loss = cross_entropy(logits, labels, label_smoothing=SMOOTHING, ignore_index=IGNORED)
    loss.backward()
    each = cross_entropy(logits, labels, label_smoothing=SMOOTHING, ignore_index=IGNORED, reduction="none")
    named = dict(x=x, weight=weight, labels=labels, losses=each, dx=x.grad, dweight=weight.grad)
    return dict(loss=float(loss), **{name: value.tolist() for name, value in named.items()})


def record_llama() -> dict:
    expected = json.loads((LLAMA / "expected.json").read_text())
    base = transformers.AutoModelForCausalLM.from_pretrained(LLAMA, dtype=torch.float32, attn_implementation="eager")
    model = peft.PeftModel.from_pretrained(base, LLAMA / "adapter", is_trainable=True).eval()
    logits, labels = [], []
    for row, prompt_length in zip(expected["rows"], expected["prompt_lengths"]):
        logits.append(model(torch.tensor([row])).logits[0, prompt_length - 1 : -1])
        labels += row[prompt_length:]
    loss = cross_entropy(torch.cat(logits), torch.tensor(labels), label_smoothing=SMOOTHING)
    loss.backward()
    squares = [(p.grad.double() ** 2).sum() for p in model.parameters() if p.requires_grad]
    return dict(loss_answer_only=float(loss), grad_global_norm=float(torch.sqrt(sum(squares))))


versions = dict(torch=torch.__version__, transformers=transformers.__version__, peft=peft.__version__)
recorded = dict(smoothing=SMOOTHING, head=record_head(), llama=record_llama(), recorded_with=versions)
print(json.dumps(recorded, indent=1))
