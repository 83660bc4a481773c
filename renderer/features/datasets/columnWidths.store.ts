import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import type { ColumnId, DatasetId } from '../../../core/contract/index.ts'

type Widths = Readonly<Record<ColumnId, number>>

interface ColumnWidths {
  readonly widths: Readonly<Record<DatasetId, Widths>>
}

/** Scope of each key. */
const scope = { widths: 'persisted' } as const satisfies Record<keyof ColumnWidths, 'session' | 'persisted'>

/** Column widths in pixels that the user chose, a dataset at a time. */
export const useColumnWidths = create<ColumnWidths>()(persist((): ColumnWidths => ({ widths: {} }), { name: `terakoya.columnWidths.${scope.widths}`, version: 1 }))

export const NO_WIDTHS: Widths = {}

/** Remembers a width; null makes the column share the free width again. */
export function setColumnWidth(id: DatasetId, columnId: ColumnId, widthPx: number | null): void {
  useColumnWidths.setState(({ widths }) => {
    const others = Object.entries(widths[id] ?? NO_WIDTHS).filter(([key]) => key !== columnId)
    return { widths: { ...widths, [id]: Object.fromEntries(widthPx === null ? others : [...others, [columnId, widthPx]]) } }
  })
}
