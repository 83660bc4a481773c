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

export type Resolved = Omit<GenerateTarget, 'messages'>

export interface ChatServiceOptions {
  readonly engine: EngineClient
  readonly devices: () => Promise<DeviceReport>
  readonly models: () => ModelService
  readonly experiments: () => ExperimentService
  readonly emit: Emit
}

/** What the engine opens for each source, and the format in which it is asked. */
export async function resolveSources(
  sources: readonly ChatSource[],
  models: ModelService,
  experiments: ExperimentService,
): Promise<Resolved[]> {
  const records = await Promise.all(
    sources.map((source) => (source.kind === 'experiment' ? experiments.record(source.experimentId) : source.modelId)),
  )
  const tuned = records.filter((record) => typeof record !== 'string')
  return Promise.all(
    records.map((record) =>
      typeof record === 'string' ? resolveModel(models, record, tuned) : resolveExperiment(models, record),
    ),
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

async function resolveExperiment(
  models: ModelService,
  record: ExperimentRecord & { readonly folder: string },
): Promise<Resolved> {
  const checkpoint = await usedCheckpoint(experimentFiles(record.folder).checkpoints, record.settings)
  if (!checkpoint) throw new UserError('experiment/untrained', { name: record.name })
  // A checkpoint of a run that trained every weight is a model of its own.
  const isAdapter = await access(join(checkpoint.folder, ADAPTER_CONFIG)).then(
    () => true,
    () => false,
  )
  if (!isAdapter) await models.check(checkpoint.folder)
  return {
    modelFolder: isAdapter ? await models.locate(record.model) : checkpoint.folder,
    adapterFolder: isAdapter ? checkpoint.folder : null,
    format: sampleOptionsOf(record.settings).format,
  }
}

/** Asks base models and experiments the same question on the engine and streams their answers as events. */
export function createChatService({ engine, devices, models, experiments, emit }: ChatServiceOptions): ChatHandlers {
  const running = new Map<string, EngineCall<'generate'>>()

  return {
    async ask({ requestId, targets, settings }) {
      const { recommended } = await devices()
      const sources = await resolveSources(
        targets.map(({ source }) => source),
        models(),
        experiments(),
      )
      const resolved = targets.map(({ messages }, index) => ({ ...sources[index]!, messages }))
      const open = new Set(targets.keys())
      const call = engine.call('generate', { device: recommended.kind, targets: resolved, settings }, (event) => {
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
