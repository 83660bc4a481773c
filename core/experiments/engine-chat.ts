import { toAppError, type ChatAnswer, type DeviceKind, type FinishReason, type GenerationSettings } from '../contract/index.ts'
import { Generator } from '../generation/generator.ts'
import { loadModel, type LoadedModel } from '../generation/loaded-model.ts'
import { fitConversation } from '../generation/prompts.ts'
import { stopStringsOf } from '../generation/stopping.ts'
import { readAdapter } from '../checkpoints/index.ts'
import { layOutLora, type LoraLayout } from '../models/lora.ts'
import { openRuntime } from '../runtime/index.ts'
import { readAdapterVector } from '../training/checkpoint.ts'
import type { GenerateEvent, GenerateJob, GenerateTarget } from './engine-protocol.ts'

interface Context {
  readonly signal: AbortSignal
  readonly onEvent: (event: GenerateEvent) => void
}

/** Models kept open between questions: the base and the tuned one of a comparison, and one more. */
const KEPT_MODELS = 3

interface OpenModel {
  readonly model: LoadedModel
  readonly generator: Generator
  readonly layout: LoraLayout | null
}

const openModels = new Map<string, Promise<OpenModel>>()

/** Answers every target: those with the same model and adapter as one batch, the batches side by side. A target's failure is its own. */
export async function answer({ device, targets, settings }: GenerateJob, { signal, onEvent }: Context): Promise<null> {
  await Promise.all(groupTargets(targets).map((group) =>
    answerGroup(device, group, settings, { signal, onEvent }).catch((error: unknown) => {
      for (const { index } of group) onEvent({ kind: 'failed', target: index, error: toAppError(error) })
    })))
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

async function answerGroup(kind: DeviceKind, group: readonly IndexedTarget[], settings: GenerationSettings, { signal, onEvent }: Context): Promise<void> {
  const [{ modelFolder, adapterFolder }] = group as [IndexedTarget]
  const { model, generator, layout } = await openModel(kind, modelFolder, adapterFolder)
  const { contextLength } = model.architecture
  const room = Math.max(1, contextLength - Math.min(settings.maxNewTokens, Math.floor(contextLength / 2)))
  const prompts = group.map(({ messages, format }) => fitConversation(messages, format, model.tokenizer, room))
  const streams = group.map(({ index }, place) => new AnswerStream(index, prompts[place]?.droppedTurns ?? 0, onEvent))
  await generator.generate({
    prompts: prompts.map(({ ids }) => ids), settings, signal,
    stopStrings: group.flatMap(({ format }) => stopStringsOf(format)),
    onToken: (place) => streams[place]?.count(),
    onText: (place, text) => streams[place]?.say(text),
    onEnd: (place, finish) => streams[place]?.end(finish),
  }, layout && adapterFolder ? await readAdapterVector(adapterFolder, layout) : null)
}

/** One answer on its way to the window, with its speed. */
class AnswerStream {
  readonly #target: number
  readonly #droppedTurns: number
  readonly #onEvent: Context['onEvent']
  readonly #startMs = performance.now()
  #text = ''
  #tokenCount = 0

  constructor(target: number, droppedTurns: number, onEvent: Context['onEvent']) {
    this.#target = target
    this.#droppedTurns = droppedTurns
    this.#onEvent = onEvent
  }

  count(): void {
    this.#tokenCount++
  }

  say(text: string): void {
    this.#text += text
    this.#onEvent({ kind: 'token', target: this.#target, text })
  }

  end(finish: FinishReason): void {
    const seconds = (performance.now() - this.#startMs) / 1000
    const answer: ChatAnswer = { text: this.#text, finish, tokenCount: this.#tokenCount, tokensPerSecond: seconds > 0 ? this.#tokenCount / seconds : 0, droppedTurns: this.#droppedTurns }
    this.#onEvent({ kind: 'done', target: this.#target, answer })
  }
}

/** Opens a model for answering, or gives the one that is open: base models by folder, tuned ones also by the shape of their adapter. */
async function openModel(kind: DeviceKind, modelFolder: string, adapterFolder: string | null): Promise<OpenModel> {
  const config = adapterFolder ? (await readAdapter(adapterFolder)).config : null
  const key = JSON.stringify([kind, modelFolder, config && [config.rank, config.alpha, config.targetModules]])
  const open = openModels.get(key) ?? openFresh(kind, modelFolder, config)
  openModels.delete(key)
  openModels.set(key, open)
  open.catch(() => openModels.delete(key))
  if (openModels.size > KEPT_MODELS) {
    const [oldest, entry] = openModels.entries().next().value as [string, Promise<OpenModel>]
    openModels.delete(oldest)
    void entry.then(({ generator }) => generator.dispose())
  }
  return open
}

async function openFresh(kind: DeviceKind, modelFolder: string, config: { rank: number; alpha: number; targetModules: readonly string[] } | null): Promise<OpenModel> {
  const model = await loadModel(modelFolder)
  const modules = config && model.architecture.linears.filter(({ path }) => config.targetModules.some((target) => path === target || path.endsWith(`.${target}`)))
  const layout = config && modules ? layOutLora(modules, config) : null
  return { model, layout, generator: await Generator.open(model, openRuntime().device(kind), layout) }
}
