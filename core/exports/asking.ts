// What a run is asked before and after it was written, and how the engine is asked.
import { UserError, type GenerationSettings } from '../contract/index.ts'
import { EngineGone, type EngineClient } from '../engine/engine-client.ts'
import type { DeviceReport, GenerateTarget } from '../engine/engine-protocol.ts'
import { experimentFiles } from '../runs/store.ts'
import { firstConversations } from '../samples/sample-files.ts'
import type { Conversation } from '../samples/sample-format.ts'
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

/** The run as the engine opens it. */
export const runOf = ({ record, adapter, model, checkpointFolder }: ExportSource): WrittenModel => ({
  modelFolder: model.folder,
  adapterFolder: adapter ? checkpointFolder : null,
  format: sampleOptionsOf(record.settings).format,
})

/** The first questions that the run was not trained on; without such, those of its rows. */
export async function questionsOf({ record }: ExportSource): Promise<Conversation[]> {
  const { validationRows, trainRows } = experimentFiles(record.folder)
  const held = await firstConversations(validationRows, record.settings, MAX_ROWS)
  const found = held.length > 0 ? held : await firstConversations(trainRows, record.settings, MAX_ROWS)
  return [...new Map(found.map((each) => [each.prompt, each])).values()].slice(0, MAX_QUESTIONS)
}

export const greedy = (settings: GenerationSettings): GenerationSettings => ({
  ...settings,
  'prediction.do_sample': false,
  'prediction.num_beams': 1,
  'prediction.min_length_inference': 0,
  'prediction.max_length_inference': Math.min(MAX_TOKENS, settings['prediction.max_length_inference']),
})

export interface Answered {
  readonly text: string
  /** The ids that were answered. */
  readonly prompt: readonly number[]
  readonly tokens: readonly number[]
}

export interface Questions {
  readonly targets: readonly GenerateTarget[]
  readonly settings: GenerationSettings
}

/**
 * Asks the engine, model by model. Throws UserError where it cannot answer, and the signal's reason.
 */
export async function answersOf(
  { engine, devices }: TestServices,
  { targets, settings }: Questions,
  signal: AbortSignal,
): Promise<Answered[]> {
  signal.throwIfAborted()
  const { recommended } = await devices()
  const answers: Answered[] = []
  let failure: UserError | null = null
  const call = engine.call('generate', { device: recommended.kind, targets, settings, once: true }, (event) => {
    if (event.kind === 'done')
      answers[event.target] = { text: event.answer.text, prompt: event.prompt, tokens: event.tokens }
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
