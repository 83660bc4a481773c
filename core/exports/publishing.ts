// What was written, on its way to the Hub.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  publishedForms,
  toAppError,
  UserError,
  type ExportPublication,
  type HubModelId,
  type PublicationPlan,
} from '../contract/index.ts'
import type { HubPublisher, PublishedFile } from '../hub/publish.ts'
import { ProgressMeter } from '../net/progress-meter.ts'
import { cardOf, isCardKind } from './card.ts'
import type { RunningJob } from './job.ts'
import { licenceWarnings } from './licences.ts'
import { plainId } from './plain-id.ts'
import type { ExportSource } from './source.ts'

const CARD = 'README.md'

export interface Wanted {
  readonly repository: HubModelId
  readonly isPrivate: boolean
  readonly mayExist: boolean
  /** Instead of the card that was written. */
  readonly card?: string | undefined
}

export interface PublicationsOptions {
  readonly publisher: () => HubPublisher
  /** Hears of bugs. */
  readonly report: (place: string, error: unknown) => void
  /** Monotonic milliseconds. */
  readonly now: () => number
}

/** One at a time for each job. */
export class Publications {
  readonly #options: PublicationsOptions
  readonly #running = new Map<string, { readonly ending: AbortController; readonly settled: Promise<void> }>()

  constructor(options: PublicationsOptions) {
    this.#options = options
  }

  /** Throws UserError 'export/not-published', and as HubPublisher.owners. */
  async plan(job: RunningJob, source: ExportSource): Promise<PublicationPlan> {
    const files = await filesOf(job, source)
    return {
      owners: await this.#options.publisher().owners(),
      name: plainId(source.record, 'lora'),
      card: await cardIn(files),
      totalBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      warnings: licenceWarnings(source.licence, source.record.dataset.sources ?? []),
    }
  }

  /** Begins to send. Throws UserError 'export/not-published', or 'experiment/busy' while it is being sent. */
  async start(job: RunningJob, source: ExportSource, wanted: Wanted): Promise<void> {
    const { jobId } = job.told
    if (this.#running.has(jobId)) throw new UserError('experiment/busy', { name: source.record.name })
    const written = await filesOf(job, source)
    const files = wanted.card === undefined ? written : withCard(written, wanted.card)
    const ending = new AbortController()
    const settled = this.#send(job, files, { ...wanted, signal: ending.signal })
    this.#running.set(jobId, { ending, settled: settled.finally(() => this.#running.delete(jobId)) })
  }

  cancel(jobId: string): void {
    this.#running.get(jobId)?.ending.abort(new DOMException('cancelled', 'AbortError'))
  }

  async close(): Promise<void> {
    for (const jobId of this.#running.keys()) this.cancel(jobId)
    await Promise.all([...this.#running.values()].map(({ settled }) => settled))
  }

  async #send(
    job: RunningJob,
    files: readonly PublishedFile[],
    wanted: Wanted & { readonly signal: AbortSignal },
  ): Promise<void> {
    const { publisher, now, report } = this.#options
    const meter = new ProgressMeter(now)
    const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    let told: ExportPublication = {
      repository: wanted.repository,
      state: 'sending',
      sentBytes: 0,
      totalBytes,
      remainingSeconds: null,
      url: '',
      error: null,
    }
    const tell = (changes: Partial<ExportPublication>): void => {
      told = { ...told, ...changes }
      job.change({ publication: told })
    }
    meter.start(0)
    tell({})
    try {
      const url = await publisher().publish({
        ...wanted,
        files,
        title: `Add ${job.told.experimentName} by Terakoya Studio`,
        onBytes: (sentBytes) => {
          if (meter.add(sentBytes)) tell({ sentBytes, remainingSeconds: meter.rate(totalBytes).remainingSeconds })
        },
      })
      tell({ state: 'done', sentBytes: totalBytes, remainingSeconds: null, url })
    } catch (error) {
      if (wanted.signal.aborted) return tell({ state: 'cancelled', remainingSeconds: null })
      const known = toAppError(error)
      if (known.code === 'internal') report('publish', error)
      tell({ state: 'failed', remainingSeconds: null, error: known })
    }
  }
}

/** What was written, with a card where the form has none of its own. */
async function filesOf({ told: { form, result } }: RunningJob, source: ExportSource): Promise<PublishedFile[]> {
  if (!result || !publishedForms.has(form)) throw new UserError('export/not-published')
  const isFile = result.files.length === 1 && result.place.endsWith(result.files[0]!.name)
  const files = result.files.map(({ name, sizeBytes }): PublishedFile => ({
    path: name,
    content: pathToFileURL(isFile ? result.place : join(result.place, name)),
    sizeBytes,
  }))
  return files.some(({ path }) => path === CARD) || !isCardKind(form) ? files : withCard(files, cardOf(source, form))
}

function withCard(files: readonly PublishedFile[], text: string): PublishedFile[] {
  const content = new Blob([text])
  return [{ path: CARD, content, sizeBytes: content.size }, ...files.filter(({ path }) => path !== CARD)]
}

async function cardIn(files: readonly PublishedFile[]): Promise<string> {
  const card = files.find(({ path }) => path === CARD)?.content
  return card instanceof Blob ? card.text() : card ? readFile(card, 'utf8') : ''
}
