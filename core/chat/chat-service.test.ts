import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  defaultSettings,
  generationSettingsOf,
  UserError,
  type ChatAnswer,
  type ChatSource,
} from '../contract/index.ts'
import { EngineGone } from '../engine/engine-client.ts'
import type { GenerateEvent, GenerateJob } from '../engine/engine-protocol.ts'
import { checkpointState } from '../training/checkpoint-folder.ts'
import { createChatService, type ChatEvent } from './chat-service.ts'

let folder: string
let jobs: GenerateJob[]
let events: (readonly [string, unknown])[]
/** What the engine does with a job. */
let engine: (job: GenerateJob, hear: (event: GenerateEvent) => void) => Promise<null>
let cancelled: number

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-chat-'))
  jobs = []
  events = []
  cancelled = 0
  engine = async ({ targets }, hear) => {
    for (const target of targets.keys()) {
      hear({ kind: 'token', target, text: '答え' })
      hear({ kind: 'done', target, answer: answered('答え'), prompt: [], tokens: [] })
    }
    return null
  }
  for (const step of [4, 8]) {
    const checkpoint = join(folder, 'checkpoints', String(step))
    await mkdir(checkpoint, { recursive: true })
    await writeFile(join(checkpoint, 'adapter_config.json'), '{}')
    await checkpointState.write(join(checkpoint, 'state.json'), {
      step,
      epoch: 1,
      seed: 1,
      evaluatedStep: null,
      bestValidationLoss: null,
      bestStep: null,
      lastLoss: null,
      bestScore: null,
      microBatchRows: null,
      lossScale: null,
    })
  }
  await writeFile(join(folder, 'checkpoints', 'last'), '8')
})
afterEach(() => rm(folder, { recursive: true }))

const answered = (text: string): ChatAnswer => ({
  text,
  finish: 'stop',
  tokenCount: 1,
  tokensPerSecond: 1,
  droppedTurns: 0,
})
const settings = generationSettingsOf(defaultSettings())
const messages = [{ role: 'user' as const, content: '問い' }]
const base = { kind: 'model', modelId: 'base' } as ChatSource
const run = (changes: object = {}) => ({ kind: 'experiment', experimentId: 'run', ...changes }) as ChatSource

function open() {
  const record = { id: 'run', name: '実験', folder, model: { id: 'base', name: '', folder: '/base' } }
  const models = {
    async find(id: string) {
      if (id !== 'base') throw new UserError('model/not-found', { model: id })
      return { folder: '/base' }
    },
    locate: async () => '/base',
    check: async () => undefined,
  }
  const experiments = {
    async record(id: string) {
      if (id !== 'run') throw new UserError('experiment/not-found', { id })
      return { ...record, settings: { ...defaultSettings(), 'dataset.text_answer_separator': '回答:' } }
    },
  }
  return createChatService({
    devices: async () => ({ devices: [], recommended: { kind: 'cpu', reason: 'no-gpu' } }),
    models: () => models as never,
    experiments: () => experiments as never,
    emit: (name, payload) => events.push([name, payload]),
    engine: {
      call(_: string, job: GenerateJob, hear: (event: GenerateEvent) => void) {
        jobs.push(job)
        return { result: engine(job, hear), cancel: () => void cancelled++, stop: () => undefined }
      },
    } as never,
  })
}

async function ask(...sources: ChatSource[]): Promise<ChatEvent[]> {
  const heard: ChatEvent[] = []
  const targets = sources.map((source) => ({ source, messages }))
  await open().answer({ targets, settings }, (event) => heard.push(event)).settled
  return heard
}
const places = () =>
  jobs.flatMap(({ targets }) => targets.map(({ modelFolder, adapterFolder }) => [modelFolder, adapterFolder]))

it('asks a run with its last checkpoint, with another one, and without its adapter', async () => {
  await ask(base, run(), run({ step: 4 }), run({ adapter: 'off' }))
  expect(places()).toEqual([
    ['/base', null],
    ['/base', join(folder, 'checkpoints', '8')],
    ['/base', join(folder, 'checkpoints', '4')],
    ['/base', null],
  ])
  // The base model beside its run, and the run without its adapter, are asked in the run's format.
  expect(new Set(jobs[0]!.targets.map(({ format }) => JSON.stringify(format))).size).toBe(1)
})

it('lets a source that is gone fail alone, and gives every answer to the target that asked', async () => {
  const gone = { kind: 'model', modelId: 'gone' } as ChatSource
  const heard = await ask(gone, base, run({ experimentId: 'none' }), run({ step: 5 }), run())
  expect(heard).toMatchObject([
    { kind: 'failed', target: 0, error: { code: 'model/not-found' } },
    { kind: 'failed', target: 2, error: { code: 'experiment/not-found' } },
    { kind: 'failed', target: 3, error: { code: 'chat/no-checkpoint', facts: { name: '実験', step: 5 } } },
    { kind: 'token', target: 1 },
    { kind: 'done', target: 1 },
    { kind: 'token', target: 4 },
    { kind: 'done', target: 4 },
  ])
  jobs = []
  await ask(gone)
  expect(jobs).toEqual([])
})

it('ends every answer once: also where the engine goes, or leaves one unsaid', async () => {
  engine = async (_, hear) => {
    hear({ kind: 'done', target: 0, answer: answered('一'), prompt: [], tokens: [] })
    hear({ kind: 'done', target: 0, answer: answered('二'), prompt: [], tokens: [] })
    throw new EngineGone({ code: 1, reason: 'killed' } as never, false)
  }
  expect(await ask(base, run())).toMatchObject([
    { kind: 'done', target: 0, answer: { text: '一' } },
    { kind: 'failed', target: 1, error: { code: 'engine/unavailable', facts: { reason: 'killed' } } },
  ])
  engine = async () => null
  expect(await ask(base)).toMatchObject([{ kind: 'done', target: 0, answer: { finish: 'cancelled' } }])
})

it('cancels before the engine was asked, and after', async () => {
  const request = { targets: [{ source: base, messages }], settings }
  const heard: ChatEvent[] = []
  const early = open().answer(request, (event) => heard.push(event))
  early.cancel()
  await early.settled
  expect(jobs).toEqual([])
  expect(heard).toMatchObject([{ kind: 'done', answer: { finish: 'cancelled' } }])
  let end = () => {}
  engine = () => new Promise((resolve) => (end = () => resolve(null)))
  const late = open().answer(request, () => {})
  await expect.poll(() => jobs.length).toBe(1)
  late.cancel()
  expect(cancelled).toBe(1)
  end()
  await late.settled
})

it('tells windows and the terminal under the name of their request', async () => {
  const chat = open()
  await chat.ask({ requestId: 'r', targets: [{ source: base, messages }], settings })
  await expect.poll(() => events).toHaveLength(2)
  expect(events).toEqual([
    ['chat.token', { requestId: 'r', target: 0, text: '答え' }],
    ['chat.done', { requestId: 'r', target: 0, answer: answered('答え') }],
  ])
})

it('gives different short questions of the rows that a run was taught, and of those that it was not', async () => {
  await mkdir(join(folder, 'data'))
  const line = (prompt: string, index: number) =>
    JSON.stringify({ rowId: index, rowNumber: index + 1, prompt, answer: '答え' })
  const write = (name: string, prompts: string[]) =>
    writeFile(join(folder, 'data', name), prompts.map((prompt, index) => `${line(prompt, index)}\n`).join(''))
  await write('train.jsonl', ['一', '一', '二', 'あ'.repeat(200), ...Array.from({ length: 9 }, (_, n) => `問い${n}`)])
  await write('validation.jsonl', ['二', '三'])
  const chat = open()
  expect(await chat.questions({ id: 'run' as never })).toEqual({
    train: ['一', '二', '問い0', '問い1', '問い2', '問い3'],
    validation: ['三'],
  })
  await rm(join(folder, 'data'), { recursive: true })
  expect(await chat.questions({ id: 'run' as never })).toEqual({ train: [], validation: [] })
})
