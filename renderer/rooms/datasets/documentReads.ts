import type { DatasetId, DatasetView } from '../../../core/contract/index.ts'
import { toastError } from '../../errors/index.ts'
import * as api from './datasets.api.ts'
import type { DatasetDocument } from './document.ts'
import { inView } from './documentView.ts'
import type { Table } from './grid/environment.ts'
import type { CellRange } from './grid/selection.ts'

const RANGE_ROWS = 5000

interface Options {
  readonly id: DatasetId
  readonly view: () => DatasetView | undefined
  /** Resolves when every change before it has been answered. */
  readonly settled: () => Promise<void>
}

/** Reads pages of the shown rows; of errors in a row, only the first is reported. */
export function createPageLoader({ id, view }: Pick<Options, 'id' | 'view'>) {
  let readErrorShown = false
  return async (offset: number, limit: number) => {
    const result = await api.page(id, offset, limit, view())
    if (!result.ok && !readErrorShown) toastError(result.error)
    readErrorShown = !result.ok
    return result.ok ? result.value : null
  }
}

/** Reads of whole texts, after the changes before them. */
export function createDocumentReads({ id, view, settled }: Options): Pick<DatasetDocument, 'readCell' | 'readRange'> {
  return {
    async readCell(rowId, columnId) {
      await settled()
      const result = await api.cell({ id, rowId, columnId })
      if (!result.ok) toastError(result.error)
      return result.ok ? { text: result.value ?? '' } : null
    },
    async readRange(range) {
      await settled()
      return readRangeInParts(id, range, view())
    },
  }
}

/** The block's texts, some thousand rows a call, so that no single message grows without limit. */
async function readRangeInParts(id: DatasetId, range: CellRange, view: DatasetView | undefined): Promise<Table | null> {
  const table: (readonly (string | null)[])[] = []
  for (let fromRow = range.top; fromRow <= range.bottom; fromRow += RANGE_ROWS) {
    const toRow = Math.min(range.bottom, fromRow + RANGE_ROWS - 1)
    const result = await api.range({
      id,
      fromRow,
      toRow,
      fromColumn: range.left,
      toColumn: range.right,
      ...inView(view),
    })
    if (!result.ok) {
      toastError(result.error)
      return null
    }
    for (const row of result.value) table.push(row)
  }
  return table
}
