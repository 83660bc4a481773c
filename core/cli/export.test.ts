import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { UserError, type ExportJob, type ExportTest } from '../contract/index.ts'
import type { CliContext } from './context.ts'
import { exportCommand } from './export.ts'

const answer = { question: 'Q', run: 'A', written: 'B' }
const job = { jobId: 'j', form: 'merged', step: 3, writtenBytes: 1, totalBytes: 1, remainingSeconds: null }
let folder: string
let printed: string[]
let asked: Record<string, unknown>

/** A studio with one run, whose export ends so. */
function studioThatEnds(ended: Partial<ExportJob>): CliContext {
  let listener: (job: ExportJob) => void = () => undefined
  const tell = (told: Partial<ExportJob>) => setImmediate(() => listener({ ...job, ...told } as ExportJob))
  const calls: Record<string, () => unknown> = {
    'experiments.list': () => [{ id: 'x-1', name: '犬' }],
    'exports.plan': () => ({ choices: [{ form: 'merged', options: { mix: ['F16', 'Q8_0'] } }] }),
    'exports.start': () => {
      tell({ state: 'writing' })
      if (ended.state !== 'cancelled') tell(ended)
      return job
    },
    'exports.cancel': () => tell(ended),
  }
  return {
    resourcesFolder: '/',
    async call(name, input) {
      asked[name] = input
      return (calls[name] as () => never)()
    },
    on(_, hear) {
      listener = hear as never
      return () => undefined
    },
    close: async () => undefined,
  }
}
const done = (test: ExportTest): Partial<ExportJob> => ({
  state: 'done',
  error: null,
  result: { place: '/out/犬-merged', files: [], test },
})

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-export-'))
  printed = []
  asked = {}
  vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line))
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(folder, { recursive: true })
})
const run = (ended: Partial<ExportJob>, ...args: string[]) => exportCommand(studioThatEnds(ended), args)

describe('terakoya export', () => {
  it('finds a run by its name, makes the folder, and passes on what was chosen', async () => {
    const out = join(folder, 'new')
    expect(await run(done({ kind: 'postponed' }), '犬', '--to', 'merged:Q8_0', '--out', out, '--step', '3')).toBe(0)
    expect(asked['exports.start']).toEqual({
      id: 'x-1',
      step: 3,
      folder: out,
      form: 'merged',
      options: { mix: 'Q8_0' },
    })
  })

  it('ends with 0 where the answers are the same, and with 1 where they differ, and shows them', async () => {
    const same = done({ kind: 'same', answers: [{ ...answer, same: true }] })
    expect(await run(same, 'x-1', '--to', 'merged', '--out', folder)).toBe(0)
    const different = done({ kind: 'different', answers: [{ ...answer, same: false }] })
    expect(await run(different, 'x-1', '--to', 'merged', '--out', folder)).toBe(1)
    expect(printed.at(-1)).toMatch(/Q[^]*A[^]*B/)
    expect(await run(different, 'x-1', '--to', 'merged', '--out', folder, '--json')).toBe(1)
    expect(JSON.parse(printed.at(-1)!)).toMatchObject({ place: '/out/犬-merged', test: { kind: 'different' } })
  })

  it('cancels at Ctrl+C and ends with 130', async () => {
    const ending = run({ state: 'cancelled', error: null, result: null }, 'x-1', '--to', 'merged', '--out', folder)
    await vi.waitFor(() => expect(asked['exports.start']).toBeDefined())
    process.emit('SIGINT')
    expect(await ending).toBe(130)
    expect(asked['exports.cancel']).toEqual({ jobId: 'j' })
  })

  it.each([
    [[], 'cli/usage'],
    [['x-1', '--out', 'o'], 'cli/usage'],
    [['x-1', '--to', 'merged'], 'cli/usage'],
    [['x-1', '--to', 'merged', '--out', 'o', '--step', 'x'], 'cli/usage'],
  ])('refuses %j', async (args, code) => {
    const error = await run({}, ...args).catch((failure: unknown) => (failure as UserError).error.code)
    expect(error).toBe(code)
  })

  it('refuses unknown runs and forms', async () => {
    const codeOf = (...args: string[]) =>
      run({}, ...args).catch((failure: unknown) => (failure as UserError).error.code)
    expect(await codeOf('nobody', '--to', 'merged', '--out', folder)).toBe('experiment/not-found')
    expect(await codeOf('x-1', '--to', 'docx', '--out', folder)).toBe('setting/choice')
  })
})
