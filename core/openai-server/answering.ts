import { InternalError, UserError, type AppError, type ChatAnswer, type ChatSource } from '../contract/index.ts'
import { resolveSources } from '../chat/chat-service.ts'
import type { EngineClient } from '../engine/engine-client.ts'
import type { DeviceReport } from '../engine/engine-protocol.ts'
import type { ModelService } from '../local-models/service.ts'
import type { ExperimentService } from '../runs/service.ts'
import { usedCheckpoint } from '../training/checkpoint-folder.ts'
import { experimentFiles } from '../runs/store.ts'
import { catalogueOf, type CatalogueEntry } from './catalogue.ts'
import type { Asked } from './requests.ts'

export interface StudioParts {
  readonly engine: EngineClient
  readonly devices: () => Promise<DeviceReport>
  readonly models: () => ModelService
  readonly experiments: () => ExperimentService
}

/** Everything that can be asked now. */
export async function listEntries({ models, experiments }: StudioParts): Promise<CatalogueEntry[]> {
  const [bases, runs] = await Promise.all([models().list({}), experiments().list({})])
  const trained = await Promise.all(runs.map((run) => hasLearnt(experiments(), run.id)))
  return catalogueOf(
    bases,
    runs.filter((_, index) => trained[index]),
  )
}

/** False for a run without a checkpoint, and for one that is damaged. */
async function hasLearnt(
  experiments: ExperimentService,
  id: Parameters<ExperimentService['record']>[0],
): Promise<boolean> {
  try {
    const { folder, settings } = await experiments.record(id)
    return (await usedCheckpoint(experimentFiles(folder).checkpoints, settings)) !== null
  } catch (error) {
    if (error instanceof UserError) return false
    throw error
  }
}

/** One answer, whole. */
export interface Answered {
  readonly answer: ChatAnswer
  readonly promptTokens: number
}

export interface AnswerListener {
  /** A piece of an answer's text, by the place of the question and the answer to it. */
  readonly onText: (place: number, text: string) => void
  readonly onDone: (place: number, answered: Answered) => void
}

/**
 * Asks the engine every question as often as the request wants; a place is a question's number times `choices` plus the
 * answer's. Rejects with UserError or EngineGone for the first that fails; the others are ended then. When the signal
 * comes, the engine ends the answers.
 */
export async function answerAll(
  { engine, devices, models, experiments }: StudioParts,
  { source, asked, signal }: { readonly source: ChatSource; readonly asked: Asked; readonly signal: AbortSignal },
  { onText, onDone }: AnswerListener,
): Promise<void> {
  const [{ recommended }, [resolved]] = await Promise.all([
    devices(),
    resolveSources([source], models(), experiments()),
  ])
  if (!resolved) throw new InternalError('one source was to be found')
  if ('code' in resolved) throw new UserError(resolved.code, resolved.facts)
  signal.throwIfAborted()
  const targets = asked.questions.flatMap(({ messages, text }) =>
    Array.from({ length: asked.choices }, () => ({ ...resolved, messages, ...(text !== undefined && { text }) })),
  )
  let failure: AppError | null = null
  const job = { device: recommended.kind, targets, settings: asked.settings, stop: asked.stop, foreign: true }
  const call = engine.call('generate', job, (event) => {
    if (event.kind === 'token') return onText(event.target, event.text)
    if (event.kind === 'done') return onDone(event.target, { answer: event.answer, promptTokens: event.prompt.length })
    failure ??= event.error
    call.cancel()
  })
  const cancel = () => call.cancel()
  signal.addEventListener('abort', cancel, { once: true })
  try {
    await call.result
  } finally {
    signal.removeEventListener('abort', cancel)
  }
  signal.throwIfAborted()
  const { code, facts } = (failure as AppError | null) ?? { code: null, facts: {} }
  if (code !== null) throw new UserError(code, facts)
}
