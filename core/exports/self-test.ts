// What was written is asked what the run is asked, and must answer with the same tokens.
import {
  generationSettingsOf,
  UserError,
  type ComparedAnswer,
  type ExportTest,
  type GenerationSettings,
} from '../contract/index.ts'
import { EngineGone, type EngineClient } from '../engine/engine-client.ts'
import type { DeviceReport, GenerateTarget } from '../engine/engine-protocol.ts'
import { experimentFiles } from '../runs/store.ts'
import { firstConversations } from '../samples/sample-files.ts'
import { messagesOf, type Conversation } from '../samples/sample-format.ts'
import { sampleOptionsOf } from '../samples/samples.ts'
import type { WrittenModel } from './format.ts'
import type { ExportSource } from './source.ts'

export interface TestServices {
  readonly engine: EngineClient
  readonly devices: () => Promise<DeviceReport>
}

const MAX_QUESTIONS = 5
/** Rows that are looked through for questions. */
const MAX_ROWS = 200
const MAX_TOKENS = 64
/** Of a question or an answer, characters are shown. */
const MAX_SHOWN = 2_000

/**
 * Asks the run and what was written the same questions, greedily, one model after the other: memory for one is enough.
 * Throws UserError where the engine cannot answer, and the signal's reason.
 */
export async function askBoth(
  services: TestServices,
  source: ExportSource,
  written: WrittenModel,
  signal: AbortSignal,
): Promise<ExportTest> {
  const { record, adapter, model, checkpointFolder } = source
  const questions = await questionsOf(source)
  const run: WrittenModel = {
    modelFolder: model.folder,
    adapterFolder: adapter ? checkpointFolder : null,
    format: sampleOptionsOf(record.settings).format,
  }
  const settings = greedy(generationSettingsOf(record.settings))
  const ask = (asked: WrittenModel) =>
    answersOf(
      services,
      { targets: questions.map((each) => ({ ...asked, messages: messagesOf(each) })), settings },
      signal,
    )
  const [before, after] = [await ask(run), await ask(written)]
  const answers = questions.map(({ prompt }, index): ComparedAnswer => {
    const [one, other] = [before[index], after[index]]
    return {
      question: prompt.slice(0, MAX_SHOWN),
      run: (one?.text ?? '').slice(0, MAX_SHOWN),
      written: (other?.text ?? '').slice(0, MAX_SHOWN),
      same: one?.tokens.join() === other?.tokens.join(),
    }
  })
  return { kind: answers.every(({ same }) => same) ? 'same' : 'different', answers }
}

/** The first questions that the run was not trained on; without such, those of its rows. */
async function questionsOf({ record }: ExportSource): Promise<Conversation[]> {
  const { validationRows, trainRows } = experimentFiles(record.folder)
  const held = await firstConversations(validationRows, record.settings, MAX_ROWS)
  const found = held.length > 0 ? held : await firstConversations(trainRows, record.settings, MAX_ROWS)
  return [...new Map(found.map((each) => [each.prompt, each])).values()].slice(0, MAX_QUESTIONS)
}

const greedy = (settings: GenerationSettings): GenerationSettings => ({
  ...settings,
  'prediction.do_sample': false,
  'prediction.num_beams': 1,
  'prediction.min_length_inference': 0,
  'prediction.max_length_inference': Math.min(MAX_TOKENS, settings['prediction.max_length_inference']),
})

interface Answered {
  readonly text: string
  readonly tokens: readonly number[]
}

interface Questions {
  readonly targets: readonly GenerateTarget[]
  readonly settings: GenerationSettings
}

async function answersOf(
  { engine, devices }: TestServices,
  { targets, settings }: Questions,
  signal: AbortSignal,
): Promise<Answered[]> {
  signal.throwIfAborted()
  const { recommended } = await devices()
  const answers: Answered[] = []
  let failure: UserError | null = null
  const call = engine.call('generate', { device: recommended.kind, targets, settings, once: true }, (event) => {
    if (event.kind === 'done') answers[event.target] = { text: event.answer.text, tokens: event.tokens }
    if (event.kind === 'failed') failure ??= new UserError(event.error.code, event.error.facts)
  })
  await untilAborted(call, signal)
  if (failure) throw failure
  return answers
}

/** An engine that is in the middle of something hears of the end later; nobody waits for that. */
async function untilAborted(
  call: { readonly result: Promise<unknown>; cancel(): void },
  signal: AbortSignal,
): Promise<void> {
  let end = () => {}
  const aborted = new Promise<never>((_, reject) => {
    end = () => {
      call.cancel()
      reject(signal.reason as Error)
    }
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
  try {
    await Promise.race([call.result, aborted])
  } catch (error) {
    throw error instanceof EngineGone ? new UserError('engine/unavailable', { reason: error.exit.reason }) : error
  } finally {
    signal.removeEventListener('abort', end)
    aborted.catch(() => undefined)
    call.result.catch(() => undefined)
  }
}
