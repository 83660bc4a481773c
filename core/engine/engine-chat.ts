import { toAppError, UserError, type ChatAnswer, type DeviceKind, type FinishReason } from '../contract/index.ts'
import { Generator, type GenerateRequest } from '../generation/generator.ts'
import { loadModel, type LoadedModel } from '../generation/loaded-model.ts'
import { fitConversation, fitForeignConversation } from '../generation/prompts.ts'
import type { SharedBatch } from '../generation/shared-batch.ts'
import { stopStringsOf } from '../generation/stopping.ts'
import { readAdapter, type Adapter } from '../checkpoints/index.ts'
import type { LoraLayout } from '../models/lora.ts'
import { giveBackFreedMemory, openRuntime } from '../runtime/index.ts'
import { layoutOfAdapter, readAdapterVector } from '../training/checkpoint.ts'
import { formatFor } from '../samples/sample-format.ts'
import { residentWeights } from '../training/setup.ts'
import type { ResidentWeights } from '../weights/resident.ts'
import type { GenerateEvent, GenerateJob, GenerateTarget } from './engine-protocol.ts'

interface Context {
  readonly signal: AbortSignal
  readonly onEvent: (event: GenerateEvent) => void
}

/** Models kept open between questions: as many as can be asked at once. */
const KEPT_MODELS = 4

interface OpenModel {
  readonly model: LoadedModel
  readonly generator: Generator
  readonly layout: LoraLayout | null
  readonly weights: SharedWeights
  /** Answers that are decoded together, by the folder of their adapter. */
  readonly batches: Map<string, OpenBatch>
}

interface OpenBatch {
  readonly opening: Promise<{ readonly p: Float32Array | null; readonly batch: SharedBatch | null }>
  /** Jobs that are answered in it. */
  users: number
}

/** A model that is being opened, or is open. */
interface Entry {
  readonly opened: Promise<OpenModel>
  /** Answers that are waiting for it or under way. */
  users: number
  /** To be closed after the last of them. */
  isRetired: boolean
  /** Settles when it is closed. */
  readonly closed: Promise<void>
  readonly close: () => void
}

const entries = new Map<string, Entry>()

/** The base model's weights, which a tuned model of it uses too. */
interface SharedWeights {
  readonly resident: ResidentWeights
  users: number
}

const sharedWeights = new Map<string, SharedWeights>()

/**
 * Answers every target: those with the same model and adapter as one batch, the batches side by side. A target's
 * failure is its own.
 */
export async function answer(job: GenerateJob, { signal, onEvent }: Context): Promise<null> {
  await Promise.all(
    groupTargets(job.targets).map((group) =>
      answerGroup(job, group, { signal, onEvent }).catch((error: unknown) => {
        for (const { index } of group) onEvent({ kind: 'failed', target: index, error: toAppError(error) })
      }),
    ),
  )
  return null
}

interface IndexedTarget extends GenerateTarget {
  readonly index: number
}

function groupTargets(targets: readonly GenerateTarget[]): IndexedTarget[][] {
  const groups = new Map<string, IndexedTarget[]>()
  for (const [index, target] of targets.entries()) {
    const key = `${target.modelFolder}\n${target.adapterFolder ?? ''}`
    groups.set(key, [...(groups.get(key) ?? []), { ...target, index }])
  }
  return [...groups.values()]
}

async function answerGroup(
  job: GenerateJob,
  group: readonly IndexedTarget[],
  { signal, onEvent }: Context,
): Promise<void> {
  const { modelFolder, adapterFolder } = group[0] as IndexedTarget
  const { device, once = false } = job
  const { key, entry, isNew } = await takeModel(device, modelFolder, adapterFolder)
  try {
    await answerWith(await entry.opened, { adapterFolder, group, job }, { signal, onEvent })
  } finally {
    entry.users--
    const isOver = once && isNew
    if (isOver && entries.get(key) === entry) entries.delete(key)
    if (isOver) retire(entry)
    else if (entry.isRetired) close(entry)
    if (isOver) await entry.closed
  }
}

interface Question {
  readonly adapterFolder: string | null
  readonly group: readonly IndexedTarget[]
  readonly job: GenerateJob
}

async function answerWith(
  opened: OpenModel,
  { adapterFolder, group, job }: Question,
  { signal, onEvent }: Context,
): Promise<void> {
  const { model, generator, layout } = opened
  const prompts = group.map((target) => promptOf(target, job, model))
  const streams = group.map(({ index }, place) => new AnswerStream(index, prompts[place] as Fitted, onEvent))
  const request: GenerateRequest = {
    prompts: prompts.map(({ ids }) => ids),
    settings: job.settings,
    signal,
    stopStrings: [
      ...(job.stop ?? []),
      ...group.flatMap(({ text, format }) =>
        text === undefined ? stopStringsOf(formatFor(model.tokenizer, format), model.tokenizer) : [],
      ),
    ],
    onToken: (place, token) => streams[place]?.take(token),
    onText: (place, text) => streams[place]?.say(text),
    onEnd: (place, finish) => streams[place]?.end(finish),
  }
  const adapter = () => (layout && adapterFolder ? readAdapterVector(adapterFolder, layout) : null)
  if (!job.foreign) await generator.generate(request, await adapter())
  else await answerTogether(opened, adapterFolder ?? '', { request, adapter })
}

interface SharedQuestion {
  readonly request: GenerateRequest
  readonly adapter: () => Promise<Float32Array> | null
}

/** In one batch with the other answers that are under way with this adapter, where the device can. */
async function answerTogether(
  { generator, batches }: OpenModel,
  key: string,
  { request, adapter }: SharedQuestion,
): Promise<void> {
  const open = async () => {
    const p = await adapter()
    return { p, batch: generator.openBatch(p) }
  }
  const shared = batches.get(key) ?? { opening: open(), users: 0 }
  batches.set(key, shared)
  shared.users++
  try {
    const { batch, p } = await shared.opening
    await (batch ? answerIn(batch, request) : generator.generate(request, p))
  } finally {
    if (--shared.users === 0) batches.delete(key)
  }
}

/** Each prompt has a place of its own in the batch, and a seed of its own. */
async function answerIn(batch: SharedBatch, request: GenerateRequest): Promise<void> {
  const { prompts, settings, onToken, onText, onEnd } = request
  const seed = settings['prediction.seed']
  await Promise.all(
    prompts.map((prompt, place) =>
      batch.answer({
        ...request,
        prompts: [prompt],
        settings: { ...settings, 'prediction.seed': seed < 0 ? seed : (seed + place) % 2 ** 31 },
        onToken: (_, token) => onToken?.(place, token),
        onText: (_, text) => onText?.(place, text),
        onEnd: (_, finish) => onEnd?.(place, finish),
      }),
    ),
  )
}

/** The ids of a question, cut to leave room for its answer. */
function promptOf(
  { messages, text, format }: GenerateTarget,
  { settings, foreign = false }: GenerateJob,
  { architecture: { contextLength }, tokenizer }: LoadedModel,
): Fitted {
  const room = Math.max(
    1,
    contextLength - Math.min(settings['prediction.max_length_inference'], Math.floor(contextLength / 2)),
  )
  if (text === undefined) return (foreign ? fitForeignConversation : fitConversation)(messages, format, tokenizer, room)
  const ids = tokenizer.encode(text)
  if (ids.length > room) throw new UserError('chat/too-long', { limit: room })
  return { ids, droppedTurns: 0 }
}

type Fitted = ReturnType<typeof fitConversation>

/** One answer on its way to the window, with its speed. */
class AnswerStream {
  readonly #target: number
  readonly #prompt: Fitted
  readonly #onEvent: Context['onEvent']
  readonly #startMs = performance.now()
  readonly #tokens: number[] = []
  #text = ''

  constructor(target: number, prompt: Fitted, onEvent: Context['onEvent']) {
    this.#target = target
    this.#prompt = prompt
    this.#onEvent = onEvent
  }

  take(token: number): void {
    this.#tokens.push(token)
  }

  say(text: string): void {
    this.#text += text
    this.#onEvent({ kind: 'token', target: this.#target, text })
  }

  end(finish: FinishReason): void {
    const seconds = (performance.now() - this.#startMs) / 1000
    const answer: ChatAnswer = {
      text: this.#text,
      finish,
      tokenCount: this.#tokens.length,
      tokensPerSecond: seconds > 0 ? this.#tokens.length / seconds : 0,
      droppedTurns: this.#prompt.droppedTurns,
    }
    this.#onEvent({ kind: 'done', target: this.#target, answer, prompt: [...this.#prompt.ids], tokens: this.#tokens })
  }
}

/**
 * Opens a model for answering, or gives the one that is open: base models by folder, tuned ones also by the shape of
 * their adapter. Whoever takes it is one of its users.
 */
async function takeModel(
  kind: DeviceKind,
  modelFolder: string,
  adapterFolder: string | null,
): Promise<{ readonly key: string; readonly entry: Entry; readonly isNew: boolean }> {
  const adapter = adapterFolder ? await readAdapter(adapterFolder) : null
  const key = JSON.stringify([
    kind,
    modelFolder,
    adapter && [adapter.config, [...adapter.modules.keys()], [...(adapter.fullWeights?.keys() ?? [])]],
  ])
  const known = entries.get(key)
  const entry = known ?? newEntry(openFresh(kind, modelFolder, adapter))
  entry.users++
  entries.delete(key)
  entries.set(key, entry)
  entry.opened.catch(() => {
    if (entries.get(key) === entry) entries.delete(key)
  })
  if (entries.size > KEPT_MODELS) {
    const [oldest, unused] = entries.entries().next().value as [string, Entry]
    entries.delete(oldest)
    retire(unused)
  }
  return { key, entry, isNew: known === undefined }
}

function newEntry(opened: Promise<OpenModel>): Entry {
  let close = () => {}
  const closed = new Promise<void>((resolve) => (close = resolve))
  return { opened, users: 0, isRetired: false, closed, close }
}

/** Closes every open model, each after its answers; settles when all are closed. A training needs the memory. */
export async function closeModels(): Promise<void> {
  const open = [...entries.values()]
  entries.clear()
  open.forEach(retire)
  await Promise.all(open.map(({ closed }) => closed))
}

function retire(entry: Entry): void {
  entry.isRetired = true
  close(entry)
}

/** Does nothing while the model answers. */
function close({ users, opened, close: tell }: Entry): void {
  if (users > 0) return
  const free = ({ generator, weights }: OpenModel) => {
    generator.dispose()
    return release(weights)
  }
  void opened
    .then(free, () => {})
    .then(tell)
    .then(giveBackFreedMemory)
}

/** The weights of a folder on a device, read once for all who use them; each releases them. */
function share(key: string, load: () => ResidentWeights): SharedWeights {
  const shared = sharedWeights.get(key) ?? { resident: load(), users: 0 }
  sharedWeights.set(key, shared)
  shared.users++
  return shared
}

async function release(shared: SharedWeights): Promise<void> {
  if (--shared.users > 0) return
  for (const [key, one] of sharedWeights) if (one === shared) sharedWeights.delete(key)
  await shared.resident.dispose()
}

/** Chatting keeps the weights as they are stored. */
const CHAT_WEIGHTS = { 'architecture.backbone_dtype': 'as-stored', 'environment.precision': 'float32' } as const

async function openFresh(kind: DeviceKind, modelFolder: string, adapter: Adapter | null): Promise<OpenModel> {
  const device = openRuntime().device(kind)
  const [model] = await Promise.all([loadModel(modelFolder), device.ready()])
  const layout = adapter && layoutOfAdapter(adapter, model.architecture)
  const weights = share(`${kind}\n${modelFolder}`, () => residentWeights(model, device, CHAT_WEIGHTS))
  try {
    const generator = await Generator.open(model, device, layout, weights.resident)
    // Opening takes several times what stays.
    void giveBackFreedMemory()
    return { model, layout, weights, generator, batches: new Map() }
  } catch (error) {
    await release(weights)
    throw error
  }
}
