import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { workloads, type Workload } from '../../bench/gpu-run.ts'
import type { StoredTensor } from '../checkpoints/index.ts'
import { defaultSettings, type SettingValues } from '../contract/index.ts'
import { architectureOf, loraTargets, type Architecture } from '../models/family.ts'
import { layOutLora } from '../models/lora.ts'
import { kernelsBytes } from './memory-estimate.ts'

/** What `npm run bench:gpu` has measured, in the shape of japanese-large-lm-1.7b. */
const { results } = JSON.parse(
  await readFile(join(import.meta.dirname, '..', '..', 'bench', 'results', 'gpu.json'), 'utf8'),
) as { results: Record<string, { ours: { memoryGB: number } }> }
const config = {
  vocab_size: 51200,
  n_positions: 2048,
  n_embd: 2304,
  n_layer: 24,
  n_head: 24,
  n_inner: 9216,
  model_type: 'gpt2',
  activation_function: 'gelu',
  layer_norm_epsilon: 1e-5,
  attn_pdrop: 0.1,
  embd_pdrop: 0.1,
  resid_pdrop: 0.1,
}
const architecture = architectureOf(config)
const shapes: Readonly<Record<string, readonly number[]>> = {
  'transformer.wte.weight': [51200, 2304],
  'transformer.wpe.weight': [2048, 2304],
  ...Object.fromEntries(architecture.linears.map(({ path, inSize, outSize }) => [`${path}.weight`, [inSize, outSize]])),
}
const stored = new Map(
  Object.entries(shapes).map(([name, shape]) => [
    name,
    { file: '', dtype: 'float16', shape, offset: 0, length: 0 } satisfies StoredTensor,
  ]),
)

function estimatedGB(
  { rows, tokens, rank, targets, checkpointing, weights }: Workload,
  changes: Partial<SettingValues> = {},
  model: Architecture = architecture,
): number {
  const settings = {
    ...defaultSettings(),
    'training.batch_size': rows,
    'tokenizer.max_length': tokens,
    'architecture.gradient_checkpointing': checkpointing,
    'architecture.backbone_dtype': weights,
    ...changes,
  }
  return (
    kernelsBytes(
      { architecture: model, stored, scattered: false },
      layOutLora(loraTargets(model, targets), { rank, alpha: 2 * rank }),
      settings,
    ) / 1e9
  )
}

describe('the estimate for a GPU is within a tenth of what was measured on one', () => {
  it.each(workloads)('$name', (work) => {
    const ratio = estimatedGB(work) / results[work.name]!.ours.memoryGB
    expect(ratio).toBeGreaterThan(0.9)
    expect(ratio).toBeLessThan(1.1)
  })

  // Measured once (H200, driver 580.159.04) with what these workloads leave out: float32, attention spelled out, logits
  // at once.
  const capped = (softcaps: NonNullable<Architecture['softcaps']>): Architecture => ({ ...architecture, softcaps })
  const [float32, spelled, whole] = [
    { 'environment.precision': 'float32' as const },
    capped({ attention: 50, logits: null }),
    capped({ attention: null, logits: 30 }),
  ]
  it.each([
    ['4x256-all', 'float32', float32, architecture, 7.06],
    ['16x512-all', 'float32', float32, architecture, 23.12],
    ['16x512-all-checkpointing', 'float32', float32, architecture, 8.07],
    ['4x256-all', 'attention spelled out', {}, spelled, 5.14],
    ['16x512-all', 'attention spelled out', {}, spelled, 13.37],
    ['16x512-all-checkpointing', 'attention spelled out', {}, spelled, 5.84],
    ['4x256-all', 'logits at once', {}, whole, 4.98],
    ['16x512-all', 'logits at once', {}, whole, 14.48],
  ] as const)('%s, %s', (name, _what, changes, model, measured) => {
    const ratio =
      estimatedGB(
        workloads.find((work) => work.name === name)!,
        changes,
        model,
      ) / measured
    expect(ratio).toBeGreaterThan(0.9)
    expect(ratio).toBeLessThan(1.1)
  })
})
