import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import {
  checkSetting,
  generationSettingsOf,
  parseSettings,
  settingKeys,
  settingOf,
  type AppError,
  type SettingKey,
} from '../../../core/contract/index.ts'
import * as api from './chat.api.ts'
import {
  cancelled,
  isAnswering,
  isTrainedSource,
  messagesFor,
  parseSource,
  type Answer,
  type Turn,
} from './chat.selectors.ts'

/** The catalogue's settings of an answer, as text like in the form. */
export type PredictionValues = Readonly<Record<string, string | boolean>>
export const predictionKeys: readonly SettingKey[] = settingKeys.filter((key) => settingOf(key).group === 'prediction')
export const predictionDefaults = (): PredictionValues =>
  Object.fromEntries(
    predictionKeys.map((key) => [
      key,
      ((value) => (typeof value === 'boolean' ? value : String(value)))(settingOf(key).default),
    ]),
  )

interface Chat {
  /** Left and right; null where nothing was chosen yet. */
  readonly sources: readonly [string | null, string | null]
  readonly turns: readonly Turn[]
  readonly draft: string
  /** Send earlier turns too; off, every question stands alone. */
  readonly carriesOn: boolean
  readonly settings: PredictionValues
  readonly settingsOpen: boolean
  /** True once a trained model has answered: the tutorial's fourth step. */
  readonly hasTried: boolean
}

const scope = {
  sources: 'session',
  turns: 'session',
  draft: 'session',
  carriesOn: 'persisted',
  settings: 'persisted',
  settingsOpen: 'persisted',
  hasTried: 'persisted',
} as const satisfies Record<keyof Chat, 'session' | 'persisted'>

/** The conversation in view; it lives in the window only. */
export const useChat = create<Chat>()(
  persist(
    (): Chat => ({
      sources: [null, null],
      turns: [],
      draft: '',
      carriesOn: false,
      settings: predictionDefaults(),
      settingsOpen: true,
      hasTried: false,
    }),
    {
      name: 'terakoya.chat',
      version: 1,
      partialize: (state) =>
        Object.fromEntries(Object.entries(state).filter(([key]) => scope[key as keyof Chat] === 'persisted')),
    },
  ),
)

export const setSource = (column: 0 | 1, key: string): void => {
  useChat.setState(({ sources }) => ({ sources: column === 0 ? [key, sources[1]] : [sources[0], key] }))
}
export const setSetting = (key: SettingKey, value: string | boolean): void => {
  useChat.setState(({ settings }) => ({ settings: { ...settings, [key]: value } }))
}
export const lastTurn = ({ turns }: Chat): Turn | undefined => turns.at(-1)

/** Forgets the conversation in view. */
export function newConversation(): void {
  stopAnswers()
  useChat.setState({ turns: [] })
}

/** Asks every chosen source at once. Does nothing while an answer is under way. */
export async function send(text: string): Promise<void> {
  const { turns, sources, carriesOn, settings } = useChat.getState()
  const question = text.trim()
  const chosen = sources.filter((source) => source !== null)
  if (question === '' || chosen.length === 0 || isAnswering(turns.at(-1))) return
  const id = crypto.randomUUID()
  const turn: Turn = { id, question, answers: chosen.map((source) => ({ source, answer: { kind: 'waiting' } })) }
  const targets = chosen.map((source, column) => ({
    source: parseSource(source),
    messages: messagesFor(turns, column, source, question, carriesOn),
  }))
  useChat.setState({ turns: [...turns, turn], draft: '' })
  const result = await api.ask({
    requestId: id,
    targets,
    settings: generationSettingsOf(parseSettings(usable(settings)).values),
  })
  if (!result.ok) failAll(id, result.error)
}

/** The settings as calls take them; one that is wrong (its field says so) counts as its default. */
const usable = (settings: PredictionValues): Record<string, unknown> =>
  Object.fromEntries(
    predictionKeys
      .map(
        (key) =>
          [key, typeof settings[key] === 'string' ? settings[key].normalize('NFKC').trim() : settings[key]] as const,
      )
      .filter(([key, value]) => checkSetting(key, value) === null),
  )

/** Stops every answer under way; what has come stays. */
export function stopAnswers(): void {
  const turn = lastTurn(useChat.getState())
  if (!turn || !isAnswering(turn)) return
  void api.cancel(turn.id)
  changeTurn(turn.id, (answer) => cancelled(answer))
}

function failAll(id: string, error: AppError): void {
  changeTurn(id, (answer) =>
    answer.kind === 'waiting' || answer.kind === 'streaming'
      ? { kind: 'failed', text: answer.kind === 'streaming' ? answer.text : '', error }
      : answer,
  )
}

function changeTurn(id: string, change: (answer: Answer, column: number) => Answer): void {
  useChat.setState(({ turns }) => ({
    turns: turns.map((turn) =>
      turn.id === id
        ? {
            ...turn,
            answers: turn.answers.map((given, column) => ({ ...given, answer: change(given.answer, column) })),
          }
        : turn,
    ),
  }))
}

const changeAnswer = (id: string, target: number, change: (answer: Answer) => Answer): void =>
  changeTurn(id, (answer, column) => (column === target ? change(answer) : answer))

/** True where text may still arrive: a stopped answer ignores what was on its way. */
const isOpen = (answer: Answer): boolean => answer.kind === 'waiting' || answer.kind === 'streaming'

/** Follows the answers as they stream; returns what ends that. */
export function connectChat(): () => void {
  const ends = [
    api.onToken(({ requestId, target, text }) =>
      changeAnswer(requestId, target, (answer) =>
        isOpen(answer) ? { kind: 'streaming', text: (answer.kind === 'streaming' ? answer.text : '') + text } : answer,
      ),
    ),
    api.onDone(({ requestId, target, answer: given }) => {
      changeAnswer(requestId, target, (answer) =>
        isOpen(answer) || given.finish === 'cancelled' ? { kind: 'done', answer: given } : answer,
      )
      const turn = useChat.getState().turns.find(({ id }) => id === requestId)
      const source = turn?.answers[target]?.source
      if (source !== undefined && isTrainedSource(source) && !useChat.getState().hasTried)
        useChat.setState({ hasTried: true })
    }),
    api.onFailed(({ requestId, target, error }) =>
      changeAnswer(requestId, target, (answer) =>
        isOpen(answer) ? { kind: 'failed', text: answer.kind === 'streaming' ? answer.text : '', error } : answer,
      ),
    ),
  ]
  return () => ends.forEach((end) => end())
}
