// What was exported before the studio was started: to be found, and published, again.
import { dirname } from 'node:path'
import { z } from 'zod'
import {
  ExperimentId,
  ExportFormId,
  HubModelId,
  isErrorCode,
  isExporting,
  UserError,
  type AppError,
  type ErrorCode,
  type ExportJob,
} from '../contract/index.ts'
import { ensureFolder } from '../files/ensure-folder.ts'
import { defineStored } from '../files/stored.ts'
import { isThere } from './place.ts'

/** Jobs that are remembered. */
export const MAX_JOBS = 100
const MAX_TEXT = 200_000
const Bytes = z.number().nonnegative()
const Text = z.string().max(MAX_TEXT)

const Failure = z.object({
  code: z.custom<ErrorCode>(isErrorCode),
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
}) satisfies z.ZodType<AppError>

const Compared = {
  answers: z.array(z.object({ question: Text, run: Text, written: Text, same: z.boolean() })).max(1000),
  texts: z
    .object({ rowCount: z.number(), differing: z.number(), rows: z.array(z.number()).max(MAX_TEXT) })
    .exactOptional(),
}

const Result = z.object({
  place: z.string().max(4096),
  files: z.array(z.object({ name: z.string().max(300), sizeBytes: Bytes })).max(10_000),
  test: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('same'), ...Compared }),
    z.object({ kind: z.literal('different'), ...Compared, lossy: z.boolean().exactOptional() }),
    z.object({ kind: z.literal('postponed') }),
    z.object({ kind: z.literal('failed'), error: Failure }),
  ]),
})

const Publication = z.object({
  repository: HubModelId,
  state: z.enum(['sending', 'done', 'failed', 'cancelled']),
  sentBytes: Bytes,
  totalBytes: Bytes,
  url: z.string().max(2000),
  error: Failure.nullable(),
})

const PastJob = z.object({
  jobId: z.string().regex(/^[0-9a-f]{16}$/),
  experimentId: ExperimentId,
  experimentName: z.string().max(1000),
  step: z.number().int().nonnegative(),
  form: ExportFormId,
  options: z.record(z.string(), z.string()),
  totalBytes: Bytes,
  /** ISO 8601 */
  finishedAt: z.string().max(40),
  result: Result,
  publication: Publication.nullable(),
})
type PastJob = z.infer<typeof PastJob>

/** Of this account, not of a library: what it names is sent to the Hub, and a library may be others'. */
export const exportList = defineStored({
  name: 'exports.json',
  schema: z.object({ jobs: z.array(PastJob).max(MAX_JOBS) }),
  migrations: [],
  maxBytes: 50_000_000,
})

/** Jobs of this studio and of earlier ones, in a file. */
export class PastJobs {
  readonly #file: string
  readonly #report: (place: string, error: unknown) => void
  #writing: Promise<void> = Promise.resolve()
  readonly #written = new Map<string, string>()

  constructor(file: string, report: (place: string, error: unknown) => void) {
    this.#file = file
    this.#report = report
  }

  /** Those whose files are still where they were written, the latest first. */
  async list(): Promise<ExportJob[]> {
    await this.#writing
    const jobs = await this.#read()
    const there = await Promise.all(jobs.map(({ result }) => isThere(result.place)))
    return jobs.filter((_, index) => there[index]).map(jobOf)
  }

  /** Notes what has become of a job that has written something; later news replace earlier ones. */
  keep(job: ExportJob): void {
    const { result, finishedAt, publication } = job
    if (!result || finishedAt === null || isExporting(job.state)) return
    // Sending is told several times a second.
    const news = JSON.stringify([result, publication?.repository, publication?.state])
    if (this.#written.get(job.jobId) === news) return
    this.#written.set(job.jobId, news)
    // What cannot be noted is not remembered: the job itself has ended well.
    this.#writing = this.#writing
      .then(() => this.#write(PastJob.parse({ ...job, finishedAt, result })))
      .catch((error: unknown) => {
        if (!(error instanceof UserError)) this.#report('exports', error)
      })
  }

  close(): Promise<void> {
    return this.#writing
  }

  /** Other studios of this account write too: theirs stay. */
  async #write(past: PastJob): Promise<void> {
    const others = (await this.#read()).filter(({ jobId }) => jobId !== past.jobId)
    await ensureFolder(dirname(this.#file))
    await exportList.write(this.#file, { jobs: [past, ...others].slice(0, MAX_JOBS) })
  }

  async #read(): Promise<readonly PastJob[]> {
    // A list that cannot be read is none: what was exported is where it is.
    return (await exportList.read(this.#file).catch(() => ({ jobs: [] }))).jobs
  }
}

/** What was being sent when the studio ended was not published. */
function jobOf({ publication, ...past }: PastJob): ExportJob {
  const ended = publication?.state === 'sending' ? INTERRUPTED : {}
  return {
    ...past,
    state: 'done',
    writtenBytes: past.totalBytes,
    remainingSeconds: null,
    error: null,
    publication: publication && { ...publication, remainingSeconds: null, ...ended },
  }
}

const INTERRUPTED = { state: 'failed', error: new UserError('export/interrupted').error } as const
