import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defaultSettings, type SettingValues } from '../core/contract/index.ts'
import { openRuntime } from '../core/runtime/index.ts'
import { packRows } from '../core/training/packing.ts'
import { loadModel } from '../core/generation/loaded-model.ts'
import { writeLargeModel } from './large-model.ts'
import { median, rounded, timed } from './measure.ts'
import { openRunner } from './open-runner.ts'

/** What the child process is started with instead of the whole bench. */
export const LARGE_RUN = 'large-run'
const STEPS = 5
const ROWS = 4
const TOKENS = 256

interface LargeFigures {
  readonly loadSeconds: number
  readonly stepSeconds: number
  readonly peakGB: number
  readonly losses: readonly number[]
}

/**
 * Five steps of 4 × 256 tokens on a model of 1.7 B in LINE's shape, LoRA r 16 on all linear layers; each way of keeping
 * the weights in a process of its own.
 */
export async function measureLarge(): Promise<Record<string, LargeFigures>> {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-large-'))
  try {
    await writeLargeModel(folder)
    const run = (dtype: string): LargeFigures => {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [fileURLToPath(import.meta.url), LARGE_RUN, folder, dtype],
        { encoding: 'utf8' },
      )
      if (status !== 0) throw new Error(`the large model failed: ${stderr.trim()}`)
      return JSON.parse(stdout) as LargeFigures
    }
    return { float16: run('as-stored'), int8: run('int8') }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The child's part: trains and prints its figures as JSON. */
export async function runLarge(folder: string, dtype: string): Promise<void> {
  const settings: SettingValues = {
    ...defaultSettings(),
    'architecture.backbone_dtype': dtype as SettingValues['architecture.backbone_dtype'],
    'architecture.gradient_checkpointing': true,
  }
  const device = openRuntime().device('cpu')
  const start = performance.now()
  const model = await loadModel(folder)
  const { runner } = await openRunner(
    { model, device, settings },
    { dropout: 0.05, clip: 1, maxTokens: TOKENS, recompute: true },
  )
  const loadSeconds = (performance.now() - start) / 1000
  const rows = Array.from({ length: ROWS }, (_, row) => ({
    ids: Int32Array.from({ length: TOKENS }, (_unused, index) => (7 + row * 131 + index * 17) % 8000),
    labelMask: new Uint8Array(TOKENS).fill(1, TOKENS / 2),
  }))
  const losses: number[] = []
  const times: number[] = []
  for (let step = 0; step < STEPS; step++)
    times.push(await timed(async () => losses.push((await runner.step([packRows(rows, TOKENS)], step, 1e-4)).loss)))
  const figures: LargeFigures = {
    loadSeconds: rounded(loadSeconds),
    stepSeconds: rounded(median(times) / 1000),
    peakGB: rounded(process.resourceUsage().maxRSS / 2 ** 20, 2),
    losses: losses.map((loss) => rounded(loss, 4)),
  }
  console.log(JSON.stringify(figures))
}
