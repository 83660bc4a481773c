import type {
  CallName,
  Calls,
  EventName,
  Events,
  DatasetId,
  ExperimentId,
  ConversationId,
} from '../../../core/contract/index.ts'

type Input<N extends CallName> = Calls[N]['input']
type ConversationEvent = Extract<EventName, `conversations.${string}`>

export const list = (query: string) => window.studio.call('conversations.list', { query })
export const open = (id: ConversationId) => window.studio.call('conversations.open', { id })
export const create = (input: Input<'conversations.create'>) => window.studio.call('conversations.create', input)
export const change = (input: Input<'conversations.change'>) => window.studio.call('conversations.change', input)
export const ask = (input: Input<'conversations.ask'>) => window.studio.call('conversations.ask', input)
export const goOn = (input: Input<'conversations.goOn'>) => window.studio.call('conversations.goOn', input)
export const stop = (id: ConversationId) => window.studio.call('conversations.stop', { id })
export const vote = (input: Input<'conversations.vote'>) => window.studio.call('conversations.vote', input)
export const remove = (id: ConversationId) => window.studio.call('conversations.remove', { id })
export const restore = (id: ConversationId) => window.studio.call('conversations.restore', { id })
export const exportTo = (input: Input<'conversations.export'>) => window.studio.call('conversations.export', input)
export const pickSave = (suggestedName: string) => window.studio.pickSave({ suggestedName })
export const finishSave = (target: string) => window.studio.finishSave(target)
export const questions = (id: ExperimentId) => window.studio.call('chat.questions', { id })
export const createDataset = (name: string) => window.studio.call('datasets.create', { from: 'empty', name })
export const editDataset = (id: DatasetId, edits: Input<'datasets.edit'>['edits']) =>
  window.studio.call('datasets.edit', { id, edits })
export const experiment = (id: ExperimentId) => window.studio.call('experiments.open', { id })

export const on = <N extends ConversationEvent>(name: N, listener: (event: Events[N]) => void): (() => void) =>
  window.studio.on(name, listener)
export const onLibrary = (listener: () => void): (() => void) => window.studio.on('system.library', listener)
