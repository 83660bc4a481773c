import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { workloads } from '../../bench/gpu-run.ts'
import { defaultSettings } from '../contract/index.ts'
import { architectureOf } from '../models/family.ts'
import { halvesBytes } from './memory.ts'

/** What `npm run bench:gpu` has measured, in the shape of japanese-large-lm-1.7b. */
const { results } = JSON.parse(await readFile(join(import.meta.dirname, '..', '..', 'bench', 'results', 'gpu.json'), 'utf8')) as { results: Record<string, { ours: { memoryGB: number } }> }
const config = { vocab_size: 51200, n_positions: 2048, n_embd: 2304, n_layer: 24, n_head: 24, n_inner: 9216, model_type: 'gpt2', activation_function: 'gelu', layer_norm_epsilon: 1e-5, attn_pdrop: 0.1, embd_pdrop: 0.1, resid_pdrop: 0.1 }
const PARAMETERS = 1_652_230_656

it.each(workloads)('$name: the estimate for a GPU is within a tenth of what was measured on one', ({ name, rows, tokens, checkpointing, weights }) => {
  const settings = { ...defaultSettings(), 'training.batch_size': rows, 'tokenizer.max_length': tokens, 'architecture.gradient_checkpointing': checkpointing, 'architecture.backbone_dtype': weights, 'environment.precision': 'float16' as const }
  const measured = results[name]!.ours.memoryGB
  const estimated = halvesBytes(architectureOf(config), PARAMETERS, settings) / 1e9
  expect(estimated).toBeGreaterThan(measured * 0.9)
  expect(estimated).toBeLessThan(measured * 1.1)
})
