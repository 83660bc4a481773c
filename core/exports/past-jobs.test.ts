import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ExportJob } from '../contract/index.ts'
import { exportList, MAX_JOBS, PastJobs } from './past-jobs.ts'

let folder: string
let file: string
let reports: unknown[]
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'past-jobs-'))
  file = join(folder, 'account', 'exports.json')
  reports = []
})
afterEach(() => rm(folder, { recursive: true }))

const open = () => new PastJobs(file, (_, error) => reports.push(error))
const idOf = (count: number): string => count.toString(16).padStart(16, '0')
async function job(count: number, changes: Partial<ExportJob> = {}): Promise<ExportJob> {
  const place = join(folder, `${count}.gguf`)
  await writeFile(place, 'GGUF')
  return {
    jobId: idOf(count),
    experimentId: 'x-20260101-000000' as never,
    experimentName: '犬',
    step: 4,
    form: 'gguf',
    options: { mix: 'F16' },
    state: 'done',
    writtenBytes: 4,
    totalBytes: 4,
    remainingSeconds: null,
    finishedAt: '2026-01-01T00:00:00.000Z',
    result: { place, files: [{ name: `${count}.gguf`, sizeBytes: 4 }], test: { kind: 'same', answers: [] } },
    error: null,
    publication: null,
    ...changes,
  }
}

it('gives back what was written, the latest first, as long as it is there', async () => {
  const [one, two] = [await job(1), await job(2)]
  const first = open()
  first.keep(one)
  first.keep(two)
  await first.close()
  expect(await open().list()).toEqual([two, one])
  await rm(two.result!.place)
  expect(await open().list()).toEqual([one])
  expect(reports).toEqual([])
})

it('keeps nothing of a job that has written nothing, or is at it again', async () => {
  const jobs = open()
  jobs.keep(await job(1, { state: 'failed', result: null, finishedAt: null }))
  jobs.keep(await job(2, { state: 'testing' }))
  expect(await jobs.list()).toEqual([])
})

it('says of what was being sent that it was not published', async () => {
  const publication = {
    repository: 'owner/dog' as never,
    state: 'sending',
    sentBytes: 3,
    totalBytes: 4,
    remainingSeconds: 9,
    url: '',
    error: null,
  } as const
  const jobs = open()
  jobs.keep(await job(1))
  jobs.keep(await job(1, { publication }))
  expect(await jobs.list()).toMatchObject([
    { publication: { state: 'failed', sentBytes: 3, error: { code: 'export/interrupted' } } },
  ])
  jobs.keep(await job(1, { publication: { ...publication, state: 'done', url: 'https://h/owner/dog' } }))
  expect(await jobs.list()).toMatchObject([{ publication: { state: 'done', url: 'https://h/owner/dog', error: null } }])
})

it('leaves what other studios of the account have noted, and forgets the oldest', async () => {
  const [ours, others] = [open(), open()]
  ours.keep(await job(0))
  await ours.close()
  others.keep(await job(1))
  await others.close()
  ours.keep(await job(2))
  expect((await ours.list()).map(({ jobId }) => jobId)).toEqual([2, 1, 0].map(idOf))
  for (let count = 3; count <= MAX_JOBS; count++) ours.keep(await job(count))
  const kept = await ours.list()
  expect([kept.length, kept.at(-1)!.jobId]).toEqual([MAX_JOBS, idOf(1)])
})

it('ends no job badly whose result is too large to be noted', async () => {
  const rows = Array.from({ length: 300_000 }, (_, row) => row)
  const { result, ...rest } = await job(1)
  const test = { kind: 'same' as const, answers: [], texts: { rowCount: rows.length, differing: rows.length, rows } }
  const jobs = open()
  jobs.keep({ ...rest, result: { ...result!, test } })
  jobs.keep(await job(2))
  expect((await jobs.list()).map(({ jobId }) => jobId)).toEqual([idOf(2)])
  expect(reports).toHaveLength(1)
})

it.each(['', '{', '{"jobs":[{}]}', '{"jobs":[],"version":9}'])('begins anew where the file is %j', async (text) => {
  const jobs = open()
  jobs.keep(await job(1))
  await jobs.close()
  await writeFile(file, text)
  expect(await open().list()).toEqual([])
  const next = open()
  next.keep(await job(2))
  await next.close()
  expect(exportList.parse(await readFile(file, 'utf8')).jobs).toHaveLength(1)
})
