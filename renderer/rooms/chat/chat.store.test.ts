// @vitest-environment happy-dom
import { beforeEach, expect, it } from 'vitest'
import { fail, ok, type ChatAnswer } from '../../../core/contract/index.ts'
import { useFakeStudio, type FakeStudio } from '../../testing/studio.ts'
import {
  connectChat,
  newConversation,
  predictionDefaults,
  send,
  setSetting,
  setSource,
  stopAnswers,
  useChat,
} from './chat.store.ts'

let studio: FakeStudio
let end: () => void
beforeEach(() => {
  end?.()
  studio = useFakeStudio({ 'chat.ask': () => ok(null), 'chat.cancel': () => ok(null) })
  useChat.setState({
    sources: ['model:base', 'experiment:x1'],
    turns: [],
    draft: 'あれは?',
    carriesOn: false,
    settings: predictionDefaults(),
    hasTried: false,
  })
  end = connectChat()
})

const answered = (text: string, changes: Partial<ChatAnswer> = {}): ChatAnswer => ({
  text,
  finish: 'stop',
  tokenCount: 2,
  tokensPerSecond: 10,
  droppedTurns: 0,
  ...changes,
})
const answers = (turn = 0) => useChat.getState().turns[turn]!.answers.map(({ answer }) => answer)
const requestId = (turn = 0) => useChat.getState().turns[turn]!.id

it('asks both sources the trimmed question and puts what streams into its own column', async () => {
  await send('  寺子屋とは? ')
  expect(studio.asked[0]![1]).toMatchObject({
    requestId: requestId(),
    targets: [
      { source: { kind: 'model', modelId: 'base' }, messages: [{ role: 'user', content: '寺子屋とは?' }] },
      { source: { kind: 'experiment', experimentId: 'x1' }, messages: [{ role: 'user', content: '寺子屋とは?' }] },
    ],
  })
  expect(useChat.getState().draft).toBe('')
  for (const text of ['学', '校']) studio.tell('chat.token', { requestId: requestId(), target: 1, text })
  expect(answers()).toEqual([{ kind: 'waiting' }, { kind: 'streaming', text: '学校' }])
  studio.tell('chat.done', { requestId: requestId(), target: 1, answer: answered('学校です') })
  expect(answers()[1]).toEqual({ kind: 'done', answer: answered('学校です') })
  expect(useChat.getState().hasTried).toBe(true)
})

it('counts only an experiment that has answered as tried', async () => {
  await send('問い')
  studio.tell('chat.done', { requestId: requestId(), target: 0, answer: answered('答え') })
  expect(useChat.getState().hasTried).toBe(false)
})

it('asks nothing for an empty question, without a source, or while an answer is under way', async () => {
  await send('  ')
  useChat.setState({ sources: [null, null] })
  await send('問い')
  setSource(0, 'model:base')
  await send('問い')
  await send('もう一つ')
  expect(studio.asked.map(([name]) => name)).toEqual(['chat.ask'])
  expect(useChat.getState().turns.map(({ question }) => question)).toEqual(['問い'])
})

it('keeps what had come when it is stopped, and hears nothing of what was on its way', async () => {
  await send('問い')
  studio.tell('chat.token', { requestId: requestId(), target: 0, text: '途中' })
  stopAnswers()
  expect(studio.asked[1]).toEqual(['chat.cancel', { requestId: requestId() }])
  studio.tell('chat.token', { requestId: requestId(), target: 0, text: 'もっと' })
  expect(
    answers().map((answer) => (answer.kind === 'done' ? [answer.answer.text, answer.answer.finish] : answer)),
  ).toEqual([
    ['途中', 'cancelled'],
    ['', 'cancelled'],
  ])
})

it('shows a refused question as failed in both columns, and one column that fails beside one that goes on', async () => {
  end()
  studio = useFakeStudio({ 'chat.ask': () => fail('model/not-found', { model: 'base' }) })
  end = connectChat()
  await send('問い')
  const refused = { kind: 'failed', text: '', error: { code: 'model/not-found', facts: { model: 'base' } } }
  expect(answers()).toEqual([refused, refused])
})

it('sends earlier turns only when the conversation carries on, and none after a new one', async () => {
  const ask = async (question: string) => {
    await send(question)
    const { turns } = useChat.getState()
    for (const target of [0, 1])
      studio.tell('chat.done', {
        requestId: requestId(turns.length - 1),
        target,
        answer: answered(`${question}の答え`),
      })
    const [, input] = studio.asked.filter(([name]) => name === 'chat.ask').at(-1)!
    return (input as { targets: { messages: { content: string }[] }[] }).targets[0]!.messages.map(
      ({ content }) => content,
    )
  }
  await ask('一')
  expect(await ask('二')).toEqual(['二'])
  useChat.setState({ carriesOn: true })
  expect(await ask('三')).toEqual(['一', '一の答え', '二', '二の答え', '三'])
  newConversation()
  expect(await ask('四')).toEqual(['四'])
})

it('reads full-width settings, and takes the default for one that is wrong', async () => {
  setSetting('prediction.max_length_inference', '１２')
  setSetting('prediction.temperature', 'あつい')
  await send('問い')
  const { settings } = studio.asked[0]![1] as { settings: Record<string, unknown> }
  expect(settings['maxNewTokens']).toBe(12)
  expect(settings['temperature']).toBe(0.7)
})
