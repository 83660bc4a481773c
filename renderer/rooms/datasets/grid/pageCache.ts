import type { Page, Row } from '../../../../core/contract/index.ts'

/**
 * A bounded memory of the pages that were read. A page stays readable when the dataset has moved on to a newer version
 * (old text for a few milliseconds is calmer than empty cells), but counts as missing until it is read again.
 */
export interface PageCache {
  readonly pageSize: number
  row(index: number): Row | undefined
  /** Takes a page that was read at `page.version`; older than what is held, it is dropped. */
  put(page: Page): void
  /** Page numbers of the span that are absent or older than `version`, those nearest to its middle first. */
  readonly missing: (first: number, last: number, version: number) => number[]
  /** Writes values into held rows: an edit that the host has confirmed. */
  bake(top: number, left: number, values: readonly (readonly (string | null)[])[]): void
  clear(): void
  pageCount(): number
}

interface HeldPage {
  readonly rows: readonly Row[]
  readonly version: number
}

/** A cache of at most `capacity` pages of `pageSize` rows; the page that was used longest ago goes first. */
export function createPageCache({ pageSize, capacity }: { pageSize: number; capacity: number }): PageCache {
  const pages = new Map<number, HeldPage>()

  const touch = (number: number, page: HeldPage): void => {
    pages.delete(number)
    pages.set(number, page)
    const oldest = pages.keys().next().value
    if (pages.size > capacity && oldest !== undefined) pages.delete(oldest)
  }

  return {
    pageSize,
    row: (index) => pages.get(Math.floor(index / pageSize))?.rows[index % pageSize],
    put(page) {
      const number = Math.floor(page.offset / pageSize)
      const held = pages.get(number)
      if (held && held.version > page.version) return
      touch(number, { rows: held ? keepIdentity(held.rows, page.rows) : page.rows, version: page.version })
    },
    missing(first, last, version) {
      const numbers: number[] = []
      for (let number = Math.floor(Math.max(0, first) / pageSize); number <= Math.floor(last / pageSize); number += 1) {
        const held = pages.get(number)
        if (held && held.version >= version) touch(number, held)
        else numbers.push(number)
      }
      const middle = (first + last) / 2 / pageSize - 0.5
      return numbers.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))
    },
    bake(top, left, values) {
      for (const [number, page] of pages) {
        const start = number * pageSize
        if (top >= start + page.rows.length || top + values.length <= start) continue
        const rows = page.rows.map((row, index) => {
          const written = values[start + index - top]
          return written ? withCells(row, left, written) : row
        })
        pages.set(number, { rows, version: page.version })
      }
    },
    clear: () => pages.clear(),
    pageCount: () => pages.size,
  }
}

/** The row with some cells replaced from column `left` on; their clipping marks go. */
export function withCells(row: Row, left: number, values: readonly (string | null)[]): Row {
  const cells = row.cells.map((cell, index) =>
    index >= left && index < left + values.length ? (values[index - left] ?? null) : cell,
  )
  const clipped = row.clipped?.filter((index) => index < left || index >= left + values.length)
  const { rowId, index } = row
  return { rowId, cells, ...(index !== undefined && { index }), ...(clipped && clipped.length > 0 && { clipped }) }
}

/** Rows that did not change keep their object, so that memoised row components are not drawn again. */
function keepIdentity(before: readonly Row[], after: readonly Row[]): readonly Row[] {
  return after.map((row, index) => {
    const old = before[index]
    return old && sameRow(old, row) ? old : row
  })
}

const sameList = <T>(a: readonly T[] = [], b: readonly T[] = []): boolean =>
  a.length === b.length && a.every((value, index) => value === b[index])

const sameRow = (a: Row, b: Row): boolean =>
  a.rowId === b.rowId && a.index === b.index && sameList(a.cells, b.cells) && sameList(a.clipped, b.clipped)
