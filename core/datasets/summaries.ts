import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { DatasetId, type DatasetSummary } from '../contract/index.ts'
import { defineStored, migration } from '../files/stored.ts'

const INDEX_FILE = '.index.json'
/** Thousands of datasets with a thousand columns each. */
const MAX_BYTES = 256_000_000
/** Changes that follow each other are written together. */
const WRITE_MS = 1000

const Entry = z.object({
  /** Sizes and times of the dataset's files when this was true. */
  state: z.string(),
  summary: z.object({
    id: DatasetId,
    name: z.string(),
    rowCount: z.number(),
    columnNames: z.array(z.string()),
    updatedAt: z.string(),
    sizeBytes: z.number(),
  }),
})
type Entry = z.infer<typeof Entry>

/** Version 1 was the bare list. */
export const summaryIndex = defineStored({
  name: 'dataset-index.json',
  schema: z.object({ entries: z.array(Entry) }),
  migrations: [migration(z.array(z.unknown()), (entries) => ({ entries }))],
  maxBytes: MAX_BYTES,
})

/**
 * What the list shows of each dataset, kept in a file beside them so that listing opens none. It is only a copy: where
 * it is damaged or older than a dataset, that one is opened.
 */
export class Summaries {
  readonly #folder: string
  readonly #isWritable: boolean
  #entries: Promise<Map<string, Entry>> | null = null
  #timer: NodeJS.Timeout | null = null
  #isClosed = false
  #writing: Promise<void> = Promise.resolve()

  constructor(folder: string, isWritable: boolean) {
    this.#folder = folder
    this.#isWritable = isWritable
  }

  /** The summary of a dataset whose files are in this state; of any state where none is named. */
  async find(id: string, state?: string): Promise<DatasetSummary | undefined> {
    const entry = (await this.#read()).get(id)
    return entry && (state === undefined || entry.state === state) ? entry.summary : undefined
  }

  async put({ id, name, rowCount, columnNames, updatedAt, sizeBytes }: DatasetSummary): Promise<void> {
    const entries = await this.#read()
    entries.set(id, {
      state: await stateOf(this.#folder, id),
      summary: { id, name, rowCount, columnNames: [...columnNames], updatedAt, sizeBytes },
    })
    this.#writeSoon()
  }

  /** Notes that a dataset's files look otherwise but say the same: it was closed. */
  async renew(id: string): Promise<void> {
    const entries = await this.#read()
    const entry = entries.get(id)
    if (!entry) return
    entries.set(id, { ...entry, state: await stateOf(this.#folder, id) })
    this.#writeSoon()
  }

  async forget(id: string): Promise<void> {
    if ((await this.#read()).delete(id)) this.#writeSoon()
  }

  /** Writes what is waiting. A copy that cannot be written is made again at the next start. */
  async flush(): Promise<void> {
    if (this.#timer) {
      clearTimeout(this.#timer)
      this.#timer = null
      this.#writing = this.#writing.then(async () => {
        const entries = [...(await this.#read()).values()]
        await summaryIndex.write(join(this.#folder, INDEX_FILE), { entries }).catch(() => undefined)
      })
    }
    await this.#writing
  }

  /** Writes what is waiting, and nothing more: the library belongs to another process by then. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.flush()
  }

  #writeSoon(): void {
    if (this.#isWritable && !this.#isClosed) this.#timer ??= setTimeout(() => void this.flush(), WRITE_MS).unref()
  }

  /** A reader sees what the writer has written since. */
  async #read(): Promise<Map<string, Entry>> {
    if (!this.#isWritable) return readIndex(this.#folder)
    return (this.#entries ??= readIndex(this.#folder))
  }
}

async function readIndex(folder: string): Promise<Map<string, Entry>> {
  try {
    const { entries } = await summaryIndex.read(join(folder, INDEX_FILE))
    return new Map(entries.map((entry) => [entry.summary.id, entry]))
  } catch {
    return new Map()
  }
}

/** Size and time of a dataset's file and of what is not yet in it. */
export async function stateOf(folder: string, id: string): Promise<string> {
  const found = await Promise.all(
    ['', '.wal'].map((ending) => lstat(join(folder, `${id}.duckdb${ending}`)).catch(() => null)),
  )
  return found.map((stats) => (stats ? `${stats.size}@${stats.mtimeMs}` : '-')).join(' ')
}
