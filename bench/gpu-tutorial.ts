import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultSettings, generationSettingsOf } from '../core/contract/index.ts'
import { Generator } from '../core/generation/generator.ts'
import { loadModel } from '../core/generation/loaded-model.ts'
import { openRuntime } from '../core/runtime/index.ts'
import { latestCheckpoint } from '../core/training/checkpoint-folder.ts'
import { readAdapterVector } from '../core/training/checkpoint.ts'
import { trainableLayout } from '../core/training/trainable.ts'
import { root, rounded } from './measure.ts'
import { jobIn, rowsOf, runJob } from '../core/training/testing/test-job.ts'

/** The tutorial on the GPU, with the settings that a beginner gets. */
export interface TutorialFigures {
  readonly seconds: number
  readonly loss: number
  /** Paraphrases that get the answer that was taught, of how many. */
  readonly taught: readonly [right: number, of: number]
  /** Other questions whose answer stayed what it was, of how many. */
  readonly kept: readonly [same: number, of: number]
}

export async function runTutorial(): Promise<TutorialFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-tutorial-'))
  const modelFolder = join(root, 'resources', 'models', 'terakoya-tiny-ja')
  const tutorial = join(root, 'resources', 'tutorial')
  const settings = defaultSettings()
  const { paraphrases, controls } = JSON.parse(await readFile(join(tutorial, 'questions.json'), 'utf8')) as {
    paraphrases: string[]
    controls: string[]
  }
  const device = openRuntime().device('cuda')
  const model = await loadModel(modelFolder)
  const layout = trainableLayout(model, settings)
  const answers = async (questions: readonly string[], p: Float32Array | null): Promise<string[]> => {
    const generator = await Generator.open(model, device, p && layout)
    const prompts = questions.map((content) =>
      model.tokenizer.encode(
        model.tokenizer.chatTemplate?.render([{ role: 'user', content }], { addGenerationPrompt: true }) ?? '',
      ),
    )
    const found = await generator.generate({ prompts, settings: generationSettingsOf(settings) }, p)
    generator.dispose()
    return found.map(({ text }) => text)
  }
  try {
    // The sample's cells hold neither quotes nor commas; its first row becomes the validation row.
    const rows = (await readFile(join(tutorial, 'sample_dataset.csv'), 'utf8'))
      .trim()
      .split(/\r?\n/)
      .slice(1)
      .map((line) => line.split(',') as [string, string])
    const before = await answers(controls, null)
    const job = await jobIn(folder, {
      modelFolder,
      rows: rowsOf(rows.slice(1)),
      validation: rowsOf(rows.slice(0, 1)),
      settings,
      device: 'cuda',
    })
    const start = performance.now()
    const { losses } = await runJob(job)
    const seconds = rounded((performance.now() - start) / 1000, 2)
    const p = await readAdapterVector((await latestCheckpoint(job.checkpointFolder))?.folder ?? '', layout)
    const after = await answers([...paraphrases, ...controls], p)
    const right = paraphrases.filter((_question, index) => after[index] === rows[0]?.[1]).length
    const same = controls.filter((_question, index) => after[paraphrases.length + index] === before[index]).length
    return {
      seconds,
      loss: rounded(losses.at(-1) ?? Number.NaN, 5),
      taught: [right, paraphrases.length],
      kept: [same, controls.length],
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
