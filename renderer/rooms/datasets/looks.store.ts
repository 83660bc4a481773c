import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import type { ColumnId, DatasetId } from '../../../core/contract/index.ts'

/** How one dataset's table is looked at. */
export interface TableLook {
  /** Column widths in pixels at 100 %; columns without one share the free width. */
  readonly widths: Readonly<Record<ColumnId, number>>
  /** Lines of text that a row shows. */
  readonly lines: number
  /** Long lines go on in the next one; otherwise they are cut off. */
  readonly wraps: boolean
  /** 1 is 100 %. */
  readonly zoom: number
  /** So many columns stay in view at the left. */
  readonly frozen: number
}

interface Looks {
  readonly looks: Readonly<Record<DatasetId, TableLook>>
}

/** Scope of each key. */
const scope = { looks: 'persisted' } as const satisfies Record<keyof Looks, 'session' | 'persisted'>

/** How the user looks at each dataset. */
export const useLooks = create<Looks>()(
  persist((): Looks => ({ looks: {} }), { name: `terakoya.tableLooks.${scope.looks}`, version: 1 }),
)

export const DEFAULT_LOOK: TableLook = { widths: {}, lines: 2, wraps: true, zoom: 1, frozen: 0 }

/** Numbers of lines to choose from. */
export const ROW_LINES = [1, 2, 3, 5, 8, 12] as const
export const ZOOMS = [0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 2] as const

export function setLook(id: DatasetId, change: Partial<TableLook>): void {
  useLooks.setState(({ looks }) => ({ looks: { ...looks, [id]: { ...DEFAULT_LOOK, ...looks[id], ...change } } }))
}

/** Remembers a width; null makes the column share the free width again. */
export function setColumnWidth(id: DatasetId, columnId: ColumnId, widthPx: number | null): void {
  const { widths } = useLooks.getState().looks[id] ?? DEFAULT_LOOK
  const others = Object.entries(widths).filter(([key]) => key !== columnId)
  setLook(id, { widths: Object.fromEntries(widthPx === null ? others : [...others, [columnId, widthPx]]) })
}

/** One step larger or smaller. */
export function zoomBy(id: DatasetId, steps: 1 | -1): void {
  const { zoom } = useLooks.getState().looks[id] ?? DEFAULT_LOOK
  const at = ZOOMS.findIndex((value) => value >= zoom)
  setLook(id, { zoom: ZOOMS[Math.max(0, Math.min(ZOOMS.length - 1, at + steps))] ?? 1 })
}
