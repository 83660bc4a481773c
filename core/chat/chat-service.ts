import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { ADAPTER_CONFIG } from '../checkpoints/index.ts'
import {
  defaultSettings,
  toAppError,
  UserError,
  type ChatSource,
  type Events,
  type Handlers,
  type ModelId,
} from '../contract/index.ts'
import type { ModelService } from '../local-models/service.ts'
import { usedCheckpoint } from '../training/checkpoint-folder.ts'
import { sampleOptionsOf } from '../samples/samples.ts'
import { EngineGone, type EngineCall, type EngineClient } from '../engine/engine-client.ts'
import type { DeviceReport, GenerateTarget } from '../engine/engine-protocol.ts'
import type { ExperimentRecord } from '../runs/record-file.ts'
import type { ExperimentService } from '../runs/service.ts'
import { experimentFiles } from '../runs/store.ts'

type Emit = <N extends 'chat.token' | 'chat.done' | 'chat.failed'>(name: N, payload: Events[N]) => void
type ChatHandlers = { [N in keyof Handlers as N extends `chat.${infer C}` ? C : never]: Handlers[N] }

type Resolved = Omit<GenerateTarget, 'messages'>

export interface ChatServiceOptions {
  readonly engine: EngineClient
  readonly devices: () => Promise<DeviceReport>
  readonly models: () => ModelService
  readonly experiments: () => ExperimentService
  readonly emit: Emit
}

/** A run with the default settings reads its rows in this format: the chat template, else H2O's markers. */
const defaultFormat = sampleOptionsOf(defaultSettings()).format

type Resolved = Omit<GenerateTarget, 'messages'> & {
  /** The base model: that which is asked, or that which a run has trained. */
  readonly base: ModelId
  readonly isTrained: boolean
}

/** A base model is asked as the run of it that answers beside it: else the two could not be compared. */
export function alike(targets: readonly Resolved[]): Omit<GenerateTarget, 'messages'>[] {
  return targets.map(({ base, isTrained, ...target }) => {
    const run = isTrained ? undefined : targets.find((other) => other.isTrained && other.base === base)
    return { ...target, format: run?.format ?? target.format }
  })
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )

/** Asks base models and experiments the same question on the engine and streams their answers as events. */
export function createChatService({ engine, devices, models, experiments, emit }: ChatServiceOptions): ChatHandlers {
  const running = new Map<string, EngineCall<'generate'>>()

  async function resolveSource(source: ChatSource): Promise<Resolved> {
    if (source.kind === 'model')
      return {
        modelFolder: (await models().find(source.modelId)).folder,
        adapterFolder: null,
        format: defaultFormat,
        base: source.modelId,
        isTrained: false,
      }
    const record = await experiments().record(source.experimentId)
    const checkpoint = await usedCheckpoint(experimentFiles(record.folder).checkpoints, record.settings)
    if (!checkpoint) throw new UserError('experiment/untrained', { name: record.name })
    // A checkpoint of a run that trained every weight is a model of its own.
    const isAdapter = await exists(join(checkpoint.folder, ADAPTER_CONFIG))
    const modelFolder = isAdapter ? record.model.folder : checkpoint.folder
    await models().check(modelFolder)
    return {
      modelFolder,
      adapterFolder: isAdapter ? checkpoint.folder : null,
      format: sampleOptionsOf(record.settings).format,
      base: record.model.id,
      isTrained: true,
    }
  }

  return {
    async ask({ requestId, targets, settings }) {
      const { recommended } = await devices()
      const resolved = alike(await Promise.all(targets.map(({ source }) => resolveSource(source))))
      const asked = resolved.map((target, index) => ({ ...target, messages: targets[index]?.messages ?? [] }))
      const open = new Set(targets.keys())
      const call = engine.call('generate', { device: recommended.kind, targets: asked, settings }, (event) => {
        if (event.kind === 'token') return emit('chat.token', { requestId, target: event.target, text: event.text })
        open.delete(event.target)
        if (event.kind === 'done') emit('chat.done', { requestId, target: event.target, answer: event.answer })
        else emit('chat.failed', { requestId, target: event.target, error: event.error })
      })
      running.set(requestId, call)
      call.result
        .catch((error: unknown) => {
          const failure =
            error instanceof EngineGone
              ? { code: 'engine/unavailable' as const, facts: { reason: error.exit.reason } }
              : toAppError(error)
          for (const target of open) emit('chat.failed', { requestId, target, error: failure })
        })
        .finally(() => running.delete(requestId))
      return null
    },
    async cancel({ requestId }) {
      running.get(requestId)?.cancel()
      return null
    },
  }
}
