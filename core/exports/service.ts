import { randomBytes } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import {
  InternalError,
  isActive,
  ollamaForms,
  toAppError,
  UserError,
  type AppError,
  type Events,
  type ExportChoice,
  type ExportJob,
  type ExportOption,
  type ExportPlan,
  type ExportResult,
  type ExportTest,
  type Handlers,
} from '../contract/index.ts'
import { experimentFiles } from '../runs/store.ts'
import { checkpointSteps } from '../training/checkpoint-folder.ts'
import type { ModelService } from '../local-models/service.ts'
import type { ExperimentService } from '../runs/service.ts'
import type { ExportFormat, ExportOptions } from './format.ts'
import { createInOllama, findOllama, requireOllama } from '../ollama/ollama.ts'
import { describeForOllama, ollamaFileOf } from './for-ollama.ts'
import { homesOf, type Homes } from './homes.ts'
import { exportFormats } from './formats/index.ts'
import { RunningJob } from './job.ts'
import type { HubPublisher } from '../hub/publish.ts'
import { MAX_JOBS, PastJobs } from './past-jobs.ts'
import { Publications } from './publishing.ts'
import { freeBytesAt, freeName, inDraft, nameFor, placeOfFile, requireSpace, type Place } from './place.ts'
import { askLlamaCpp, type LlamaCppServices } from './self-test-llama-cpp.ts'
import { askBoth } from './self-test.ts'
import { openSource, type ExportSource } from './source.ts'

export interface ExportServiceOptions extends LlamaCppServices {
  readonly models: () => ModelService
  readonly experiments: () => ExperimentService
  readonly libraryFolder: () => string
  /** Remembers what was exported, for this account. */
  readonly listFile: string
  /** Names the folders of other programs. */
  readonly environment: NodeJS.ProcessEnv
  readonly publisher: () => HubPublisher
  readonly emit: (name: 'exports.progress', payload: Events['exports.progress']) => void
  /** Hears of bugs. */
  readonly report: (place: string, error: unknown) => void
  /** Monotonic milliseconds. */
  readonly now?: () => number
  readonly date?: () => Date
}

type ExportHandlers = { [N in keyof Handlers as N extends `exports.${infer C}` ? C : never]: Handlers[N] }

export interface ExportService extends ExportHandlers {
  /** Ends every job; nothing of those under way is left. */
  close(): Promise<void>
}

/** Writes runs in the forms of `exportFormats`. A job belongs to no window. */
export function createExportService(options: ExportServiceOptions): ExportService {
  const jobs = new Map<string, RunningJob>()
  const service = new Exports(options, jobs)
  return {
    plan: (input) => service.plan(input),
    start: (input) => service.start(input),
    async cancel({ jobId }) {
      jobs.get(jobId)?.ending.abort(new DOMException('cancelled', 'AbortError'))
      service.publications.cancel(jobId)
      return null
    },
    publicationPlan: async ({ jobId }) => service.publications.plan(...(await service.published(jobId))),
    async publish({ jobId, ...wanted }) {
      await service.publications.start(...(await service.published(jobId)), wanted)
      return null
    },
    async test({ jobId }) {
      await service.testAgain(jobId)
      return null
    },
    ollama: () => findOllama(options.environment),
    async register({ jobId, ...wanted }) {
      await service.register(jobId, wanted)
      return null
    },
    list: () => service.list(),
    async close() {
      for (const { ending } of jobs.values()) ending.abort(new DOMException('closed', 'AbortError'))
      await Promise.all([service.publications.close(), ...[...jobs.values()].map(({ settled }) => settled)])
      await service.past.close()
    },
  }
}

type Registration = Omit<Parameters<ExportHandlers['register']>[0], 'jobId'>
type Input<N extends 'plan' | 'start'> = Parameters<ExportHandlers[N]>[0]

class Exports {
  readonly #options: ExportServiceOptions
  readonly #jobs: Map<string, RunningJob>
  readonly publications: Publications
  readonly past: PastJobs

  constructor(options: ExportServiceOptions, jobs: Map<string, RunningJob>) {
    this.#options = options
    this.#jobs = jobs
    const { publisher, report, listFile, now = () => performance.now() } = options
    this.past = new PastJobs(listFile, report)
    this.publications = new Publications({ publisher, report, now })
  }

  async plan({ id, step, folder: given }: Input<'plan'>): Promise<ExportPlan> {
    const folder: string = given ?? this.#ownFolder()
    const source = await this.#open(id, step)
    const choices: ExportChoice[] = []
    const homes = await this.#homes()
    for (const format of exportFormats) choices.push(await choiceOf({ format, source, folder, homes }))
    return {
      step: source.step,
      steps: await checkpointSteps(experimentFiles(source.record.folder).checkpoints),
      folder,
      freeBytes: await freeBytesAt(folder),
      choices,
    }
  }

  async start({ id, step, form, folder, target, options, ollama }: Input<'start'>): Promise<ExportJob> {
    const format = exportFormats.find((one) => one.id === form) as ExportFormat
    const chosen = chosenOptions(format, options)
    if (ollama) await this.#requireOllama(form, ollama)
    const source = await this.#open(id, step)
    const refusal = format.refusal(source)
    if (refusal) throw new UserError(refusal.code, refusal.facts)
    if (target !== undefined && format.ending === null) throw new InternalError(`${form} is no file: ${target}`)
    const where = { format, source, folder: folder ?? this.#ownFolder(), homes: await this.#homes() }
    const place = target === undefined ? placeOf(where) : placeOfFile(target)
    const totalBytes = await format.sizeBytes(source, chosen)
    await requireSpace(place.folder, totalBytes)
    const job = this.#newJob(source, { form, options: chosen }, totalBytes)
    job.settled = this.#run(job, { format, source, place, chosen, ollama })
    return job.told
  }

  async list(): Promise<ExportJob[]> {
    const now = [...this.#jobs.values()].map(({ told }) => told).reverse()
    return [...now, ...(await this.past.list()).filter(({ jobId }) => !this.#jobs.has(jobId))]
  }

  /** A job that is done, with its run. Throws UserError 'export/not-found'. */
  async published(jobId: string): Promise<[RunningJob, ExportSource]> {
    const { job } = await this.#over(jobId)
    return [job, await this.#open(job.told.experimentId, job.told.step)]
  }

  async testAgain(jobId: string): Promise<void> {
    const { job, result } = await this.#over(jobId)
    const { experimentId, step, form, options } = job.told
    const source = await this.#open(experimentId, step)
    const format = exportFormats.find((one) => one.id === form) as ExportFormat
    job.ending = new AbortController()
    job.begin('testing')
    job.settled = this.#test(job, { format, source, chosen: options, written: result.place })
      // What was written before stays, whatever becomes of this test.
      .catch((): ExportTest => ({ kind: 'postponed' }))
      .then((test) => job.change({ state: 'done', result: { ...result, test } }))
  }

  /** Has Ollama make a model of what was written. */
  async register(jobId: string, wanted: Registration): Promise<void> {
    const { job, result } = await this.#over(jobId)
    const { experimentId, step, form } = job.told
    await this.#requireOllama(form, wanted)
    const source = await this.#open(experimentId, step)
    job.ending = new AbortController()
    job.settled = this.#register(job, { source, written: result.place, ollama: wanted }).then((ollama) =>
      job.change({ state: 'done', remainingSeconds: null, result: { ...result, ...ollama } }),
    )
  }

  /** A job that has written something. Throws UserError 'export/not-found'. */
  async #over(jobId: string): Promise<{ readonly job: RunningJob; readonly result: ExportResult }> {
    const job = this.#jobs.get(jobId) ?? (await this.#reviveJob(jobId))
    const result = job?.told.result
    if (!job || !result || job.isUnderWay) throw new UserError('export/not-found')
    return { job, result }
  }

  /** Throws UserError 'export/option' for a form that Ollama does not read, and as requireOllama. */
  async #requireOllama(form: ExportJob['form'], wanted: Registration): Promise<void> {
    if (!ollamaForms.has(form))
      throw new UserError('export/option', { form, option: 'ollama', found: wanted.name, expected: '' })
    await requireOllama(this.#options.environment, wanted)
  }

  /** What became of it; nothing where it was ended. */
  async #register(
    job: RunningJob,
    { source, written, ollama }: { source: ExportSource; written: string; ollama: Registration },
  ): Promise<Pick<ExportResult, 'ollama'>> {
    const { signal } = job.ending
    const { name } = ollama
    job.begin('registering', 0)
    try {
      await createInOllama(
        this.#options.environment,
        { ...ollama, file: ollamaFileOf(job.told.form, written), model: await describeForOllama(source) },
        { signal, begin: (bytes) => job.begin('registering', bytes), read: (bytes) => job.wrote(bytes) },
      )
      return { ollama: { name, error: null } }
    } catch (error) {
      if (signal.aborted) return {}
      const told = toAppError(error)
      if (told.code === 'internal') this.#options.report('ollama', error)
      return { ollama: { name, error: told } }
    }
  }

  #open(id: ExportJob['experimentId'], step: number | undefined): Promise<ExportSource> {
    return openSource({ experiments: this.#options.experiments(), models: this.#options.models() }, id, step)
  }

  #homes(): Promise<Homes> {
    return homesOf(this.#options.libraryFolder(), this.#options.environment)
  }

  #ownFolder(): string {
    return join(this.#options.libraryFolder(), 'exports')
  }

  /** A job of an earlier studio. */
  async #reviveJob(jobId: string): Promise<RunningJob | null> {
    const told = (await this.past.list()).find((each) => each.jobId === jobId)
    return told ? this.#remember(told) : null
  }

  #newJob({ record, step }: ExportSource, what: Pick<ExportJob, 'form' | 'options'>, totalBytes: number): RunningJob {
    const jobId = randomBytes(8).toString('hex')
    const told: ExportJob = {
      jobId,
      experimentId: record.id,
      experimentName: record.name,
      step,
      ...what,
      state: 'writing',
      writtenBytes: 0,
      totalBytes,
      remainingSeconds: null,
      finishedAt: null,
      result: null,
      error: null,
      publication: null,
    }
    return this.#remember(told)
  }

  #remember(told: ExportJob): RunningJob {
    const { emit, now = () => performance.now() } = this.#options
    const tell = (changed: ExportJob): void => {
      emit('exports.progress', changed)
      this.past.keep(changed)
    }
    const job = new RunningJob(told, tell, now)
    const over = [...this.#jobs].filter(([, { isUnderWay }]) => !isUnderWay).map(([id]) => id)
    for (const id of over.slice(0, Math.max(0, this.#jobs.size + 1 - MAX_JOBS))) this.#jobs.delete(id)
    this.#jobs.set(told.jobId, job)
    return job
  }

  async #run(job: RunningJob, { format, source, place, chosen, ollama }: Work): Promise<void> {
    const { signal } = job.ending
    let test: ExportTest = { kind: 'postponed' }
    try {
      const path = await inDraft(place, job.told.jobId, async (written) => {
        await format.write(source, written, { options: chosen, signal, wrote: (bytes) => job.wrote(bytes) })
        job.change({ state: 'testing', remainingSeconds: null })
        test = await this.#test(job, { format, source, chosen, written })
        signal.throwIfAborted()
      })
      const result: ExportResult = { place: path, files: await filesAt(path), test }
      const registered = ollama ? await this.#register(job, { source, written: path, ollama }) : {}
      const finishedAt = (this.#options.date ?? (() => new Date()))().toISOString()
      job.change({ state: 'done', remainingSeconds: null, finishedAt, result: { ...result, ...registered } })
    } catch (error) {
      if (signal.aborted) return job.fail(null)
      const told = toAppError(error)
      if (told.code === 'internal') this.#options.report('export', error)
      job.fail(told)
    }
  }

  /** What becomes of asking what was written. Throws the signal's reason only. */
  async #test(job: RunningJob, { format, source, chosen, written }: Written): Promise<ExportTest> {
    const { signal } = job.ending
    try {
      const asked = await format.reopen(source, written, { options: chosen, signal })
      if (asked === null) return { kind: 'same', answers: [] }
      if (asked.by === 'engine' && asked.model.modelFolder === written) await this.#options.models().check(written)
      const runs = await this.#options.experiments().list({})
      // Both would want the memory; the training was there first.
      if (runs.some(({ state }) => isActive(state))) return { kind: 'postponed' }
      return asked.by === 'engine'
        ? await askBoth(this.#options, source, asked.model, signal)
        : await askLlamaCpp(this.#options, source, asked, signal)
    } catch (error) {
      if (signal.aborted) throw error
      const told = toAppError(error)
      if (told.code === 'internal') this.#options.report('export', error)
      return { kind: 'failed', error: told }
    }
  }
}

interface Work {
  readonly format: ExportFormat
  readonly source: ExportSource
  readonly place: Place
  readonly chosen: ExportOptions
  readonly ollama: Registration | undefined
}

interface Written extends Omit<Work, 'place' | 'ollama'> {
  readonly written: string
}

interface Where {
  readonly format: ExportFormat
  readonly source: ExportSource
  /** The one that is chosen. */
  readonly folder: string
  readonly homes: Homes
}

/** The ending of the one file says its form. Throws what the form's home throws. */
function placeOf({ format, source, folder, homes }: Where): Place {
  if (format.home) return format.home(homes, source)
  const { id, ending } = format
  return { folder, name: nameFor(source.record.name, ending === null ? id : null), ending }
}

/** Its place, or why it has none. */
function placeOrRefusal(where: Where): { readonly place: Place | null; readonly refusal: AppError | null } {
  const refusal = where.format.refusal(where.source)
  try {
    return { place: placeOf(where), refusal }
  } catch (error) {
    return { place: null, refusal: refusal ?? toAppError(error) }
  }
}

async function choiceOf(where: Where): Promise<ExportChoice> {
  const { format, source } = where
  const { id, options } = format
  const { place, refusal } = placeOrRefusal(where)
  const sizeOf = async (chosen: ExportOptions) =>
    refusal ? 0 : await format.sizeBytes(source, chosenOptions(format, chosen))
  const sized = Object.entries(options).map(async ([option, values]): Promise<[string, ExportOption[]]> => [
    option,
    await Promise.all(values.map(async (value) => ({ value, sizeBytes: await sizeOf({ [option]: value }) }))),
  ])
  return {
    form: id,
    sizeBytes: await sizeOf({}),
    folder: format.home ? (place?.folder ?? null) : null,
    name: place ? await freeName(place) : '',
    refusal,
    options: Object.fromEntries(await Promise.all(sized)),
  }
}

/** The given choices, and the first of each that is not given. Throws UserError 'export/option'. */
function chosenOptions({ id, options }: ExportFormat, given: ExportOptions): ExportOptions {
  for (const [option, found] of Object.entries(given)) {
    const expected = Object.hasOwn(options, option) ? (options[option] ?? []) : []
    if (!expected.includes(found))
      throw new UserError('export/option', { form: id, option, found, expected: expected.join(', ') })
  }
  const first = Object.entries(options).map(([option, choices]) => [option, choices[0] ?? ''] as const)
  return { ...Object.fromEntries(first), ...given }
}

async function filesAt(path: string): Promise<ExportResult['files']> {
  const found = await stat(path)
  if (!found.isDirectory()) return [{ name: basename(path), sizeBytes: found.size }]
  const names = (await readdir(path)).sort()
  return Promise.all(names.map(async (name) => ({ name, sizeBytes: (await stat(join(path, name))).size })))
}
