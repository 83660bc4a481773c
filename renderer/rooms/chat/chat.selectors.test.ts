import { describe, expect, it } from 'vitest'
import {
  messagesFor,
  turnsTo,
  type AnswerState,
  type ConversationTurn,
  type ExperimentSummary,
  type ModelSummary,
} from '../../../core/contract/index.ts'
import {
  answeringTurn,
  branchOf,
  canGoOn,
  defaultColumns,
  isSendKey,
  isTrained,
  parseSource,
  pathOf,
  sourceKey,
  stateOf,
} from './chat.selectors.ts'
import { aConversation, answered, aTurn, base, done, run } from './testing/conversations.ts'

describe('defaultColumns', () => {
  const models = [
    { id: 'other', name: 'Other' },
    { id: 'tiny', name: 'Tiny' },
  ] as unknown as ModelSummary[]
  const experiments = [
    { id: 'new', name: '新', modelName: 'Tiny' },
    { id: 'old', name: '古', modelName: 'Other' },
  ] as unknown as ExperimentSummary[]
  const keys = (...parameters: Parameters<typeof defaultColumns>) =>
    defaultColumns(...parameters).map(({ source, name }) => [sourceKey(source), name])

  it('puts the newest experiment, or the one that was asked for, beside its base model', () => {
    expect(keys(experiments, models, null)).toEqual([
      ['model:tiny', 'Tiny'],
      ['experiment:new', '新'],
    ])
    expect(keys(experiments, models, 'old')).toEqual([
      ['model:other', 'Other'],
      ['experiment:old', '古'],
    ])
  })

  it('takes the model alone that was asked for, where it is here, and one model before the first experiment', () => {
    expect(keys(experiments, models, 'model:other')).toEqual([['model:other', 'Other']])
    expect(keys(experiments, models, 'model:gone').map(([key]) => key)).toEqual(['model:tiny', 'experiment:new'])
    expect(keys([], models, null).map(([key]) => key)).toEqual(['model:other'])
    expect(keys([], [], null)).toEqual([])
  })
})

it('names a source and reads it back; a run whose adapter is off counts as not trained', () => {
  for (const key of ['model:terakoya-tiny-ja', 'experiment:20261123-abc']) expect(sourceKey(parseSource(key))).toBe(key)
  expect(
    [base, run, { ...run, source: { ...run.source, adapter: 'off' as const } }].map(({ source }) =>
      isTrained(source as never),
    ),
  ).toEqual([false, true, false])
})

describe('a conversation with branches', () => {
  const turns = [
    aTurn(1, null, '一', [done('1')]),
    aTurn(2, 1, '二', [done('2')]),
    aTurn(3, 1, '二の別', [done('3')]),
    aTurn(4, 2, '三', [{ kind: 'pending', text: '' }]),
  ]
  const conversation = aConversation({ turns, current: turns[2]!.id })

  it('shows the branch that is current, and where a turn stands among its siblings', () => {
    expect(pathOf(conversation).map(({ question }) => question)).toEqual(['一', '二の別'])
    expect(branchOf(conversation, turns[2]!)).toEqual({ number: 2, count: 2, before: turns[1]!.id, after: null })
    expect(branchOf(conversation, turns[0]!)).toMatchObject({ number: 1, count: 1 })
    expect(pathOf(null)).toEqual([])
    expect(answeringTurn(conversation)?.question).toBe('三')
  })

  it('ends where a file leads in a circle', () => {
    const circle: ConversationTurn[] = [aTurn(1, 2, 'a', []), aTurn(2, 1, 'b', [])]
    expect(turnsTo(circle, circle[0]!.id).map(({ question }) => question)).toEqual(['b', 'a'])
  })

  it('sends what failed or said nothing to nobody', () => {
    const failed: AnswerState = { kind: 'failed', text: '途中', error: { code: 'internal', facts: {} } }
    const told = aConversation({ turns: [aTurn(1, null, '一', [failed]), aTurn(2, 1, '二', [done('')])] })
    const asked = { parent: told.turns[1]!.id, column: 0, question: '三', historyTurns: 9 }
    expect(messagesFor(told, asked)).toEqual([{ role: 'user', content: '三' }])
  })
})

it('tells what an answer shows, and which may go on', () => {
  const states: AnswerState[] = [
    { kind: 'pending', text: '' },
    { kind: 'pending', text: 'あ' },
    done('あ'),
    { kind: 'done', answer: { ...answered('あ'), finish: 'length' } },
    { kind: 'done', answer: { ...answered('あ'), finish: 'cancelled' } },
    { kind: 'done', answer: { ...answered(''), finish: 'cancelled' } },
    { kind: 'done', answer: { ...answered('あ'), finish: 'context' } },
    { kind: 'failed', text: 'あ', error: { code: 'internal', facts: {} } },
  ]
  expect(
    states.map((state) => [stateOf({ by: base, state, vote: null }), canGoOn({ by: base, state, vote: null })]),
  ).toEqual([
    ['waiting', false],
    ['streaming', false],
    ['done', false],
    ['done', true],
    ['done', true],
    ['done', false],
    ['done', false],
    ['failed', true],
  ])
})

describe('isSendKey', () => {
  const enter = { key: 'Enter', shiftKey: false, ctrlKey: false, metaKey: false, keyCode: 13, isComposing: false }
  const presses = [
    enter,
    { ...enter, ctrlKey: true },
    { ...enter, metaKey: true },
    { ...enter, shiftKey: true },
    { ...enter, isComposing: true },
    { ...enter, ctrlKey: true, isComposing: true },
    { ...enter, keyCode: 229 },
    { ...enter, key: 'a' },
  ]

  it('sends on Enter alone, or with Ctrl or Command only, and never while an input method composes', () => {
    expect(presses.map((press) => isSendKey(press))).toEqual([true, true, true, false, false, false, false, false])
    expect(presses.map((press) => isSendKey(press, 'modEnter'))).toEqual([
      false,
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ])
  })
})
