import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { version as duckdbVersion } from '@duckdb/node-api'
import { PathToRead, type DatasetInfo } from '../core/contract/index.ts'
import { createDatasetService, type DatasetService } from '../core/datasets/service.ts'
import { writeTable, type FileKind } from './dataset-files.ts'
import { machine, medianOf, root, rounded, timed } from './measure.ts'

/** What the child process is started with instead of the whole bench. */
export const DATASET_RUN = 'dataset-run'

const PAGE_ROWS = 100
const RUNS = 30
/** Coprime with the row counts: visits places all over the table. */
const STRIDE = 61_803

interface DatasetFigures {
  readonly fileMB: number
  readonly previewMs: number
  readonly importMs: number
  /** The longest time that the process could not answer. */
  readonly blockedMs: number
  readonly importPeakMB: number
  readonly pageMs: number
  /** After pages from all over the table. */
  readonly scrolledPeakMB: number
  readonly editMs: number
  readonly insertRowMs: number
  readonly undoMs: number
  readonly peakMB: number
}

const SIZES: readonly (readonly [FileKind, number])[] = [
  ['csv', 100_000],
  ['csv', 1_000_000],
  ['jsonl', 1_000_000],
  ['parquet', 1_000_000],
  ['xlsx', 100_000],
  ['xlsx', 1_000_000],
]
const GREAT_SIZES: readonly (readonly [FileKind, number])[] = [
  ['parquet', 9_074_340],
  ['csv', 9_074_340],
]

/**
 * Every file's import, pages anywhere in the table, one cell, one row in the middle and taking it back: each file in a
 * process of its own.
 */
export async function measureDatasetFiles(
  withGreat: boolean,
  only: string | undefined,
): Promise<Record<string, DatasetFigures>> {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-bench-'))
  const figures: Record<string, DatasetFigures> = {}
  try {
    for (const [kind, rows] of [...SIZES, ...(withGreat ? GREAT_SIZES : [])]) {
      if (only !== undefined && only !== `${kind}-${rows}`) continue
      const file = await writeTable(folder, kind, rows)
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [fileURLToPath(import.meta.url), DATASET_RUN, file],
        { encoding: 'utf8' },
      )
      if (status !== 0) throw new Error(`${kind} of ${rows} rows failed: ${stderr.trim()}`)
      figures[`${kind}-${rows}`] = JSON.parse(stdout) as DatasetFigures
      console.error(`${kind}-${rows}: ${stdout.trim()}`)
      await rm(file)
    }
    return figures
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Writes the figures to bench/results/datasets.json. */
export async function writeDatasetFigures(figures: Record<string, DatasetFigures>, command: string): Promise<void> {
  const folder = join(root, 'bench', 'results')
  await mkdir(folder, { recursive: true })
  await writeFile(
    join(folder, 'datasets.json'),
    `${JSON.stringify({ machine: machine(), versions: { duckdb: duckdbVersion() }, command, files: figures }, null, 2)}\n`,
  )
}

/** The child's part: imports the file into a library of its own and prints its figures as JSON. */
export async function runDatasetFile(file: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-bench-'))
  const service = createDatasetService({
    folder,
    trashFolder: join(folder, 'trash'),
    templatesFolder: join(root, 'resources', 'tutorial'),
    emit: () => undefined,
  })
  try {
    console.log(JSON.stringify(await figuresOf(service, PathToRead.parse(file))))
  } finally {
    await service.close()
    await rm(folder, { recursive: true, force: true })
  }
}

const peakMB = (): number => Math.round(process.resourceUsage().maxRSS / 1024)

async function figuresOf(service: DatasetService, file: PathToRead): Promise<DatasetFigures> {
  const fileMB = rounded((await stat(file)).size / 1e6)
  const previewMs = await timed(() => service.preview({ file }))
  const blocked = longestPause()
  let info: DatasetInfo | null = null
  const importMs = await timed(async () => {
    info = await service.import({ file })
  })
  const blockedMs = blocked.stop()
  const importPeakMB = peakMB()
  return {
    fileMB,
    previewMs: rounded(previewMs),
    importMs: rounded(importMs),
    blockedMs: rounded(blockedMs),
    importPeakMB,
    ...(await editingFigures(service, info as unknown as DatasetInfo)),
    peakMB: peakMB(),
  }
}

async function editingFigures(service: DatasetService, { id, columns, rowCount }: DatasetInfo) {
  const place = (run: number) => ((run + 1) * STRIDE) % (rowCount - PAGE_ROWS)
  const pageMs = await medianOf(RUNS, (run) => service.page({ id, offset: place(run), limit: PAGE_ROWS }))
  const scrolledPeakMB = peakMB()
  const { rows } = await service.page({ id, offset: Math.floor(rowCount / 2), limit: RUNS + 1 })
  const editMs = await medianOf(RUNS, (run) =>
    service.edit({
      id,
      edits: [
        { kind: 'setCells', cells: [{ rowId: rows[run + 1]!.rowId, columnId: columns[1]!.id, value: `変更 ${run}` }] },
      ],
    }),
  )
  const insertMs = await medianOf(3, (run) =>
    service.edit({ id, edits: [{ kind: 'insertRows', at: place(run), rows: [['新しい質問', '新しい回答']] }] }),
  )
  const undoMs = await medianOf(3, () => service.undo({ id }))
  return {
    pageMs: rounded(pageMs, 2),
    scrolledPeakMB,
    editMs: rounded(editMs, 2),
    insertRowMs: rounded(insertMs, 2),
    undoMs: rounded(undoMs, 2),
  }
}

/** Watches how long the process cannot answer. */
function longestPause(): { stop(): number } {
  let longest = 0
  let last = performance.now()
  const tick = () => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }
  const timer = setInterval(tick, 1)
  return {
    stop() {
      clearInterval(timer)
      tick()
      return longest
    },
  }
}

/** The grid's calls on a table of 100,000 rows, for the bench of the whole studio. */
export async function measureDatasets() {
  const { [`csv-100000`]: figures } = await measureDatasetFiles(false, 'csv-100000')
  return { rows: 100_000, ...(figures as DatasetFigures) }
}
