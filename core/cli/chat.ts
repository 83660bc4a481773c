import { createInterface } from 'node:readline/promises'
import {
  defaultSettings,
  generationSettingsOf,
  ExperimentId,
  ModelId,
  parseSettings,
  UserError,
  type ChatMessage,
  type ChatSource,
  type GenerationSettings,
} from '../contract/index.ts'
import { problemError } from '../planning/plan.ts'
import { parseArguments, parseSettingFlags } from './arguments.ts'
import { askAll } from './ask.ts'
import type { CliContext } from './context.ts'
import { text } from './print.ts'

/**
 * `terakoya chat <experiment or model> [--ask QUESTION]… [--json] [--top_k 30 …]`: a prompt that streams, or answers to
 * the given questions.
 */
export async function chatCommand(context: CliContext, args: readonly string[]): Promise<number> {
  const { lists, flags, rest } = parseArguments(args, [], ['ask'], ['json'])
  const [name, ...settingFlags] = rest
  if (name === undefined || name.startsWith('--')) throw new UserError('cli/usage', { problem: 'chat' })
  const source = await findSource(context, name)
  const settings = chatSettings(settingFlags)
  const questions = lists['ask'] ?? []
  if (questions.length === 0) return converse(context, name, source, settings)
  const asked = questions.map((question) => ({ source, messages: [{ role: 'user' as const, content: question }] }))
  const answers = await askAll(context, asked, settings)
  const table = questions.map((question, index) => ({ question, answer: answers[index]?.text ?? '' }))
  if (flags.has('json')) console.log(JSON.stringify({ answers: table }))
  else for (const { question, answer } of table) console.log(`${question}\n${answer}\n`)
  return 0
}

/** An experiment by id or name, else a model by id. Throws UserError where neither exists. */
async function findSource(context: CliContext, name: string): Promise<ChatSource> {
  const experiments = await context.call('experiments.list', {})
  const experiment =
    experiments.find(({ id }) => id === name) ?? experiments.find((candidate) => candidate.name === name)
  if (experiment) return { kind: 'experiment', experimentId: ExperimentId.parse(experiment.id) }
  const { success, data: id } = ModelId.safeParse(name)
  const exists = success && (await context.call('models.list', {})).some((model) => model.id === id)
  if (!exists) throw new UserError('cli/unknown-source', { name })
  return { kind: 'model', modelId: id }
}

/** `--top_k 30` and `--prediction.top_k 30` mean the same. */
function chatSettings(flags: readonly string[]): GenerationSettings {
  const raw = Object.entries(parseSettingFlags(flags)).map(([name, value]) => [
    name.includes('.') ? name : `prediction.${name}`,
    value,
  ])
  const { values, problems } = parseSettings({ ...chatDefaults(), ...Object.fromEntries(raw) })
  if (problems[0]) throw problemError(problems[0])
  return generationSettingsOf(values)
}

/** A chat needs no dataset; the catalogue does. */
const chatDefaults = () => ({ ...defaultSettings(), 'dataset.id': '-' })

async function converse(
  context: CliContext,
  name: string,
  source: ChatSource,
  settings: GenerationSettings,
): Promise<number> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  console.log(text('chatting', { name }))
  const messages: ChatMessage[] = []
  try {
    for (;;) {
      const question = await terminal.question(text('prompt')).catch(() => '')
      if (question.trim() === '') return 0
      messages.push({ role: 'user', content: question })
      const [answer] = await askAll(
        context,
        [{ source, messages }],
        settings,
        (token) => void process.stdout.write(token),
      )
      process.stdout.write('\n')
      if (!answer) return 0
      if (answer.droppedTurns > 0) console.log(text('dropped', { count: answer.droppedTurns }))
      messages.push({ role: 'assistant', content: answer.text })
    }
  } finally {
    terminal.close()
  }
}
