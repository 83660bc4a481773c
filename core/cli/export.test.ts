import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { HubModelId, UserError, type ExportJob, type ExportTest } from '../contract/index.ts'
import type { CliContext } from './context.ts'
import { exportCommand } from './export.ts'

const answer = { question: 'Q', run: 'A', written: 'B' }
const job = { jobId: 'j', form: 'merged', step: 3, writtenBytes: 1, totalBytes: 1, remainingSeconds: null }
const page = 'http://hub/owner/dog'
const sent = { repository: 'owner/dog', sentBytes: 1, totalBytes: 1, remainingSeconds: null } as const
let publication: NonNullable<ExportJob['publication']>
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
    'exports.publicationPlan': () => ({ warnings: [{ code: 'licence/unknown', facts: {} }] }),
    'exports.publish': () => {
      tell({ ...ended, publication: { ...publication, state: 'sending' } })
      tell({ ...ended, publication })
      return null
    },
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
  publication = { ...sent, repository: HubModelId.parse(sent.repository), state: 'done', url: page, error: null }
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

  it('has Ollama make a model, and fails where it does not', async () => {
    const end = (error: UserError['error'] | null): Partial<ExportJob> => {
      const { result, ...rest } = done({ kind: 'postponed' })
      return { ...rest, result: { ...result!, ollama: { name: 'inu' as never, error } } }
    }
    const args = ['犬', '--to', 'gguf:Q8_0', '--out', folder, '--create', 'inu'] as const
    expect(await run(end(null), ...args, '--replace')).toBe(0)
    expect(asked['exports.start']).toMatchObject({ ollama: { name: 'inu', replace: true } })
    expect(printed.at(-1)).toContain('ollama run inu')
    await expect(run(end({ code: 'ollama/no-space', facts: {} }), ...args)).rejects.toThrow('ollama/no-space')
  })

  it.each([
    [[], 'cli/usage'],
    [['x-1', '--to', 'gguf', '--out', 'o', '--create', 'いぬ'], 'cli/usage'],
    [['x-1', '--to', 'merged', '--out', 'o', '--create', 'inu'], 'cli/usage'],
    [['x-1', '--to', 'gguf', '--out', 'o', '--replace'], 'cli/usage'],
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

describe('terakoya export --to hub', () => {
  const same = done({ kind: 'same', answers: [] })
  const warned: string[] = []
  beforeEach(() => {
    vi.spyOn(console, 'error').mockImplementation((line: string) => void warned.push(line))
  })

  it('writes an adapter and publishes it, private, after what its licence asks was told', async () => {
    expect(await run(same, '犬', '--to', 'hub', '--repo', 'owner/dog')).toBe(0)
    expect(asked['exports.start']).toEqual({ id: 'x-1', form: 'peft', options: {} })
    expect(asked['exports.publish']).toEqual({ jobId: 'j', repository: 'owner/dog', isPrivate: true, mayExist: true })
    expect(printed.at(-1)).toContain(page)
    expect(warned).toHaveLength(1)
  })

  it('takes a form, and is public where that is said', async () => {
    expect(await run(same, '犬', '--to', 'hub:merged', '--repo', 'owner/dog', '--public', '--json')).toBe(0)
    expect(asked['exports.start']).toMatchObject({ form: 'merged' })
    expect(asked['exports.publish']).toMatchObject({ isPrivate: false })
    expect(JSON.parse(printed.at(-1)!)).toEqual({ repository: 'owner/dog', url: page })
  })

  it.each([
    ['cli/usage', '犬', '--to', 'hub'],
    ['cli/usage', '犬', '--to', 'hub', '--repo', '犬'],
    ['cli/usage', '犬', '--to', 'hub', '--repo', 'dog'],
    ['export/not-published', '犬', '--to', 'hub:zip', '--repo', 'owner/dog'],
    ['setting/choice', '犬', '--to', 'hub:nothing', '--repo', 'owner/dog'],
  ])('refuses with %s: %s %s %s %s %s', async (code, ...args) => {
    await expect(run(same, ...args)).rejects.toMatchObject({ error: { code } })
    expect(asked['exports.start']).toBeUndefined()
  })

  it('says why it was not published', async () => {
    publication = { ...publication, state: 'failed', url: '', error: { code: 'hub/token-read-only', facts: {} } }
    const publishing = run(same, '犬', '--to', 'hub', '--repo', 'owner/dog')
    await expect(publishing).rejects.toMatchObject({ error: { code: 'hub/token-read-only' } })
    publication = { ...publication, state: 'cancelled', error: null }
    const stopped = run(same, '犬', '--to', 'hub', '--repo', 'owner/dog')
    await expect(stopped).rejects.toMatchObject({ error: { code: 'export/stopped' } })
  })
})

it.each(['library', 'lm-studio'])('needs no folder for %s, which has its own', async (form) => {
  expect(await run(done({ kind: 'same', answers: [] }), '犬', '--to', form)).toBe(0)
  expect(asked['exports.start']).toEqual({ id: 'x-1', form, options: {} })
})
