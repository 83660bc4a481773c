import { join } from 'node:path'
import { defaultSettings, type SettingValues } from '../core/contract/index.ts'
import { loadModel } from '../core/generation/loaded-model.ts'
import { lossHead } from '../core/models/loss-head.ts'
import { openRuntime } from '../core/runtime/index.ts'
import { packRows } from '../core/training/packing.ts'
import { computeTypeFor } from '../core/training/precision.ts'
import { root } from './measure.ts'
import { openRunner } from './open-runner.ts'

/**
 * How far the loss of any of twenty steps on the GPU is from float32's on the processor, as a share; for a second run,
 * from the first's on the GPU.
 */
export type PrecisionFigures = Readonly<Record<string, number>>

const [STEPS, ROWS, TOKENS] = [20, 8, 96]

const variants: Readonly<Record<string, Partial<SettingValues>>> = {
  float32: { 'environment.precision': 'float32' },
  float16: { 'environment.precision': 'float16' },
  bfloat16: { 'environment.precision': 'bfloat16' },
  'float16, checkpointing': { 'environment.precision': 'float16', 'architecture.gradient_checkpointing': true },
  'float16, int8 weights': { 'environment.precision': 'float16', 'architecture.backbone_dtype': 'int8' },
  'float16, int4 weights': { 'environment.precision': 'float16', 'architecture.backbone_dtype': 'int4' },
}

/** The tiny model that the studio brings, on rows of several lengths packed into sequences. */
export async function runPrecision(): Promise<PrecisionFigures> {
  const wanted = await lossesOf('cpu', { 'environment.precision': 'float32' })
  const distances: [string, number][] = []
  for (const [name, settings] of Object.entries(variants)) {
    const found = await lossesOf('cuda', settings)
    distances.push([name, furthest(found, wanted)])
    if (name === 'float16')
      distances.push(['float16, a second time', furthest(await lossesOf('cuda', settings), found)])
  }
  return Object.fromEntries(distances)
}

const furthest = (found: readonly number[], wanted: readonly number[]): number =>
  Math.max(...wanted.map((loss, step) => Math.abs((found[step] ?? NaN) / loss - 1)))

async function lossesOf(kind: 'cpu' | 'cuda', changes: Partial<SettingValues>): Promise<number[]> {
  const settings = { ...defaultSettings(), ...changes }
  const device = openRuntime().device(kind)
  const model = await loadModel(join(root, 'resources', 'models', 'terakoya-tiny-ja'))
  const options = {
    clip: 1,
    maxTokens: TOKENS,
    lossHead: lossHead({ chunks: kind === 'cuda' ? 2 : 1 }),
    compute: computeTypeFor(kind, settings),
    recompute: settings['architecture.gradient_checkpointing'],
    cudaGraph: kind === 'cuda',
  }
  const { runner, resident } = await openRunner({ model, device, settings }, options)
  try {
    const rows = Array.from({ length: ROWS }, (_, row) => {
      const length = 12 + ((row * 29) % 60)
      return {
        ids: Int32Array.from({ length }, (_unused, index) => 10 + ((row * 131 + index * 17) % 900)),
        labelMask: new Uint8Array(length).fill(1, 1),
      }
    })
    const losses: number[] = []
    for (let step = 0; step < STEPS; step++) losses.push((await runner.step([packRows(rows, TOKENS)], step, 1e-3)).loss)
    return losses
  } finally {
    runner.dispose()
    resident.dispose()
  }
}
