// @vitest-environment happy-dom
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { fail, ok, type Calls, type Conversation, type ConversationId } from '../../../core/contract/index.ts'
import { startTexts } from '../../language/index.ts'
import { useSession } from '../../session/index.ts'
import { putFakeStudio, type Answers, type FakeStudio } from '../../testing/studio.ts'
import {
  askAgain,
  askBeside,
  connectChat,
  conversationKey,
  conversationOf,
  goOn,
  newConversation,
  openConversation,
  send,
  setColumns,
  setSetting,
  setSystem,
  showBranch,
  stopAnswers,
  useChat,
  vote,
} from './chat.store.ts'
import { askingDefaults, predictionDefaults } from './prediction.ts'
import { aConversation, aTurn, base, done, run, turnId } from './testing/conversations.ts'

const id = aConversation().id
beforeAll(() => startTexts('ja'))

let studio: FakeStudio
let end: () => void

/** The host of one conversation. */
function start(answers: Answers = {}): void {
  end?.()
  studio = putFakeStudio({
    'conversations.list': () => ok([]),
    'conversations.create': ({ columns, system }) => ok(aConversation({ columns, system, name: '' } as never)),
    'conversations.ask': ({ question }) => ok(aConversation({ name: question })),
    'conversations.goOn': () => ok(aConversation()),
    'conversations.change': (changes) => ok({ ...inView(), ...changes } as Conversation),
    'conversations.stop': () => ok(null),
    'conversations.vote': () => ok(aConversation()),
    ...answers,
  })
  end = connectChat()
}
beforeEach(() => {
  useSession.setState({ selection: {} })
  useChat.setState({
    opened: { kind: 'new' },
    columns: [base, run],
    system: '',
    draft: 'あれは?',
    notice: null,
    carriesOn: true,
    settings: predictionDefaults(),
    asking: askingDefaults,
    helpOpen: false,
    hasTried: false,
  })
  start()
})

const inView = () => conversationOf(useChat.getState())!
const lastTurn = () => inView().turns.at(-1)!
const states = () => lastTurn().answers.map(({ state }) => state)
const calls = (name: string) => studio.asked.filter(([each]) => each === name).map(([, input]) => input as never)
const answer = (column: number, text: string) =>
  studio.tell('conversations.answered', {
    id,
    turn: lastTurn().id,
    column,
    answer: { by: column === 0 ? base : run, state: done(text), vote: null },
  })

it('makes a conversation for the first question, and shows what streams in its own column', async () => {
  await send('  寺子屋とは? ')
  expect(calls('conversations.create')).toEqual([{ columns: [base, run], system: '' }])
  expect(calls('conversations.ask')).toMatchObject([
    { id, turn: lastTurn().id, parent: null, question: '寺子屋とは?', historyTurns: 50, maxSeconds: 0 },
  ])
  expect(useSession.getState().selection.chat).toBe(conversationKey(id))
  expect(useChat.getState().draft).toBe('')
  for (const text of ['学', '校']) studio.tell('conversations.text', { id, turn: lastTurn().id, column: 1, text })
  expect(states()).toEqual([
    { kind: 'pending', text: '' },
    { kind: 'pending', text: '学校' },
  ])
  answer(1, '学校です')
  expect(states()[1]).toEqual(done('学校です'))
  expect(useChat.getState().hasTried).toBe(true)
  expect(inView().name).toBe('寺子屋とは?')
})

it('asks nothing for an empty question, without a source, or while an answer is under way', async () => {
  await send('  ')
  useChat.setState({ columns: [] })
  await send('問い')
  useChat.setState({ columns: [base] })
  await Promise.all([send('問い'), send('同時に')])
  await send('もう一つ')
  expect(calls('conversations.ask')).toMatchObject([{ question: '問い' }])
  answer(0, '答え')
  expect(useChat.getState().hasTried).toBe(false)
  await send('次')
  expect(calls('conversations.ask')).toMatchObject([{}, { question: '次', parent: inView().turns[0]!.id }])
})

it('gives a question back that was refused or too long, with the reason', async () => {
  start({ 'conversations.ask': () => fail('conversation/full') })
  await send('問い')
  expect(useChat.getState()).toMatchObject({ draft: '問い', notice: { code: 'conversation/full' } })
  expect(inView()).toMatchObject({ turns: [], current: null })
  start()
  await send('長い問い')
  const turn = lastTurn().id
  const error = { code: 'chat/too-long', facts: { limit: 9 } } as const
  studio.tell('conversations.withdrawn', { id, turn, error, conversation: aConversation() })
  expect(useChat.getState()).toMatchObject({ draft: '長い問い', notice: error })
  expect(inView().turns).toEqual([])
  useChat.setState({ draft: '' })
  await send('短い問い')
  expect(useChat.getState().notice).toBeNull()
})

it('keeps what is typed meanwhile when an earlier question comes back', async () => {
  await send('長い問い')
  useChat.setState({ draft: '次の問い' })
  const error = { code: 'chat/too-long', facts: { limit: 9 } } as const
  studio.tell('conversations.withdrawn', { id, turn: lastTurn().id, error, conversation: aConversation() })
  expect(useChat.getState().draft).toBe('次の問い')
})

it('shows nothing new where no conversation could be made', async () => {
  start({ 'conversations.create': () => fail('disk-full', { folder: '/' }) })
  await send('問い')
  expect(useChat.getState()).toMatchObject({ opened: { kind: 'new' }, draft: 'あれは?', notice: { code: 'disk-full' } })
})

const branched = () => {
  const turns = [aTurn(1, null, '一', [done('1'), done('1')]), aTurn(2, 1, '二', [done('2'), done('2')])]
  const conversation = aConversation({ turns, current: turnId(2) })
  useChat.setState({ opened: { kind: 'ready', conversation }, columns: conversation.columns })
}

it('asks again and asks something else as branches beside a turn, and goes back to the first', async () => {
  branched()
  useChat.setState({ draft: '書きかけ' })
  await askAgain(turnId(2))
  answer(0, 'a')
  answer(1, 'b')
  await askBeside(turnId(2), '二の別')
  expect(calls('conversations.ask')).toMatchObject([
    { parent: turnId(1), question: '二' },
    { parent: turnId(1), question: '二の別' },
  ])
  expect(useChat.getState().draft).toBe('書きかけ')
  expect(inView().turns.map(({ parent }) => parent)).toEqual([null, turnId(1), turnId(1), turnId(1)])
  answer(0, 'a')
  answer(1, 'b')
  await showBranch(turnId(2))
  expect(inView().current).toBe(turnId(2))
  expect(calls('conversations.change')).toEqual([{ id, current: turnId(2) }])
})

it('goes on with an answer from its own text, and keeps it where that is refused', async () => {
  branched()
  await goOn(turnId(2), 1)
  expect(states()[1]).toEqual({ kind: 'pending', text: '2' })
  studio.tell('conversations.text', { id, turn: turnId(2), column: 1, text: 'の続き' })
  expect(states()[1]).toEqual({ kind: 'pending', text: '2の続き' })
  answer(1, '2の続き')
  start({ 'conversations.goOn': () => fail('conversation/busy') })
  await goOn(turnId(2), 0)
  expect(states()).toEqual([done('2'), done('2の続き')])
  expect(useChat.getState().notice?.code).toBe('conversation/busy')
})

it('stops, votes, and changes columns and the system text of the conversation in view', async () => {
  branched()
  stopAnswers()
  await vote(turnId(2), 1, 'up')
  await setColumns([run])
  await setSystem('短く')
  expect(studio.asked.filter(([name]) => name !== 'conversations.list')).toMatchObject([
    ['conversations.stop', { id }],
    ['conversations.vote', { id, turn: turnId(2), column: 1, vote: 'up' }],
    ['conversations.change', { id, columns: [run] }],
    ['conversations.change', { id, system: '短く' }],
  ])
  expect(lastTurn().answers[1]!.vote).toBe('up')
  expect(inView()).toMatchObject({ columns: [run], system: '短く' })
})

it('asks with the columns as they are now, while an earlier change is still on its way', async () => {
  branched()
  const waiting: (() => void)[] = []
  start({
    'conversations.change': (changes) =>
      new Promise((resolve) => waiting.push(() => resolve(ok({ ...inView(), ...changes, current: null } as never)))),
  })
  const changed = [setColumns([run]), setColumns([run, base, run])]
  await send('三')
  for (const settle of waiting) settle()
  await Promise.all(changed)
  expect(lastTurn()).toMatchObject({ question: '三', parent: turnId(2) })
  expect(lastTurn().answers).toHaveLength(3)
  expect(inView().current).toBe(lastTurn().id)
})

it('reads a conversation again that could not be changed', async () => {
  branched()
  start({
    'conversations.change': () => fail('disk-full', { folder: '/' }),
    'conversations.open': () => ok(aConversation({ columns: [base] })),
  })
  await setColumns([run])
  expect(useChat.getState().columns).toEqual([base])
})

it('opens a conversation with its columns; only the last that was asked for is shown', async () => {
  const waiting: ((conversation: Conversation) => void)[] = []
  const answers: Answers = {
    'conversations.open': () => new Promise((resolve) => waiting.push((conversation) => resolve(ok(conversation)))),
  }
  start(answers)
  const other = 'c20260101-111111111111' as ConversationId
  const first = openConversation(id)
  const second = openConversation(other)
  waiting[1]!(aConversation({ id: other, columns: [run], system: '規則' }))
  waiting[0]!(aConversation())
  await Promise.all([first, second])
  expect(inView().id).toBe(other)
  expect(useChat.getState()).toMatchObject({ columns: [run], system: '規則' })
  newConversation()
  expect(useChat.getState()).toMatchObject({ opened: { kind: 'new' }, columns: [run], system: '' })
  start({ 'conversations.open': () => fail('conversation/damaged', { file: 'x' }) })
  await openConversation(id)
  expect(useChat.getState().opened).toMatchObject({ kind: 'failed', error: { code: 'conversation/damaged' } })
})

it('follows its name and pin, and leaves a conversation that is removed', async () => {
  branched()
  const summary = { ...inView(), columnNames: [], problem: null, name: '改名', isPinned: true }
  studio.tell('conversations.changed', summary)
  expect(inView()).toMatchObject({ name: '改名', isPinned: true })
  studio.tell('conversations.removed', { id })
  expect(useChat.getState().opened).toEqual({ kind: 'new' })
})

it('reads full-width settings, and takes the default for one that is wrong', async () => {
  setSetting('prediction.max_length_inference', '１２')
  setSetting('prediction.temperature', 'あつい')
  setSetting('prediction.stop_tokens', '。、ＡＢ')
  await send('問い')
  const [{ settings }] = calls('conversations.ask') as unknown as [Calls['conversations.ask']['input']]
  expect(settings).toMatchObject({
    'prediction.max_length_inference': 12,
    'prediction.temperature': 0.7,
    'prediction.stop_tokens': '。、ＡＢ',
  })
})

it('changes settings at the head of a text for good, and asks what stands below', async () => {
  await send('--do_sample --num_history 2 --max_time 9')
  expect(useChat.getState()).toMatchObject({
    draft: '',
    carriesOn: true,
    asking: { num_history: 2, max_time: 9 },
    settings: { 'prediction.do_sample': true },
  })
  expect(studio.asked.filter(([name]) => name === 'conversations.ask')).toEqual([])
  await send('--num_history 0 --top_k 5\n寺子屋とは?')
  expect(calls('conversations.ask')).toMatchObject([
    { question: '寺子屋とは?', historyTurns: 0, maxSeconds: 9, settings: { 'prediction.top_k': 5 } },
  ])
  useChat.setState({ draft: '--strahlen 3' })
  await send('--strahlen 3')
  expect(useChat.getState()).toMatchObject({ draft: '--strahlen 3', notice: { code: 'chat/unknown-setting' } })
  await send('--help')
  expect(useChat.getState().helpOpen).toBe(true)
})

it('takes settings of before, and shows the new room as it begins', () => {
  const { migrate } = useChat.persist.getOptions()
  const stored = { settings: { 'prediction.top_k': '9' }, settingsOpen: true, carriesOn: false, hasTried: true }
  expect(migrate!(stored, 1)).toMatchObject({
    settings: { 'prediction.top_k': '9' },
    settingsOpen: false,
    carriesOn: true,
    hasTried: true,
    listOpen: true,
  })
})
