"""Answers of transformers' generate, as they stream, on the CPU: prints one JSON line.

Usage: python chat_tiny.py MODEL_FOLDER QUESTION TOKENS RUNS
"""
import json
import statistics
import sys
import time

import torch
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast
from transformers.generation.streamers import BaseStreamer

END, PAD = 2, 3


class Clock(BaseStreamer):
    """When each token came; the prompt, which generate gives first, is none."""

    def __init__(self):
        self.times = []
        self.is_prompt = True

    def put(self, value):
        if self.is_prompt:
            self.is_prompt = False
        else:
            self.times.append(time.perf_counter())

    def end(self):
        pass


def answer(model, ids, count):
    """Milliseconds to the first token, and tokens a second after it."""
    clock = Clock()
    start = time.perf_counter()
    model.generate(
        input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=False, streamer=clock,
        min_new_tokens=count, max_new_tokens=count, eos_token_id=END, pad_token_id=PAD,
    )
    first, last = clock.times[0], clock.times[-1]
    return (first - start) * 1000, (len(clock.times) - 1) / (last - first)


def main(folder, question, count, runs):
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=f"{folder}/tokenizer.json", eos_token="</s>", pad_token="<pad>")
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    prompt = tokenizer.encode(f"ユーザー: {question}\nシステム: ", add_special_tokens=False)
    ids = torch.tensor([prompt])
    answer(model, ids, int(count))
    answers = [answer(model, ids, int(count)) for _ in range(int(runs))]
    print(json.dumps({
        "first_token_ms": statistics.median(first for first, _ in answers),
        "tokens_per_second": statistics.median(rate for _, rate in answers),
    }))


main(*sys.argv[1:])
