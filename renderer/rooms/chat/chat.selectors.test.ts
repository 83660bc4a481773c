import { describe, expect, it } from 'vitest'
import type { ChatAnswer, ExperimentSummary, ModelSummary } from '../../../core/contract/index.ts'
import {
  cancelled,
  defaultSources,
  isAnswering,
  isSendKey,
  messagesFor,
  parseSource,
  sourceKey,
  type Answer,
  type Turn,
} from './chat.selectors.ts'

const done = (text: string): Answer => ({
  kind: 'done',
  answer: { text, finish: 'stop', tokenCount: 3, tokensPerSecond: 10, droppedTurns: 0 } satisfies ChatAnswer,
})
const turn = (question: string, left: Answer, right: Answer, rightSource = 'experiment:e1'): Turn => ({
  id: question,
  question,
  answers: [
    { source: 'model:m1', answer: left },
    { source: rightSource, answer: right },
  ],
})

describe('defaultSources', () => {
  const models = [
    { id: 'other', name: 'Other' },
    { id: 'tiny', name: 'Tiny' },
  ] as unknown as ModelSummary[]
  const experiments = [
    { id: 'new', modelName: 'Tiny' },
    { id: 'old', modelName: 'Other' },
  ] as unknown as ExperimentSummary[]

  it('puts the newest experiment beside its base model', () => {
    expect(defaultSources(experiments, models, null)).toEqual(['model:tiny', 'experiment:new'])
  })

  it('takes the experiment that was asked for', () => {
    expect(defaultSources(experiments, models, 'old')).toEqual(['model:other', 'experiment:old'])
  })

  it('takes the model alone that was asked for, where it is here', () => {
    expect(defaultSources(experiments, models, 'model:other')).toEqual(['model:other', null])
    expect(defaultSources(experiments, models, 'model:gone')).toEqual(['model:tiny', 'experiment:new'])
  })

  it('leaves the second column empty before the first experiment', () => {
    expect(defaultSources([], models, null)).toEqual(['model:other', null])
  })
})

describe('messagesFor', () => {
  const turns = [
    turn('一', done('答1'), done('右1')),
    turn('二', { kind: 'failed', text: '', error: { code: 'internal', facts: {} } }, done('別2'), 'experiment:e2'),
  ]

  it('asks every question on its own unless the conversation carries on', () => {
    expect(messagesFor(turns, 0, 'model:m1', '三', false)).toEqual([{ role: 'user', content: '三' }])
  })

  it('sends a source only its own answers', () => {
    expect(messagesFor(turns, 1, 'experiment:e1', '三', true).map(({ content }) => content)).toEqual([
      '一',
      '右1',
      '三',
    ])
    expect(messagesFor(turns, 0, 'model:m1', '三', true).map(({ content }) => content)).toEqual(['一', '答1', '三'])
  })
})

it('keeps the text of an answer that is stopped half-way, and leaves others alone', () => {
  expect(cancelled({ kind: 'streaming', text: '途中' })).toMatchObject({
    kind: 'done',
    answer: { text: '途中', finish: 'cancelled' },
  })
  expect(isAnswering(turn('一', done('a'), { kind: 'waiting' }))).toBe(true)
  expect(isAnswering(turn('一', done('a'), cancelled({ kind: 'waiting' })))).toBe(false)
})

it('names a source and reads it back', () => {
  for (const key of ['model:terakoya-tiny-ja', 'experiment:20261123-abc']) expect(sourceKey(parseSource(key))).toBe(key)
})

describe('isSendKey', () => {
  const enter = { key: 'Enter', shiftKey: false, keyCode: 13, isComposing: false }
  it('sends on Enter alone', () => {
    expect(
      [
        enter,
        { ...enter, shiftKey: true },
        { ...enter, isComposing: true },
        { ...enter, keyCode: 229 },
        { ...enter, key: 'a' },
      ].map(isSendKey),
    ).toEqual([true, false, false, false, false])
  })
})
