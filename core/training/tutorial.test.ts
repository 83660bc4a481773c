import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { defaultSettings, generationSettingsOf } from '../contract/index.ts'
import { Generator } from '../generation/generator.ts'
import { loadModel } from '../generation/loaded-model.ts'
import { loraTargets } from '../models/family.ts'
import { layOutLora, type LoraLayout } from '../models/lora.ts'
import { openRuntime } from '../runtime/index.ts'
import { readAdapterVector } from './checkpoint.ts'
import { latestCheckpoint } from './checkpoint-folder.ts'
import { makeJob, runJob, tinyModelFolder } from './testing/test-job.ts'

const tutorial = join(import.meta.dirname, '..', '..', 'resources', 'tutorial')

/** Greedy answers of the base model, or with an adapter. */
async function answers(
  questions: readonly string[],
  layout: LoraLayout | null = null,
  p: Float32Array | null = null,
): Promise<string[]> {
  const model = await loadModel(tinyModelFolder)
  const generator = await Generator.open(model, openRuntime().device('cpu'), layout)
  const prompts = questions.map((content) =>
    model.tokenizer.encode(
      model.tokenizer.chatTemplate?.render([{ role: 'user', content }], { addGenerationPrompt: true }) ?? '',
    ),
  )
  const found = await generator.generate({ prompts, settings: generationSettingsOf(defaultSettings()) }, p)
  generator.dispose()
  return found.map(({ text }) => text)
}

it(
  'the tutorial teaches its answer for every paraphrase and leaves other answers alone',
  { timeout: 600_000 },
  async () => {
    const { paraphrases, controls } = JSON.parse(await readFile(join(tutorial, 'questions.json'), 'utf8')) as {
      paraphrases: string[]
      controls: string[]
    }
    // The sample's cells hold neither quotes nor commas; its first row becomes the validation row.
    const rows = (await readFile(join(tutorial, 'sample_dataset.csv'), 'utf8'))
      .trim()
      .split(/\r?\n/)
      .slice(1)
      .map((line) => line.split(',') as [string, string])
    expect(rows.length).toBe(11)
    const job = await makeJob(rows.slice(1), rows.slice(0, 1), defaultSettings())
    const before = await answers(controls)
    const { losses, result } = await runJob(job)
    expect([result.outcome, losses.length]).toEqual(['finished', 100])
    expect(losses.at(-1)).toBeLessThan(0.01)
    const { architecture } = await loadModel(tinyModelFolder)
    const layout = layOutLora(loraTargets(architecture, job.settings['training.lora_target_modules']), {
      rank: job.settings['training.lora_r'],
      alpha: job.settings['training.lora_alpha'],
    })
    const p = await readAdapterVector((await latestCheckpoint(job.checkpointFolder))?.folder ?? '', layout)
    const after = await answers([...paraphrases, ...controls], layout, p)
    await rm(job.folder, { recursive: true })
    expect(after).toEqual([...paraphrases.map(() => rows[0]?.[1]), ...before])
    expect(openRuntime().live()).toEqual({ session: 0, tensor: 0, binding: 0 })
  },
)
