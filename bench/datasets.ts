import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatasetInfo } from '../core/contract/index.ts'
import { createDatasetService } from '../core/datasets/service.ts'
import { medianOf, root, rounded, timed } from './measure.ts'

const ROWS = 100_000
const PAGE_ROWS = 100
const RUNS = 30
/** Coprime with ROWS: visits places all over the table. */
const STRIDE = 61_803

/** The grid's calls on a table of 100,000 rows: a page anywhere, one cell, one row in the middle, and taking it back. */
export async function measureDatasets() {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-bench-'))
  const service = createDatasetService({ folder, trashFolder: join(folder, 'trash'), templatesFolder: join(root, 'resources', 'tutorial'), emit: () => undefined })
  try {
    const file = join(folder, 'rows.csv')
    await writeFile(file, `instruction,output\n${Array.from({ length: ROWS }, (_, row) => `${row} 番の質問です。手順を教えてください。,${row} 番の回答です。「設定」を開き、順に進めてください。\n`).join('')}`)
    let info: DatasetInfo | null = null
    const importMs = await timed(async () => { info = await service.import({ file }) })
    const { id, columns } = info as unknown as DatasetInfo
    const place = (run: number) => ((run + 1) * STRIDE) % (ROWS - PAGE_ROWS)
    const pageMs = await medianOf(RUNS, (run) => service.page({ id, offset: place(run), limit: PAGE_ROWS }))
    const { rows } = await service.page({ id, offset: ROWS / 2, limit: RUNS + 1 })
    const editMs = await medianOf(RUNS, (run) => service.edit({ id, edits: [{ kind: 'setCells', cells: [{ rowId: rows[run + 1]!.rowId, columnId: columns[1]!.id, value: `変更 ${run}` }] }] }))
    const insertMs = await medianOf(RUNS, (run) => service.edit({ id, edits: [{ kind: 'insertRows', at: place(run), rows: [['新しい質問', '新しい回答']] }] }))
    const undoMs = await medianOf(RUNS, () => service.undo({ id }))
    return { rows: ROWS, importMs: rounded(importMs), pageMs: rounded(pageMs, 2), editMs: rounded(editMs, 2), insertRowMs: rounded(insertMs, 2), undoMs: rounded(undoMs, 2) }
  } finally {
    await service.close()
    await rm(folder, { recursive: true, force: true })
  }
}
