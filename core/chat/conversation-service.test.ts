import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  defaultSettings,
  generationSettingsOf,
  UserError,
  type ChatAnswer,
  type ChatColumn,
  type ChatMessage,
  type Conversation,
  type ConversationId,
  type Events,
  type GenerationSettings,
  type PathToWrite,
  type TurnId,
} from '../contract/index.ts'
import type { ChatEvent, ChatTarget } from './chat-service.ts'
import { createConversationService, type ConversationService } from './conversation-service.ts'

/** Asked, and answered when the test says so. */
interface Asked {
  readonly targets: readonly ChatTarget[]
  readonly settings: GenerationSettings
  readonly hear: (event: ChatEvent) => void
  readonly settle: () => void
}

let library: string
let asked: Asked[]
let events: (readonly [string, unknown])[]
let service: ConversationService

const open = (isWritable = true): ConversationService =>
  createConversationService({
    folder: join(library, 'conversations'),
    trashFolder: join(library, 'trash'),
    isWritable,
    language: () => 'ja',
    emit: (name, payload) => events.push([name, payload]),
    chat: {
      answer(request, hear) {
        let settle = () => {}
        const open = new Set(request.targets.keys())
        const settled = new Promise<void>((resolve) => (settle = resolve))
        asked.push({
          ...request,
          settle,
          hear(event) {
            if (event.kind !== 'token') open.delete(event.target)
            hear(event)
          },
        })
        const cancel = () => {
          for (const target of open) hear({ kind: 'done', target, answer: { ...answered(''), finish: 'cancelled' } })
          settle()
        }
        return { cancel, settled }
      },
    },
  })

beforeEach(async () => {
  library = await mkdtemp(join(tmpdir(), 'terakoya-conversations-'))
  for (const name of ['conversations', 'trash']) await mkdir(join(library, name))
  asked = []
  events = []
  service = open()
})
afterEach(async () => {
  await service.close()
  await rm(library, { recursive: true })
})

const settings = generationSettingsOf(defaultSettings())
const all = { historyTurns: 50, maxSeconds: 0 }
const base: ChatColumn = { source: { kind: 'model', modelId: 'base' as never }, name: 'ベース' }
const run: ChatColumn = { source: { kind: 'experiment', experimentId: 'run' as never }, name: '実験' }
const answered = (text: string): ChatAnswer => ({
  text,
  finish: 'stop',
  tokenCount: [...text].length,
  tokensPerSecond: 10,
  droppedTurns: 0,
})
const turnId = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}` as TurnId
const begin = (columns = [base]) => service.create({ columns, system: '' })
const ask = (id: ConversationId, number: number, question: string, parent: TurnId | null = null) =>
  service.ask({ id, turn: turnId(number), parent, question, settings, ...all })

/** Every column says this, and the question is over. */
async function answer(id: ConversationId, ...texts: string[]): Promise<Conversation> {
  const { hear, settle } = asked.at(-1)!
  for (const [target, text] of texts.entries()) {
    hear({ kind: 'token', target, text })
    hear({ kind: 'done', target, answer: answered(text) })
  }
  settle()
  await expect
    .poll(() => service.vote({ id, turn: turnId(0), column: 0, vote: null }).catch(codeOf))
    .toBe('conversation/no-turn')
  await settledOf(id)
  return service.open({ id })
}
const codeOf = (error: unknown) => (error as UserError).error.code
/** Until another question may be asked. */
const settledOf = (id: ConversationId) =>
  expect
    .poll(async () => service.goOn({ id, turn: turnId(0), column: 0, settings, ...all }).catch(codeOf))
    .toBe('conversation/no-turn')
const contents = (messages: readonly ChatMessage[]) => messages.map(({ content }) => content)
const textsOf = ({ turns }: Conversation) =>
  turns.map(({ answers }) =>
    answers.map(({ state }) => (state.kind === 'done' ? state.answer.text : `${state.kind}: ${state.text}`)),
  )

describe('a conversation', () => {
  it('is a plain file that holds everything after the studio has ended', async () => {
    const { id } = await service.create({ columns: [base, run], system: '短く' })
    await ask(id, 1, '寺子屋とは?\n詳しく')
    await answer(id, '学校', '塾')
    await service.change({ id, isPinned: true })
    await service.vote({ id, turn: turnId(1), column: 1, vote: 'up' })
    await service.close()
    service = open()
    const read = await service.open({ id })
    expect(read).toMatchObject({ name: '寺子屋とは?', isPinned: true, system: '短く', current: turnId(1) })
    expect(textsOf(read)).toEqual([['学校', '塾']])
    expect(read.turns[0]!.answers.map(({ vote }) => vote)).toEqual([null, 'up'])
    const file = JSON.parse(await readFile(join(library, 'conversations', `${id}.json`), 'utf8'))
    expect(file).toMatchObject({ version: 1, name: '寺子屋とは?', turns: [{ question: '寺子屋とは?\n詳しく' }] })
  })

  it('sends each column its own earlier answers, along the branch that is asked', async () => {
    const { id } = await service.create({ columns: [base, run], system: '規則' })
    await ask(id, 1, '一')
    await answer(id, '左1', '右1')
    await ask(id, 2, '二', turnId(1))
    await answer(id, '左2', '右2')
    await ask(id, 3, '二の別の言い方', turnId(1))
    expect(asked.at(-1)!.targets.map(({ messages }) => contents(messages))).toEqual([
      ['規則', '一', '左1', '二の別の言い方'],
      ['規則', '一', '右1', '二の別の言い方'],
    ])
    await answer(id, '左3', '右3')
    await service.change({ id, columns: [base, run, { ...run, source: { ...run.source, adapter: 'off' } as never }] })
    await service.ask({ id, turn: turnId(4), parent: turnId(3), question: '四', settings, ...all })
    expect(contents(asked.at(-1)!.targets[2]!.messages)).toEqual(['規則', '一', '左1', '二の別の言い方', '左3', '四'])
    await answer(id, 'a', 'b', 'c')
    await service.ask({ id, turn: turnId(5), parent: turnId(4), question: '五', settings, ...all, historyTurns: 0 })
    expect(contents(asked.at(-1)!.targets[0]!.messages)).toEqual(['規則', '五'])
    await answer(id, 'd', 'e', 'f')
    const last = { turn: turnId(6), parent: turnId(5), question: '六', settings, maxSeconds: 0 }
    await service.ask({ id, ...last, historyTurns: 2 })
    expect(contents(asked.at(-1)!.targets[0]!.messages)).toEqual(['規則', '四', 'a', '五', 'd', '六'])
  })

  it('keeps what was cancelled, what failed, and what its studio left behind', async () => {
    const { id } = await begin([base, run])
    await ask(id, 1, '一')
    asked[0]!.hear({ kind: 'token', target: 0, text: '途中' })
    asked[0]!.hear({ kind: 'failed', target: 0, error: { code: 'engine/unavailable', facts: { reason: 'x' } } })
    await service.stop({ id })
    await settledOf(id)
    const { turns } = await service.open({ id })
    expect(turns[0]!.answers.map(({ state }) => state)).toMatchObject([
      { kind: 'failed', text: '途中', error: { code: 'engine/unavailable', facts: { reason: 'x' } } },
      { kind: 'done', answer: { text: '', finish: 'cancelled' } },
    ])
    await ask(id, 2, '二', turnId(1))
    const left = open()
    expect((await left.open({ id })).turns[1]!.answers[0]!.state).toMatchObject({
      kind: 'done',
      answer: { finish: 'cancelled' },
    })
  })

  it('goes on where an answer was cut off', async () => {
    const { id } = await begin()
    await ask(id, 1, '一')
    await answer(id, '東京は')
    await service.goOn({ id, turn: turnId(1), column: 0, settings, ...all })
    expect(asked.at(-1)!.targets[0]!.messages).toEqual([
      { role: 'user', content: '一' },
      { role: 'assistant', content: '東京は' },
    ])
    expect(textsOf(await answer(id, '首都です'))).toEqual([['東京は首都です']])
  })

  it('gives a question back that is too long for everybody, and keeps one that somebody could read', async () => {
    const { id } = await begin([base, run])
    const tooLong = (target: number): ChatEvent => ({
      kind: 'failed',
      target,
      error: { code: 'chat/too-long', facts: { limit: 9 } },
    })
    await ask(id, 1, '長い')
    asked[0]!.hear(tooLong(0))
    asked[0]!.hear(tooLong(1))
    asked[0]!.settle()
    await settledOf(id)
    expect(await service.open({ id })).toMatchObject({ turns: [], current: null })
    expect(events.at(-1)).toMatchObject([
      'conversations.withdrawn',
      { turn: turnId(1), error: { facts: { limit: 9 } } },
    ])
    await ask(id, 2, '長い')
    asked[1]!.hear(tooLong(0))
    asked[1]!.hear({ kind: 'done', target: 1, answer: answered('読めた') })
    asked[1]!.settle()
    await settledOf(id)
    expect(textsOf(await service.open({ id }))).toEqual([['failed: ', '読めた']])
  })

  it('is asked one question at a time, with one seed for all columns', async () => {
    const { id } = await begin([base, run])
    const sampled = { ...settings, 'prediction.do_sample': true }
    await service.ask({ id, turn: turnId(1), parent: null, question: '一', settings: sampled, ...all })
    expect(asked[0]!.settings['prediction.seed']).toBeGreaterThanOrEqual(0)
    await expect(ask(id, 2, '二')).rejects.toThrow('conversation/busy')
    await expect(service.change({ id, current: turnId(7) })).rejects.toThrow('conversation/no-turn')
  })
})

it('ends answers that take longer than they may', async () => {
  const { id } = await begin()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    await service.ask({ id, turn: turnId(1), parent: null, question: '一', settings, historyTurns: 0, maxSeconds: 30 })
    vi.advanceTimersByTime(29_999)
    expect(events.filter(([name]) => name === 'conversations.answered')).toEqual([])
    vi.advanceTimersByTime(1)
  } finally {
    vi.useRealTimers()
  }
  expect(events.filter(([name]) => name === 'conversations.answered')).toMatchObject([
    ['conversations.answered', { answer: { state: { answer: { finish: 'cancelled' } } } }],
  ])
})

describe('the list', () => {
  it('has pinned ones first, and is searched in names, questions and answers in any width of letters', async () => {
    const made: Conversation[] = []
    for (const [question, text] of [
      ['りんご', '果物です'],
      ['ＡＢＣ', '文字です'],
      ['みかん', '果物です'],
    ] as const) {
      const { id } = await begin()
      await ask(id, 1, question)
      made.push(await answer(id, text))
    }
    await service.change({ id: made[0]!.id, isPinned: true })
    const names = async (query: string) => (await service.list({ query })).map(({ name }) => name)
    expect((await names(''))[0]).toBe('りんご')
    expect((await names('果物')).sort()).toEqual(['みかん', 'りんご'])
    expect(await names('abc')).toEqual(['ＡＢＣ'])
    expect(await names('ない')).toEqual([])
    await service.change({ id: made[1]!.id, name: '改名' })
    expect(await names('改名')).toEqual(['改名'])
  })

  it('names what is damaged, and takes no link and no other file', async () => {
    const folder = join(library, 'conversations')
    const [damaged, linked] = ['c20260101-aaaaaaaaaaaa', 'c20260101-bbbbbbbbbbbb'] as ConversationId[]
    await writeFile(join(folder, `${damaged}.json`), '{"version": 1, "name": 3}')
    await writeFile(join(folder, 'notes.json'), '{}')
    await symlink('/etc/passwd', join(folder, `${linked}.json`))
    expect(await service.list({ query: '' })).toMatchObject([
      { id: damaged, problem: { code: 'conversation/damaged' } },
    ])
    await expect(service.open({ id: damaged! })).rejects.toThrow('conversation/damaged')
    await expect(service.open({ id: linked! })).rejects.toThrow('conversation/not-found')
    await service.remove({ id: damaged! })
    expect(await service.restore({ id: damaged! })).toMatchObject({ problem: { code: 'conversation/damaged' } })
  })

  it('lets one go to the trash and back', async () => {
    const { id } = await begin()
    await ask(id, 1, '一')
    const before = await answer(id, '答え')
    await service.remove({ id })
    expect(await service.list({ query: '' })).toEqual([])
    await expect(service.open({ id })).rejects.toThrow('conversation/not-found')
    await service.restore({ id })
    expect(await service.open({ id })).toEqual(before)
    await expect(service.restore({ id })).rejects.toThrow('trash/not-found')
  })

  it('writes nothing where another studio writes', async () => {
    const { id } = await begin()
    await ask(id, 1, '一')
    const before = await answer(id, '答え')
    await service.close()
    service = open(false)
    await ask(id, 2, '二', turnId(1))
    expect(textsOf(await answer(id, '別の答え'))).toEqual([['答え'], ['別の答え']])
    await service.close()
    service = open()
    expect(await service.open({ id })).toEqual(before)
  })
})

describe('an export', () => {
  const written = async (id: ConversationId, format: 'markdown' | 'json') => {
    const target = join(library, 'out') as PathToWrite
    await service.export({ id, format, target })
    return readFile(target, 'utf8')
  }

  it('has the branch in view, as Markdown and as messages for each column', async () => {
    const { id } = await service.create({ columns: [base, run], system: '規則' })
    await ask(id, 1, '一')
    await answer(id, '左', '右')
    await ask(id, 2, '別の一')
    await answer(id, '左2', '右2')
    expect(await written(id, 'markdown')).toBe(
      '# 一\n\n## システムプロンプト\n\n規則\n\n## 質問\n\n別の一\n\n### ベース\n\n左2\n\n### 実験\n\n右2\n\n',
    )
    expect(JSON.parse(await written(id, 'json'))).toMatchObject({
      name: '一',
      conversations: [
        {
          model: 'ベース',
          messages: [
            { role: 'system', content: '規則' },
            { role: 'user', content: '別の一' },
            { role: 'assistant', content: '左2' },
          ],
        },
        { model: '実験', messages: [{}, {}, { content: '右2' }] },
      ],
    })
  })
})

it('tells who follows what has changed', async () => {
  const { id } = await begin()
  expect(events).toEqual([])
  await ask(id, 1, '一')
  asked[0]!.hear({ kind: 'token', target: 0, text: '答' })
  const text: Events['conversations.text'] = { id, turn: turnId(1), column: 0, text: '答' }
  expect(events).toMatchObject([
    ['conversations.changed', { id, name: '一', columnNames: ['ベース'] }],
    ['conversations.text', text],
  ])
})
