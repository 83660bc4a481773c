import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import {
  defaultSettings,
  generationSettingsOf,
  ModelId,
  type ChatSource,
  type ExperimentDetail,
  type StepMetric,
} from '../contract/index.ts'
import { parseArguments, parseSettingFlags } from './arguments.ts'
import { askAll } from './ask.ts'
import type { CliContext } from './context.ts'
import { answersBlock, text } from './print.ts'
import { runToEnd } from './train.ts'

/** resources/tutorial/questions.json: paraphrases of what is taught, and questions whose answers must stay. */
const Questions = z.object({ paraphrases: z.array(z.string()), controls: z.array(z.string()) })

/**
 * `terakoya tutorial [--json] [--training.epochs 5 …]`: dataset → answers before → training → answers after.
 * `--json` prints one object {experiment, seconds, firstStepSeconds, losses, before, after}.
 */
export async function tutorialCommand(context: CliContext, args: readonly string[]): Promise<number> {
  const { flags, rest } = parseArguments(args, [], [], ['json'])
  const verbose = !flags.has('json')
  const say = (line: string) => {
    if (verbose) console.log(line)
  }
  const dataset = await context.call('datasets.create', { from: 'sample' })
  say(text('dataset', { name: dataset.name, rows: dataset.rowCount }))

  const base: ChatSource = { kind: 'model', modelId: ModelId.parse(defaultSettings()['general.llm_backbone']) }
  const { paraphrases, controls } = Questions.parse(
    JSON.parse(await readFile(join(context.resourcesFolder, 'tutorial', 'questions.json'), 'utf8')),
  )
  const questions = [...paraphrases, ...controls]
  say(text('asking'))
  const before = await answers(context, base, questions)

  const first = firstStepClock(context)
  const settings = { 'dataset.id': dataset.id, ...parseSettingFlags(rest) }
  const detail = await runToEnd(context, settings, verbose)
  const firstStepSeconds = first()
  const after = await answers(context, { kind: 'experiment', experimentId: detail.summary.id }, questions)
  if (verbose) printTable(before, after, firstStepSeconds)
  else console.log(JSON.stringify(asJson(detail, firstStepSeconds, before, after)))
  return 0
}

interface Answered {
  readonly question: string
  readonly answer: string
}

async function answers(context: CliContext, source: ChatSource, questions: readonly string[]): Promise<Answered[]> {
  const asked = questions.map((question) => ({ source, messages: [{ role: 'user' as const, content: question }] }))
  const found = await askAll(context, asked, generationSettingsOf(defaultSettings()))
  return questions.map((question, index) => ({ question, answer: found[index]?.text ?? '' }))
}

/** Seconds from the start of this process to the first finished step; null until then. */
function firstStepClock(context: CliContext): () => number | null {
  let seconds: number | null = null
  const end = context.on('experiments.metrics', ({ steps }) => {
    if (steps.length === 0) return
    seconds = performance.now() / 1000
    end()
  })
  return () => seconds
}

function printTable(before: readonly Answered[], after: readonly Answered[], firstStepSeconds: number | null): void {
  if (firstStepSeconds !== null) console.log(text('firstStep', { seconds: firstStepSeconds.toFixed(1) }))
  console.log('')
  for (const [index, { question, answer }] of before.entries())
    console.log(`${answersBlock(question, answer, after[index]?.answer ?? '')}\n`)
}

function asJson(
  { summary, steps }: ExperimentDetail,
  firstStepSeconds: number | null,
  before: readonly Answered[],
  after: readonly Answered[],
) {
  const seconds = steps.reduce((sum: number, { stepMs }: StepMetric) => sum + stepMs, 0) / 1000
  return { experiment: summary.id, seconds, firstStepSeconds, losses: steps.map(({ loss }) => loss), before, after }
}
