import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { ADAPTER_CONFIG } from '../checkpoints/index.ts'
import {
  defaultSettings,
  toAppError,
  UserError,
  type AppError,
  type ChatAnswer,
  type ChatMessage,
  type ChatSource,
  type Events,
  type GenerationSettings,
  type Handlers,
  type ModelId,
} from '../contract/index.ts'
import type { ModelService } from '../local-models/service.ts'
import { checkpointAt, usedCheckpoint } from '../training/checkpoint-folder.ts'
import { sampleOptionsOf } from '../samples/samples.ts'
import { EngineGone, type EngineCall, type EngineClient } from '../engine/engine-client.ts'
import type { DeviceReport, GenerateTarget } from '../engine/engine-protocol.ts'
import type { ExperimentRecord } from '../runs/record-file.ts'
import type { ExperimentService } from '../runs/service.ts'
import { experimentFiles } from '../runs/store.ts'
import { questionsOf } from './questions.ts'

type Emit = <N extends 'chat.token' | 'chat.done' | 'chat.failed'>(name: N, payload: Events[N]) => void
type ChatHandlers = { [N in keyof Handlers as N extends `chat.${infer C}` ? C : never]: Handlers[N] }

export type Resolved = Omit<GenerateTarget, 'messages'>

export interface ChatServiceOptions {
  readonly engine: EngineClient
  readonly devices: () => Promise<DeviceReport>
  readonly models: () => ModelService
  readonly experiments: () => ExperimentService
  readonly emit: Emit
}

export interface ChatTarget {
  readonly source: ChatSource
  readonly messages: readonly ChatMessage[]
}

/** What is heard of a question; `target`: the place of the target. */
export type ChatEvent =
  | { readonly kind: 'token'; readonly target: number; readonly text: string }
  | { readonly kind: 'done'; readonly target: number; readonly answer: ChatAnswer }
  | { readonly kind: 'failed'; readonly target: number; readonly error: AppError }

export interface ChatService extends ChatHandlers {
  /**
   * Asks every target. Each ends with one `done` or `failed`: a source that is gone fails alone. `settled` never
   * throws.
   */
  answer(
    request: { readonly targets: readonly ChatTarget[]; readonly settings: GenerationSettings },
    hear: (event: ChatEvent) => void,
  ): { readonly cancel: () => void; readonly settled: Promise<void> }
}

/** What the engine opens for each source, and the format in which it is asked; or why it cannot be asked. */
export async function resolveSources(
  sources: readonly ChatSource[],
  models: ModelService,
  experiments: ExperimentService,
): Promise<(Resolved | AppError)[]> {
  const records = await Promise.all(
    sources.map((source) =>
      source.kind === 'experiment' ? experiments.record(source.experimentId).catch(toAppError) : null,
    ),
  )
  const tuned = records.flatMap((record) => (record === null || 'code' in record ? [] : [record]))
  return Promise.all(
    sources.map(async (source, index) => {
      if (source.kind === 'model') return resolveModel(models, source.modelId, tuned).catch(toAppError)
      const record = records[index] as AppError | (ExperimentRecord & { readonly folder: string })
      return 'code' in record ? record : resolveExperiment(models, record, source).catch(toAppError)
    }),
  )
}

/** A base model beside its experiment is asked in the experiment's format: both go on from the same text. */
async function resolveModel(
  models: ModelService,
  modelId: ModelId,
  beside: readonly ExperimentRecord[],
): Promise<Resolved> {
  const tuned = beside.find(({ model }) => model.id === modelId)
  return {
    modelFolder: (await models.find(modelId)).folder,
    adapterFolder: null,
    format: sampleOptionsOf(tuned?.settings ?? defaultSettings()).format,
  }
}

type ExperimentSource = Extract<ChatSource, { kind: 'experiment' }>

async function resolveExperiment(
  models: ModelService,
  record: ExperimentRecord & { readonly folder: string },
  { step, adapter }: ExperimentSource,
): Promise<Resolved> {
  const { format } = sampleOptionsOf(record.settings)
  if (adapter === 'off') return { modelFolder: await models.locate(record.model), adapterFolder: null, format }
  const { checkpoints } = experimentFiles(record.folder)
  const checkpoint = await (step === undefined
    ? usedCheckpoint(checkpoints, record.settings)
    : checkpointAt(checkpoints, step))
  if (!checkpoint)
    throw step === undefined
      ? new UserError('experiment/untrained', { name: record.name })
      : new UserError('chat/no-checkpoint', { name: record.name, step })
  // A checkpoint of a run that trained every weight is a model of its own.
  const isAdapter = await access(join(checkpoint.folder, ADAPTER_CONFIG)).then(
    () => true,
    () => false,
  )
  if (!isAdapter) await models.check(checkpoint.folder)
  return {
    modelFolder: isAdapter ? await models.locate(record.model) : checkpoint.folder,
    adapterFolder: isAdapter ? checkpoint.folder : null,
    format,
  }
}

/** Asks base models and experiments the same question on the engine and streams their answers. */
export function createChatService(options: ChatServiceOptions): ChatService {
  const { emit } = options
  const running = new Map<string, { readonly cancel: () => void }>()
  const answer: ChatService['answer'] = (request, hear) => {
    const question = new Question(options, request, hear)
    return { cancel: () => question.cancel(), settled: question.ask() }
  }

  return {
    answer,
    async ask({ requestId, targets, settings }) {
      const call = answer({ targets, settings }, ({ kind, ...event }) => {
        const payload = { requestId, ...event }
        if (kind === 'token') emit('chat.token', payload as Events['chat.token'])
        else if (kind === 'done') emit('chat.done', payload as Events['chat.done'])
        else emit('chat.failed', payload as Events['chat.failed'])
      })
      running.set(requestId, call)
      void call.settled.finally(() => running.delete(requestId))
      return null
    },
    questions: async ({ id }) => questionsOf(await options.experiments().record(id)),
    async cancel({ requestId }) {
      running.get(requestId)?.cancel()
      return null
    },
  }
}

/** One question to several targets, from its first look at the sources to the last answer. */
class Question {
  readonly #options: ChatServiceOptions
  readonly #request: { readonly targets: readonly ChatTarget[]; readonly settings: GenerationSettings }
  readonly #hear: (event: ChatEvent) => void
  /** Targets that have not ended. */
  readonly #open: Set<number>
  #call: EngineCall<'generate'> | null = null
  #isCancelled = false

  constructor(
    options: ChatServiceOptions,
    request: { readonly targets: readonly ChatTarget[]; readonly settings: GenerationSettings },
    hear: (event: ChatEvent) => void,
  ) {
    this.#options = options
    this.#request = request
    this.#hear = hear
    this.#open = new Set(request.targets.keys())
  }

  cancel(): void {
    this.#isCancelled = true
    this.#call?.cancel()
  }

  async ask(): Promise<void> {
    try {
      await this.#generate()
    } catch (error) {
      for (const target of this.#open) this.#end({ kind: 'failed', target, error: failureOf(error) })
    }
    // An engine that ended early has left something unsaid.
    for (const target of this.#open) this.#end({ kind: 'done', target, answer: CANCELLED })
  }

  async #generate(): Promise<void> {
    const { engine, devices, models, experiments } = this.#options
    const { targets, settings } = this.#request
    const { recommended } = await devices()
    const sources = await resolveSources(
      targets.map(({ source }) => source),
      models(),
      experiments(),
    )
    const asked: { readonly target: number; readonly resolved: Resolved }[] = []
    for (const [target, resolved] of sources.entries())
      if ('code' in resolved) this.#end({ kind: 'failed', target, error: resolved })
      else asked.push({ target, resolved })
    if (this.#isCancelled || asked.length === 0) return
    const params = {
      device: recommended.kind,
      settings,
      targets: asked.map(({ target, resolved }) => ({
        ...resolved,
        messages: (targets[target] as ChatTarget).messages,
      })),
    }
    this.#call = engine.call('generate', params, (event) => {
      const target = asked[event.target]?.target
      if (target === undefined || !this.#open.has(target)) return
      if (event.kind === 'token') this.#hear({ kind: 'token', target, text: event.text })
      else if (event.kind === 'done') this.#end({ kind: 'done', target, answer: event.answer })
      else this.#end({ kind: 'failed', target, error: event.error })
    })
    await this.#call.result
  }

  #end(event: Exclude<ChatEvent, { kind: 'token' }>): void {
    this.#open.delete(event.target)
    this.#hear(event)
  }
}

const CANCELLED: ChatAnswer = { text: '', finish: 'cancelled', tokenCount: 0, tokensPerSecond: 0, droppedTurns: 0 }

const failureOf = (error: unknown): AppError =>
  error instanceof EngineGone ? { code: 'engine/unavailable', facts: { reason: error.exit.reason } } : toAppError(error)
