"""The tutorial's training and decoding with transformers + peft, on the CPU: prints one JSON line.

Usage: python peft_tiny.py MODEL_FOLDER
The same model, rows, LoRA, schedule and number of steps as the studio's tutorial.
"""
import json
import math
import statistics
import sys
import time

started = time.perf_counter()

import peft
import torch
import transformers
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

STEPS = 100
BATCH_SIZE = 4
LEARNING_RATE = 5e-4
DECODED_TOKENS = 60
DECODING_RUNS = 5
END, PAD, IGNORED = 2, 3, -100
QUESTION = "YouTubeのRehabC - デジタルで、遊ぶ。チャンネルについて教えてください。"
ANSWER = "RehabCチャンネルは、2014年に開設されたデジタルテクノロジー教育系チャンネルです。"


def train(model, prompt, answer):
    """Milliseconds of each step, and the last loss."""
    ids = torch.tensor([prompt + answer] * BATCH_SIZE)
    labels = torch.tensor([[IGNORED] * len(prompt) + answer] * BATCH_SIZE)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=LEARNING_RATE)
    model.train()
    times = []
    for step in range(STEPS):
        start = time.perf_counter()
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * 0.5 * (1 + math.cos(math.pi * step / STEPS))
        loss = model(input_ids=ids, labels=labels).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        last_loss = loss.item()
        times.append((time.perf_counter() - start) * 1000)
    return times, last_loss


def decode(model, prompt):
    """Greedy tokens a second of one sequence, prompt included; the first answer does not count."""
    model.eval()
    ids = torch.tensor([prompt])
    times = []
    for _ in range(DECODING_RUNS + 1):
        start = time.perf_counter()
        model.generate(
            input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=False,
            min_new_tokens=DECODED_TOKENS, max_new_tokens=DECODED_TOKENS, eos_token_id=END, pad_token_id=PAD,
        )
        times.append(time.perf_counter() - start)
    return DECODED_TOKENS / statistics.median(times[1:])


def main(folder):
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=f"{folder}/tokenizer.json", eos_token="</s>", pad_token="<pad>")
    base = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    lora = LoraConfig(r=8, lora_alpha=16, lora_dropout=0.05, target_modules="all-linear", task_type="CAUSAL_LM")
    model = get_peft_model(base, lora)
    load_seconds = time.perf_counter() - started
    prompt = tokenizer.encode(f"ユーザー: {QUESTION}\nシステム: ", add_special_tokens=False)
    answer = tokenizer.encode(ANSWER, add_special_tokens=False) + [END]
    times, final_loss = train(model, prompt, answer)
    print(json.dumps({
        "step_ms": statistics.median(times),
        "fast_step_ms": sorted(times)[STEPS // 10],
        "steps_seconds": sum(times) / 1000,
        "load_seconds": load_seconds,
        "tokens_per_second": decode(model, prompt),
        "final_loss": final_loss,
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__, "peft": peft.__version__},
    }))


main(sys.argv[1])
