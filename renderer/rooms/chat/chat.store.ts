import i18next from 'i18next'
import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import {
  endOfBranch,
  textOfAnswer,
  type AppError,
  type ChatColumn,
  type Conversation,
  type ConversationId,
  type Events,
  type SettingKey,
  type TurnId,
  type Vote,
} from '../../../core/contract/index.ts'
import type { Language } from '../../../texts/index.ts'
import { toastError } from '../../errors/index.ts'
import { useSession } from '../../session/index.ts'
import { toast } from '../../ui/index.ts'
import * as api from './chat.api.ts'
import { answeringTurn, isTrained, withAnswer, withQuestion, type SendKey } from './chat.selectors.ts'
import { labelOfFlag, parseFlags, type AskingKey, type Flags } from './flags.ts'
import { connectConversations } from './conversations.store.ts'
import { askingDefaults, predictionDefaults, usableSettings, type PredictionValues } from './prediction.ts'

/** `new`: nothing was asked yet, and no file is there. */
type Opened =
  | { readonly kind: 'new' }
  | { readonly kind: 'loading'; readonly id: ConversationId }
  | { readonly kind: 'ready'; readonly conversation: Conversation }
  | { readonly kind: 'failed'; readonly id: ConversationId; readonly error: AppError }

interface Chat {
  readonly opened: Opened
  /** Who answers the next question. */
  readonly columns: readonly ChatColumn[]
  readonly system: string
  readonly draft: string
  /** Why the question stayed in its field. */
  readonly notice: AppError | null
  /** The list of the settings that a text may begin with. */
  readonly helpOpen: boolean
  /** Send earlier turns too; off, every question stands alone. */
  readonly carriesOn: boolean
  /** How many of them at most, and after how many seconds an answer is ended (0: never). */
  readonly asking: Readonly<Record<AskingKey, number>>
  readonly settings: PredictionValues
  readonly settingsOpen: boolean
  readonly listOpen: boolean
  /** In a narrow window the list is opened for the moment. */
  readonly listOpenNarrow: boolean
  readonly sendKey: SendKey
  readonly marksDifferences: boolean
  /** True once a trained model has answered: the tutorial's fourth step. */
  readonly hasTried: boolean
}

const scope = {
  opened: 'session',
  columns: 'session',
  system: 'session',
  draft: 'session',
  notice: 'session',
  helpOpen: 'session',
  carriesOn: 'persisted',
  asking: 'persisted',
  settings: 'persisted',
  settingsOpen: 'persisted',
  listOpen: 'persisted',
  listOpenNarrow: 'session',
  sendKey: 'persisted',
  marksDifferences: 'persisted',
  hasTried: 'persisted',
} as const satisfies Record<keyof Chat, 'session' | 'persisted'>

const beginning: Chat = {
  opened: { kind: 'new' },
  columns: [],
  system: '',
  draft: '',
  notice: null,
  helpOpen: false,
  carriesOn: true,
  asking: askingDefaults,
  settings: predictionDefaults(),
  settingsOpen: false,
  listOpen: true,
  listOpenNarrow: false,
  sendKey: 'enter',
  marksDifferences: true,
  hasTried: false,
}

/** The conversation in view: a mirror of the host's file, and what will be asked next. */
export const useChat = create<Chat>()(
  persist((): Chat => beginning, {
    name: 'terakoya.chat',
    version: 2,
    // Before version 2 a conversation was one question, and the settings were always in view.
    migrate: (stored) => {
      const { hasTried, settings } = stored as Partial<Chat>
      return { ...beginning, ...(settings && { settings }), ...(hasTried && { hasTried }) }
    },
    partialize: (state) =>
      Object.fromEntries(Object.entries(state).filter(([key]) => scope[key as keyof Chat] === 'persisted')),
  }),
)

export const conversationOf = ({ opened }: Pick<Chat, 'opened'>): Conversation | null =>
  opened.kind === 'ready' ? opened.conversation : null
export const isAnswering = (state: Pick<Chat, 'opened'>): boolean => answeringTurn(conversationOf(state)) !== null

const KEY = 'conversation:'
export const conversationKey = (id: ConversationId): string => `${KEY}${id}`
/** The conversation that is selected in the session; null for another thing. */
export const conversationIdIn = (selected: string | null): ConversationId | null =>
  selected?.startsWith(KEY) ? (selected.slice(KEY.length) as ConversationId) : null

export function setSetting(key: SettingKey, value: string | boolean): void {
  useChat.setState(({ settings }) => ({ settings: { ...settings, [key]: value } }))
}

/** Shows a conversation, or what changed in the one in view. */
function show(conversation: Conversation): void {
  useChat.setState({
    opened: { kind: 'ready', conversation },
    columns: conversation.columns,
    system: conversation.system,
  })
}

/** Changes the conversation in view, if it is still this one. */
function update(id: ConversationId, change: (conversation: Conversation) => Conversation): void {
  const conversation = conversationOf(useChat.getState())
  if (conversation?.id === id) useChat.setState({ opened: { kind: 'ready', conversation: change(conversation) } })
}

/** An empty page for a new conversation; the one in view stays in its file. */
export function newConversation(columns = useChat.getState().columns): void {
  useChat.setState({ opened: { kind: 'new' }, columns, system: '', notice: null })
  if (conversationIdIn(useSession.getState().selection.chat ?? null)) useSession.getState().select('chat', null)
}

export async function openConversation(id: ConversationId): Promise<void> {
  if (conversationOf(useChat.getState())?.id === id) return
  useChat.setState({ opened: { kind: 'loading', id }, notice: null })
  const result = await api.open(id)
  const { opened } = useChat.getState()
  if (opened.kind !== 'loading' || opened.id !== id) return
  if (result.ok) show(result.value)
  else useChat.setState({ opened: { kind: 'failed', id, error: result.error } })
}

/** Who answers from now on. */
export async function setColumns(columns: readonly ChatColumn[]): Promise<void> {
  useChat.setState({ columns, notice: null })
  await save({ columns })
}

export async function setSystem(system: string): Promise<void> {
  useChat.setState({ system })
  await save({ system })
}

/** Changes the conversation in view at once, and its file after it; one that cannot be changed is read again. */
async function save(changes: Partial<Pick<Conversation, 'columns' | 'system' | 'current'>>): Promise<void> {
  const conversation = conversationOf(useChat.getState())
  if (!conversation) return
  update(conversation.id, (now) => ({ ...now, ...changes }))
  const { columns, ...rest } = changes
  const result = await api.change({ id: conversation.id, ...rest, ...(columns && { columns: [...columns] }) })
  if (result.ok) return
  toastError(result.error)
  const read = await api.open(conversation.id)
  if (read.ok && conversationOf(useChat.getState())?.id === conversation.id) show(read.value)
}

const how = () => {
  const { settings, carriesOn, asking } = useChat.getState()
  return {
    settings: usableSettings(settings),
    historyTurns: carriesOn ? asking.num_history : 0,
    maxSeconds: asking.max_time,
  }
}

/**
 * Asks every column after the turn in view; settings at the head of the text are changed first. Does nothing while an
 * answer is under way.
 */
export async function send(text: string): Promise<void> {
  const flags = parseFlags(text)
  if (flags.kind === 'help') return void useChat.setState({ helpOpen: true })
  if (flags.kind === 'wrong') return void useChat.setState({ notice: flags.error })
  if (flags.kind === 'changes') takeFlags(flags)
  const question = flags.kind === 'changes' ? flags.question : text
  if (question !== '') return ask(question, conversationOf(useChat.getState())?.current ?? null, { isDraft: true })
}

function takeFlags({ settings, asking, question }: Extract<Flags, { kind: 'changes' }>): void {
  const { num_history } = asking
  useChat.setState((state) => ({
    settings: { ...state.settings, ...settings },
    asking: { ...state.asking, ...asking, ...(num_history === 0 && { num_history: state.asking.num_history }) },
    carriesOn: num_history === undefined ? state.carriesOn : num_history > 0,
    notice: null,
    draft: question,
  }))
  const language = i18next.language as Language
  const changes = [...Object.entries(settings), ...Object.entries(asking)].map(
    ([key, value]) => `${labelOfFlag(key as SettingKey | AskingKey, language)}: ${String(value)}`,
  )
  toast(i18next.t('chat:flags.changed', { changes: changes.join(i18next.t('chat:separator')) }))
}

/** Asks the same thing again: a branch beside the turn. */
export const askAgain = (turn: TurnId): Promise<void> => askBeside(turn, null)

/** Asks something else in the place of a turn: a branch beside it. */
export async function askBeside(turn: TurnId, question: string | null): Promise<void> {
  const found = conversationOf(useChat.getState())?.turns.find(({ id }) => id === turn)
  if (found) await ask(question ?? found.question, found.parent, { isDraft: false })
}

async function ask(text: string, parent: TurnId | null, { isDraft }: { readonly isDraft: boolean }): Promise<void> {
  const question = text.trim()
  const state = useChat.getState()
  if (question === '' || state.columns.length === 0 || isAnswering(state) || isBeginning) return
  useChat.setState({ notice: null })
  const conversation = conversationOf(state) ?? (await begin())
  if (!conversation) return
  const id = crypto.randomUUID() as TurnId
  show(withQuestion(conversation, { id, parent, question }))
  if (isDraft) useChat.setState({ draft: '' })
  const result = await api.ask({ id: conversation.id, turn: id, parent, question, ...how() })
  if (result.ok) return update(conversation.id, (now) => ({ ...now, name: result.value.name }))
  giveBack(conversation.id, id, result.error)
}

let isBeginning = false

async function begin(): Promise<Conversation | null> {
  const { columns, system } = useChat.getState()
  isBeginning = true
  const result = await api.create({ columns: [...columns], system })
  isBeginning = false
  if (!result.ok) {
    useChat.setState({ notice: result.error })
    return null
  }
  show(result.value)
  useSession.getState().select('chat', conversationKey(result.value.id))
  return result.value
}

/** A question that could not be asked returns to its field, with the reason. */
function giveBack(id: ConversationId, turn: TurnId, error: AppError): void {
  const asked = conversationOf(useChat.getState())?.turns.find((one) => one.id === turn)
  update(id, ({ turns, current, ...rest }) => ({
    ...rest,
    turns: turns.filter((one) => one.id !== turn),
    current: current === turn ? (asked?.parent ?? null) : current,
  }))
  useChat.setState(({ draft }) => ({ notice: error, draft: draft === '' ? (asked?.question ?? '') : draft }))
}

/** Lets an answer go on where it was cut off. */
export async function goOn(turn: TurnId, column: number): Promise<void> {
  const conversation = conversationOf(useChat.getState())
  if (!conversation || isAnswering(useChat.getState())) return
  const before = conversation
  update(conversation.id, (now) =>
    withAnswer(now, turn, column, (answer) => ({
      ...answer,
      state: { kind: 'pending', text: textOfAnswer(answer.state) },
    })),
  )
  const result = await api.goOn({ id: conversation.id, turn, column, ...how() })
  if (result.ok) return
  update(conversation.id, () => before)
  useChat.setState({ notice: result.error })
}

/** Stops every answer under way; what has come stays. */
export function stopAnswers(): void {
  const conversation = conversationOf(useChat.getState())
  if (conversation) void api.stop(conversation.id)
}

/** Shows the branch through a turn. */
export async function showBranch(turn: TurnId): Promise<void> {
  const conversation = conversationOf(useChat.getState())
  if (!conversation) return
  await save({ current: endOfBranch(conversation.turns, turn) })
}

export async function vote(turn: TurnId, column: number, given: Vote | null): Promise<void> {
  const conversation = conversationOf(useChat.getState())
  if (!conversation) return
  update(conversation.id, (now) => withAnswer(now, turn, column, (answer) => ({ ...answer, vote: given })))
  const result = await api.vote({ id: conversation.id, turn, column, vote: given })
  if (!result.ok) toastError(result.error)
}

function hear({ id, turn, column, answer }: Events['conversations.answered']): void {
  update(id, (conversation) =>
    withAnswer(conversation, turn, column, ({ vote: given }) => ({ ...answer, vote: given })),
  )
  if (answer.state.kind === 'done' && answer.state.answer.text !== '' && isTrained(answer.by.source))
    useChat.setState({ hasTried: true })
}

/** Follows the answers as they stream, and the list; returns what ends that. */
export function connectChat(): () => void {
  const ends = [
    connectConversations(),
    api.on('conversations.text', ({ id, turn, column, text }) =>
      update(id, (conversation) =>
        withAnswer(conversation, turn, column, (answer) =>
          answer.state.kind === 'pending'
            ? { ...answer, state: { kind: 'pending', text: answer.state.text + text } }
            : answer,
        ),
      ),
    ),
    api.on('conversations.answered', hear),
    api.on('conversations.withdrawn', ({ id, turn, error }) => giveBack(id, turn, error)),
    api.on('conversations.changed', ({ id, name, isPinned }) =>
      update(id, (conversation) => ({ ...conversation, name, isPinned })),
    ),
    api.on('conversations.removed', ({ id }) => {
      if (conversationOf(useChat.getState())?.id === id) newConversation()
    }),
    api.onLibrary(() => newConversation([])),
  ]
  return () => ends.forEach((end) => end())
}
