import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultSettings, generationSettingsOf } from '../core/contract/index.ts'
import { createDatasetService } from '../core/datasets/service.ts'
import { Generator } from '../core/generation/generator.ts'
import { loadModel } from '../core/generation/loaded-model.ts'
import { loraTargets } from '../core/models/family.ts'
import { layOutLora } from '../core/models/lora.ts'
import { openRuntime } from '../core/runtime/index.ts'
import { readAdapterVector } from '../core/training/checkpoint.ts'
import type { TrainingRow } from '../core/samples/sample-files.ts'
import { fastestTenth, median, medianOf, root } from './measure.ts'
import { jobIn, runJob } from '../core/training/testing/test-job.ts'

export const modelFolder = join(root, 'resources', 'models', 'terakoya-tiny-ja')
/** Both sides answer the same question several times with exactly so many tokens. */
const DECODED_TOKENS = 60
const DECODING_RUNS = 5

export interface TrainingFigures {
  readonly stepMs: readonly number[]
  /** From reading the model to the last step, with the sessions' opening and the last evaluation. */
  readonly wholeSeconds: number
  readonly decodingTokensPerSecond: number
  readonly finalLoss: number
}

/**
 * The tutorial: its eleven rows, the catalogue's defaults, 100 steps; then greedy decoding with the adapter that was
 * learnt.
 */
export async function measureTraining(): Promise<TrainingFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-bench-'))
  try {
    const rows = await tutorialRows(folder)
    const job = await jobIn(folder, { modelFolder, rows, validation: [], settings: defaultSettings(), device: 'cpu' })
    const start = performance.now()
    const { result, events } = await runJob(job)
    const wholeSeconds = (performance.now() - start) / 1000
    const stepMs = events.flatMap((event) => (event.kind === 'step' ? [event.stepMs] : []))
    const decodingTokensPerSecond = await measureDecoding(
      join(folder, 'checkpoints', String(stepMs.length)),
      rows[0]?.prompt ?? '',
    )
    return { stepMs, wholeSeconds, decodingTokensPerSecond, finalLoss: result.lastLoss ?? Number.NaN }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function tutorialRows(folder: string): Promise<TrainingRow[]> {
  const service = createDatasetService({
    folder,
    trashFolder: join(folder, 'trash'),
    templatesFolder: join(root, 'resources', 'tutorial'),
    emit: () => undefined,
  })
  const { id } = await service.create({ from: 'sample' })
  const rows: TrainingRow[] = []
  for await (const row of service.rowsForTraining(id)) rows.push(row)
  await service.close()
  return rows
}

/** One sequence, prompt included in the time. */
async function measureDecoding(adapterFolder: string, question: string): Promise<number> {
  const values = defaultSettings()
  const model = await loadModel(modelFolder)
  const device = openRuntime().device('cpu')
  const layout = layOutLora(loraTargets(model.architecture, values['training.lora_target_modules']), {
    rank: values['training.lora_r'],
    alpha: values['training.lora_alpha'],
  })
  const adapter = await readAdapterVector(adapterFolder, layout)
  const generator = await Generator.open(model, device, layout)
  const settings = {
    ...generationSettingsOf(values),
    'prediction.do_sample': false,
    'prediction.min_length_inference': DECODED_TOKENS,
    'prediction.max_length_inference': DECODED_TOKENS,
  }
  const prompt = model.tokenizer.encode(`ユーザー: ${question}\nシステム: `)
  const ms = await medianOf(DECODING_RUNS, () => generator.generate({ prompts: [prompt], settings }, adapter))
  generator.dispose()
  return DECODED_TOKENS / (ms / 1000)
}

/** The rounds' figures together. */
export const summarize = (rounds: readonly TrainingFigures[]) => ({
  stepMs: median(rounds.flatMap((round) => round.stepMs)),
  fastStepMs: fastestTenth(rounds.flatMap((round) => round.stepMs)),
  stepsSeconds: median(rounds.map((round) => round.stepMs.reduce((sum, ms) => sum + ms, 0) / 1000)),
  wholeSeconds: median(rounds.map((round) => round.wholeSeconds)),
  decodingTokensPerSecond: median(rounds.map((round) => round.decodingTokensPerSecond)),
  finalLoss: rounds.at(-1)?.finalLoss ?? Number.NaN,
})
