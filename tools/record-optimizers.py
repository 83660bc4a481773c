"""Records what torch's optimizers do, as the reference of core/optimization/optimizers.test.ts.

    python3 -m venv <folder> && <folder>/bin/pip install torch numpy
    <folder>/bin/python tools/record-optimizers.py [name ...]

Writes core/optimization/fixtures/<name>.json: the parameters after steps 1, 2 and 10 from problem.json's start and
gradients, in float32, and the norm of each of these gradients before clipping. To add an optimizer, add a line to
OPTIMIZERS: the learning rate, where its reference comes from, and a function that makes a torch optimizer.
"""

import json
import sys
from pathlib import Path

import torch

FOLDER = Path(__file__).resolve().parent.parent / "core" / "optimization" / "fixtures"
CASES = [(0, 0), (0, 0.1), (1, 0.01)]
STEPS = [1, 2, 10]


class AdamW8bit(torch.optim.Optimizer):
    """AdamW whose averages are kept as bytes: m as the root of |m| by its sign, v as its fourth root, rounded up."""

    BLOCK = 256

    def __init__(self, parameters, lr, weight_decay):
        super().__init__(parameters, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                size = -p.numel() % self.BLOCK + p.numel()
                state = self.state[p]
                if not state:
                    state["step"] = 0
                    state["m"] = torch.zeros(size, dtype=torch.int8)
                    state["v"] = torch.zeros(size, dtype=torch.uint8)
                    state["m_scale"] = torch.zeros(size // self.BLOCK, 1)
                    state["v_scale"] = torch.zeros(size // self.BLOCK, 1)
                state["step"] += 1
                g = torch.zeros(size)
                g[: p.numel()] = p.grad
                g = g.view(-1, self.BLOCK)
                root = state["m"].view(-1, self.BLOCK).float() / 127
                fourth = state["v"].view(-1, self.BLOCK).float() / 255
                m = 0.9 * (root.abs() * root * state["m_scale"]) + 0.1 * g
                v = 0.999 * (fourth**4 * state["v_scale"]) + 0.001 * g * g
                state["m_scale"] = m.abs().amax(1, keepdim=True) + 1e-37
                state["v_scale"] = v.amax(1, keepdim=True) + 1e-37
                state["m"] = (m.sign() * (m.abs() / state["m_scale"]).sqrt() * 127).round().to(torch.int8)
                state["v"] = ((v / state["v_scale"]).sqrt().sqrt() * 254.99).ceil().to(torch.uint8)
                p.mul_(1 - group["lr"] * group["weight_decay"])
                m_hat = m.flatten()[: p.numel()] / (1 - 0.9 ** state["step"])
                v_hat = v.flatten()[: p.numel()] / (1 - 0.999 ** state["step"])
                p.sub_(group["lr"] * m_hat / (v_hat.sqrt() + 1e-8))


class Lion(torch.optim.Optimizer):
    """Lion as its authors' published PyTorch code (google/automl, lion_pytorch.py) computes it."""

    def __init__(self, parameters, lr, weight_decay):
        super().__init__(parameters, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                m = self.state[p].setdefault("exp_avg", torch.zeros_like(p))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                update = m * 0.9 + p.grad * (1 - 0.9)
                p.add_(update.sign(), alpha=-group["lr"])
                m.mul_(0.99).add_(p.grad, alpha=1 - 0.99)


OPTIMIZERS = {
    "AdamW": (0.01, "torch.optim.AdamW", torch.optim.AdamW),
    "Adam": (0.01, "torch.optim.Adam", torch.optim.Adam),
    "AdamW8bit": (0.01, "AdamW8bit of tools/record-optimizers.py", AdamW8bit),
    "SGD": (
        0.01,
        "torch.optim.SGD(momentum=0.9, nesterov=True)",
        lambda p, **options: torch.optim.SGD(p, momentum=0.9, nesterov=True, **options),
    ),
    "RMSprop": (
        0.01,
        "torch.optim.RMSprop(momentum=0.9, alpha=0.9)",
        lambda p, **options: torch.optim.RMSprop(p, momentum=0.9, alpha=0.9, **options),
    ),
    "Lion": (0.01, "Lion of tools/record-optimizers.py", Lion),
    "Adadelta": (1, "torch.optim.Adadelta", torch.optim.Adadelta),
}


def record(make, learning_rate, problem, clip, weight_decay):
    p = torch.nn.Parameter(torch.tensor(problem["start"], dtype=torch.float32))
    optimizer = make([p], lr=learning_rate, weight_decay=weight_decay)
    after, norms = {}, {}
    for step, gradient in enumerate(problem["gradients"], start=1):
        p.grad = torch.tensor(gradient, dtype=torch.float32)
        norm = torch.nn.utils.clip_grad_norm_([p], clip if clip > 0 else float("inf"))
        optimizer.step()
        if step in STEPS:
            after[step] = p.detach().tolist()
            norms[step] = norm.item()
    return {"clip": clip, "weight_decay": weight_decay, "after": after, "norms": norms}


def main(names):
    problem = json.loads((FOLDER / "problem.json").read_text())
    for name in names or OPTIMIZERS:
        learning_rate, source, make = OPTIMIZERS[name]
        cases = [record(make, learning_rate, problem, *case) for case in CASES]
        version = torch.__version__.split("+")[0]
        recorded = {"source": source, "torch": version, "learning_rate": learning_rate, "cases": cases}
        (FOLDER / f"{name}.json").write_text(json.dumps(recorded, indent=1) + "\n")


main(sys.argv[1:])
