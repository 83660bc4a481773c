// @vitest-environment happy-dom
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { ok, type Conversation } from '../../../core/contract/index.ts'
import { startTexts } from '../../language/index.ts'
import { useSession } from '../../session/index.ts'
import { allByRole, byRole, click, doing, draw, focus, pressKey, typeInto } from '../../testing/dom.tsx'
import { aModel, anExperiment } from '../../testing/examples.ts'
import { putFakeStudio, type FakeStudio } from '../../testing/studio.ts'
import { useExperiments } from '../experiments/index.ts'
import { useModels } from '../models/index.ts'
import { ChatRoom } from './ChatRoom.tsx'
import { conversationKey, connectChat, useChat } from './chat.store.ts'
import { askingDefaults, predictionDefaults } from './prediction.ts'
import { aConversation, answered, aTurn, done, turnId } from './testing/conversations.ts'

let studio: FakeStudio
let end: () => void
beforeAll(() => startTexts('ja'))
beforeEach(() => {
  end?.()
  useSession.setState({ room: 'chat', selection: {} })
  useChat.setState({
    opened: { kind: 'new' },
    columns: [],
    system: '',
    draft: '',
    notice: null,
    carriesOn: true,
    asking: askingDefaults,
    settings: predictionDefaults(),
    settingsOpen: false,
    sendKey: 'enter',
    marksDifferences: true,
  })
  useModels.setState({ list: { kind: 'ready', items: [aModel('base', { name: 'ベース' })] } } as never)
  useExperiments.setState({
    list: { kind: 'ready', items: [anExperiment('x1', { name: '実験', modelName: 'ベース' })] },
  })
})

async function show(conversation?: Conversation): Promise<void> {
  studio = putFakeStudio({
    'conversations.list': () => ok([]),
    'conversations.open': () => ok(conversation ?? aConversation()),
    'conversations.create': (input) => ok(aConversation(input as never)),
    'conversations.ask': () => ok(aConversation()),
    'conversations.change': () => ok(aConversation()),
    'chat.questions': () => ok({ train: ['赤は何色?'], validation: ['青は何色?'] }),
    'experiments.open': () => ok({ checkpoints: [4, 8] } as never),
  })
  end = connectChat()
  if (conversation) useSession.setState({ selection: { chat: conversationKey(conversation.id) } })
  await draw(<ChatRoom />)
  await doing(() => undefined)
}
const question = () => byRole('textbox', '質問') as HTMLTextAreaElement
const asked = () => studio.asked.filter(([name]) => name === 'conversations.ask').map(([, input]) => input)
const log = () => document.querySelector('[role="log"]')!

it('begins with the newest run beside its base, and with the run’s own questions', async () => {
  await show()
  expect(useChat.getState().columns.map(({ name }) => name)).toEqual(['ベース', '実験'])
  expect(document.body.textContent).toContain('「実験」に教えた質問')
  expect(document.body.textContent).not.toContain('RehabC')
  await click(byRole('button', '赤は何色?'))
  expect(asked()).toMatchObject([{ question: '赤は何色?' }])
})

it('sends on Enter, never while an input method composes, and on Ctrl+Enter alone where that is chosen', async () => {
  await show()
  await focus(question())
  await typeInto(question(), '問い')
  await pressKey('Enter', { isComposing: true })
  await pressKey('Enter', { shiftKey: true })
  await doing(() => useChat.setState({ sendKey: 'modEnter' }))
  await pressKey('Enter')
  expect(asked()).toEqual([])
  await pressKey('Enter', { ctrlKey: true })
  expect(asked()).toMatchObject([{ question: '問い' }])
})

it('recalls earlier questions by the arrow keys, and leaves what is typed alone', async () => {
  const turns = [aTurn(1, null, '一', [done('1')]), aTurn(2, 1, '二', [done('2')])]
  await show(aConversation({ turns, current: turnId(2) }))
  await focus(question())
  const values: string[] = []
  for (const key of ['ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowDown', 'ArrowDown']) {
    await pressKey(key)
    values.push(question().value)
  }
  expect(values).toEqual(['二', '一', '一', '二', ''])
  await typeInto(question(), '書きかけ')
  await pressKey('ArrowUp')
  expect(question().value).toBe('書きかけ')
})

it('shows Markdown as elements and hostile markup as text, with speed and time', async () => {
  const text = '# 題\n\n| a | b |\n|-|-|\n| 1 | **2** |\n\n<img src=x onerror=alert(1)>![絵](https://example.com/x.png)'
  await show(aConversation({ turns: [aTurn(1, null, '一', [done(text)])], current: turnId(1) }))
  expect([...log().querySelectorAll('td')].map(({ textContent }) => textContent)).toEqual(['1', '2'])
  expect(log().querySelectorAll('img, a, script')).toHaveLength(0)
  expect(log().textContent).toContain('<img src=x onerror=alert(1)>絵 (https://example.com/x.png)')
  expect(log().textContent).toContain('10 トークン/秒・最初の文字まで 0.04 秒')
})

it('marks what differs between two answers, and not where that is off', async () => {
  const turns = [aTurn(1, null, '一', [done('赤い花です'), done('青い花です')])]
  await show(aConversation({ turns, current: turnId(1) }))
  expect([...log().querySelectorAll('mark')].map(({ textContent }) => textContent)).toEqual(['赤い', '青い'])
  await doing(() => useChat.setState({ marksDifferences: false }))
  expect(log().querySelectorAll('mark')).toHaveLength(0)
})

it('tells why an answer ended, offers to go on, and names who is gone; the rest stays readable', async () => {
  useExperiments.setState({ list: { kind: 'ready', items: [] } })
  const cut = { kind: 'done', answer: answered('途中', { finish: 'length', droppedTurns: 2 }) } as const
  const failed = { kind: 'failed', text: '', error: { code: 'engine/unavailable', facts: { reason: 'x' } } } as const
  await show(aConversation({ turns: [aTurn(1, null, '一', [cut, failed])], current: turnId(1) }))
  expect(log().textContent).toContain('最大の長さで打ち切り・古いやりとり 2 回分')
  expect(allByRole('button', log()).map((each) => each.getAttribute('aria-label'))).toContain('続きを書く')
  expect(log().querySelector('[role="alert"]')!.textContent).not.toBe('')
  expect(log().textContent).toContain('実験（削除済み）')
  expect(document.querySelector('[role="status"]')!.textContent).toContain('「実験」は削除されたため')
})
