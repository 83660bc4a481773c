import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolders } from '../checkpoints/testing/test-support.ts'
import { defaultSettings } from '../contract/index.ts'
import type { EngineClient } from '../engine/engine-client.ts'
import type { GenerateJob } from '../engine/engine-protocol.ts'
import { askBoth } from './self-test.ts'
import type { ExportSource } from './source.ts'

const newFolder = temporaryFolders()
const devices = async () => ({ devices: [], recommended: { kind: 'cpu', reason: 'no-gpu' } }) as const
const written = { modelFolder: '/written', adapterFolder: null, format: { kind: 'template' } } as const

/** An engine that answers each question with a token of the model's own where `differs` says so. */
function engineWhere(differs: (question: string) => boolean, jobs: GenerateJob[] = []): EngineClient {
  return {
    call(_: string, job: GenerateJob, onEvent: (event: unknown) => void) {
      jobs.push(job)
      for (const [target, { modelFolder, messages }] of job.targets.entries()) {
        const isOther = modelFolder === '/written' && differs(messages.at(-1)?.content ?? '')
        onEvent({ kind: 'done', target, answer: { text: isOther ? 'b' : 'a' }, tokens: [isOther ? 2 : 1] })
      }
      return { result: Promise.resolve(null), cancel: () => undefined, stop: () => undefined }
    },
  } as unknown as EngineClient
}

async function sourceWith(rows: readonly string[]): Promise<ExportSource> {
  const folder = await newFolder()
  await mkdir(join(folder, 'data'))
  const lines = rows.map((prompt, index) => JSON.stringify({ rowId: index, rowNumber: index + 1, prompt, answer: 'x' }))
  await writeFile(join(folder, 'data', 'validation.jsonl'), '')
  await writeFile(join(folder, 'data', 'train.jsonl'), `${lines.join('\n')}\n`)
  return {
    record: { folder, settings: { ...defaultSettings(), 'prediction.do_sample': true } },
    adapter: {},
    checkpointFolder: '/checkpoint',
    model: { folder: '/base' },
  } as unknown as ExportSource
}

it('asks both the same questions, greedily, and closes what it opened', async () => {
  const jobs: GenerateJob[] = []
  const source = await sourceWith(['1', '2', '2', '3', '4', '5', '6'])
  const engine = engineWhere(() => false, jobs)
  const test = await askBoth({ engine, devices }, source, written, new AbortController().signal)
  expect(test).toMatchObject({ kind: 'same', answers: ['1', '2', '3', '4', '5'].map((question) => ({ question })) })
  expect(jobs.map(({ targets }) => [targets[0]!.modelFolder, targets[0]!.adapterFolder])).toEqual([
    ['/base', '/checkpoint'],
    ['/written', null],
  ])
  for (const { once, settings } of jobs)
    expect([once, settings['prediction.do_sample'], settings['prediction.num_beams']]).toEqual([true, false, 1])
})

it('shows which answers differ', async () => {
  const engine = engineWhere((question) => question === '2')
  const source = await sourceWith(['1', '2'])
  const test = await askBoth({ engine, devices }, source, written, new AbortController().signal)
  expect(test).toEqual({
    kind: 'different',
    answers: [
      { question: '1', run: 'a', written: 'a', same: true },
      { question: '2', run: 'a', written: 'b', same: false },
    ],
  })
})

it('ends at once where it is cancelled, and tells the engine', async () => {
  let isCancelled = false
  const controller = new AbortController()
  const engine = {
    call() {
      setImmediate(() => controller.abort(new Error('cancelled')))
      return { result: new Promise(() => undefined), cancel: () => (isCancelled = true) }
    },
  } as unknown as EngineClient
  const ending = askBoth({ engine, devices }, await sourceWith(['1']), written, controller.signal)
  await expect(ending).rejects.toThrow('cancelled')
  expect(isCancelled).toBe(true)
})
