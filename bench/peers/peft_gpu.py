"""transformers + peft on a GPU, as H2O LLM Studio trains (fp16 base, autocast, GradScaler): one workload, given as JSON, in the shape of
japanese-large-lm-1.7b with random weights; with `compiled` through torch.compile. Prints one line of JSON."""
import json, sys, time
START = time.time()
import torch
from peft import LoraConfig, get_peft_model
from transformers import GPT2Config, GPT2LMHeadModel

started = START - 0.05
work = json.loads(sys.argv[1])
torch.backends.cuda.matmul.allow_tf32 = True
torch.manual_seed(0)
config = GPT2Config(n_layer=24, n_embd=2304, n_head=24, vocab_size=51200, n_positions=2048, n_inner=9216, attn_pdrop=0, embd_pdrop=0, resid_pdrop=0)
config._attn_implementation = 'sdpa'
with torch.device('cuda'):
    torch.set_default_dtype(torch.float16)
    model = GPT2LMHeadModel(config)
    torch.set_default_dtype(torch.float32)
times, first, tokens = [], 0.0, 1
if work.get('decoding'):
    model.eval()
    ids = torch.arange(32, device='cuda')[None] * 17 + 7
    for run in range(4):
        torch.cuda.synchronize(); begin = time.perf_counter()
        model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, min_new_tokens=100, max_new_tokens=100, pad_token_id=2)
        torch.cuda.synchronize(); times.append((time.perf_counter() - begin) * 10)
        if run == 0: first = time.time() - started
    counted = times[1:]
else:
    tokens = work['rows'] * work['tokens']
    if work['checkpointing']: model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={'use_reentrant': False})
    model = get_peft_model(model, LoraConfig(r=work['rank'], lora_alpha=16, lora_dropout=0.05, target_modules=work['targets'].split(','), fan_in_fan_out=True, task_type='CAUSAL_LM'))
    trained = [p for p in model.parameters() if p.requires_grad]
    for p in trained: p.data = p.data.float()
    model.train(); model.config.use_cache = False
    forward = torch.compile(model) if work.get('compiled') else model
    optimizer = torch.optim.AdamW(trained, lr=1e-4)
    scaler = torch.amp.GradScaler('cuda')
    for step in range(26):
        ids = torch.randint(0, 50000, (work['rows'], work['tokens']), device='cuda')
        torch.cuda.synchronize(); begin = time.perf_counter()
        with torch.autocast('cuda', dtype=torch.float16): loss = forward(input_ids=ids, labels=ids).loss
        scaler.scale(loss).backward(); scaler.step(optimizer); scaler.update(); optimizer.zero_grad(set_to_none=True)
        torch.cuda.synchronize(); times.append((time.perf_counter() - begin) * 1e3)
        if step == 0: first = time.time() - started
    counted = times[6:]
median = sorted(counted)[len(counted) // 2]
print(json.dumps(dict(medianMs=round(median, 2), fastestMs=round(min(counted), 2), tokensPerSecond=round(tokens * 1e3 / median, 1), memoryGB=round(torch.cuda.max_memory_allocated() / 1e9, 2), reservedGB=round(torch.cuda.max_memory_reserved() / 1e9, 2), cardGB=round((lambda free, total: total - free)(*torch.cuda.mem_get_info()) / 1e9, 2), firstSeconds=round(first, 2))))
