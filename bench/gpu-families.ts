import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { defaultSettings, generationSettingsOf } from '../core/contract/index.ts'
import { Generator } from '../core/generation/generator.ts'
import { loraTargets } from '../core/models/family.ts'
import { layOutLora } from '../core/models/lora.ts'
import { lossHead } from '../core/models/loss-head.ts'
import { openRuntime } from '../core/runtime/index.ts'
import { readAdapterVector } from '../core/training/checkpoint.ts'
import { LossScale } from '../core/training/loss-scale.ts'
import { optimizers } from '../core/optimization/index.ts'
import { packRows } from '../core/training/packing.ts'
import { StepRunner } from '../core/training/step-runner.ts'
import { openModelFiles } from '../core/weights/model-files.ts'
import { loadResidentWeights } from '../core/weights/resident.ts'
import { root, rounded } from './measure.ts'

/** A family in halves on the GPU beside float32 on the processor, with the same weights. */
export interface FamilyFigures {
  /** How far the loss of any of six steps is, as a share. */
  readonly lossDistance: number
  /** Tokens decoded greedily that are the same from the first on, of how many: without an adapter, with one. */
  readonly sameTokens: readonly [base: number, tuned: number, of: number]
}

interface Failed {
  readonly failed: string
}

const [STEPS, NEW_TOKENS] = [6, 16]
const HALVES = ['float16', 'bfloat16'] as const
/** Small enough that no step overflows: skipped ones are not what is compared. */
const START = { value: 2 ** 10, goodSteps: 0, overflows: 0 }
const PROMPT = [5, 9, 33, 7, 21, 40, 12]

/** Every family that the tests know: two layers each, random weights. */
export async function runFamilies(): Promise<Record<string, FamilyFigures | Failed>> {
  const fixtures = join(root, 'core', 'models', 'fixtures')
  const found: Record<string, FamilyFigures | Failed> = {}
  for (const family of await readdir(fixtures))
    for (const halves of HALVES) {
      found[`${family}, ${halves}`] = await compare(join(fixtures, family), halves).catch((error: unknown) => ({
        failed: String(error),
      }))
    }
  return found
}

async function compare(folder: string, halves: (typeof HALVES)[number]): Promise<FamilyFigures> {
  const [wanted, got] = [await compute(folder, 'cpu', halves), await compute(folder, 'cuda', halves)]
  const same = (of: 'base' | 'tuned'): number => {
    const other = wanted[of].findIndex((token, index) => got[of][index] !== token)
    return other === -1 ? NEW_TOKENS : other
  }
  return {
    lossDistance: rounded(
      Math.max(...wanted.losses.map((loss, step) => Math.abs((got.losses[step] ?? NaN) / loss - 1))),
      6,
    ),
    sameTokens: [same('base'), same('tuned'), NEW_TOKENS],
  }
}

interface Computed {
  readonly losses: readonly number[]
  readonly base: readonly number[]
  readonly tuned: readonly number[]
}

async function compute(folder: string, kind: 'cpu' | 'cuda', halves: (typeof HALVES)[number]): Promise<Computed> {
  const device = openRuntime().device(kind)
  const files = await openModelFiles(folder)
  const layout = layOutLora(loraTargets(files.architecture, 'all-linear'), { rank: 4, alpha: 16 })
  const adapter = await readAdapterVector(join(folder, 'adapter'), layout)
  await device.ready()
  const resident = loadResidentWeights(files, device, halves)
  const runner = await StepRunner.open({
    model: files,
    device,
    layout,
    optimizer: optimizers.AdamW,
    dropout: 0.1,
    attentionDropout: files.architecture.attentionDropout,
    hiddenDropout: true,
    clip: 1,
    weightDecay: 0,
    seed: 1,
    maxTokens: 64,
    lossHead: lossHead({ chunks: kind === 'cuda' ? 2 : 1 }),
    resident,
    compute: kind === 'cuda' ? halves : 'float32',
    cudaGraph: kind === 'cuda',
    lossScale: new LossScale(START),
  })
  runner.p.write(adapter)
  const rows = Array.from({ length: 4 }, (_, row) => {
    const length = 9 + ((row * 29) % 40)
    return {
      ids: Int32Array.from({ length }, (_unused, index) => 3 + ((row * 31 + index * 17) % 90)),
      labelMask: new Uint8Array(length).fill(1, 1),
    }
  })
  const losses: number[] = []
  for (let step = 0; step < STEPS; step++) losses.push((await runner.step([packRows(rows, 64)], step, 1e-3)).loss)
  runner.dispose()
  const settings = {
    ...generationSettingsOf(defaultSettings()),
    'prediction.do_sample': false,
    'prediction.repetition_penalty': 1,
    'prediction.min_length_inference': NEW_TOKENS,
    'prediction.max_length_inference': NEW_TOKENS,
  }
  const decoded = async (p: Float32Array | null) => {
    const generator = await Generator.open(
      { ...files, tokenizer: null, endTokens: new Set() },
      device,
      p && layout,
      resident,
    )
    const [answer] = await generator.generate({ prompts: [PROMPT], settings }, p)
    generator.dispose()
    return answer?.tokens ?? []
  }
  const [base, tuned] = [await decoded(null), await decoded(adapter)]
  await resident.dispose()
  return { losses, base, tuned }
}
