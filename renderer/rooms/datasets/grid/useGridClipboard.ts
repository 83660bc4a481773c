import { useMemo, type ClipboardEvent } from 'react'
import { parseHtml, toHtml } from './clipboard/html.ts'
import { parseTsv, toTsv } from './clipboard/tsv.ts'
import { MAX_BLOCK_CELLS, type GridEnvironment, type Table } from './environment.ts'
import { clearCells, pasteTable, selectedBlocks } from './operations.ts'
import { cellsIn, type CellRange } from './selection.ts'

export interface GridClipboard {
  readonly onCopy: (event: ClipboardEvent) => void
  readonly onCut: (event: ClipboardEvent) => void
  readonly onPaste: (event: ClipboardEvent) => void
  /** The same through the menu: the browser sends the textarea its copy and cut events. */
  readonly commands: { copy(): void; cut(): void; paste(): void }
}

/**
 * Cut, copy and paste of ranges in the textarea's own clipboard events; while a cell is edited they are left to the
 * textarea.
 */
export function useGridClipboard(env: GridEnvironment): GridClipboard {
  return useMemo(() => {
    const copy = (event: ClipboardEvent): boolean => {
      if (env.store.getState().editing) return false
      event.preventDefault()
      const blocks = joinable(selectedBlocks(env))
      const cellCount = blocks?.reduce((sum, block) => sum + cellsIn(block), 0) ?? 0
      if (!blocks) env.host().notify('ranges-apart')
      if (cellCount > MAX_BLOCK_CELLS) env.host().notify('too-many-cells')
      if (!blocks || cellCount === 0 || cellCount > MAX_BLOCK_CELLS) return false
      const tables = blocks.map((block) => tableInMemory(env, block))
      const table = tables.every((one) => one !== null) ? joined(blocks, tables) : null
      if (!table) void copyLater(env, blocks)
      else for (const [type, text] of Object.entries(clipboardTexts(table))) event.clipboardData.setData(type, text)
      return true
    }
    return {
      onCopy: (event) => void copy(event),
      onCut: (event) => copy(event) && clearCells(env),
      onPaste(event) {
        if (env.store.getState().editing) return
        event.preventDefault()
        paste(env, event.clipboardData.getData('text/plain'), event.clipboardData.getData('text/html'))
      },
      commands: {
        copy: () => withFocus(env, () => document.execCommand('copy')),
        cut: () => withFocus(env, () => document.execCommand('cut')),
        paste: () => withFocus(env, () => void pasteFromMenu(env)),
      },
    }
  }, [env])
}

function withFocus(env: GridEnvironment, act: () => void): void {
  env.textarea()?.focus({ preventScroll: true })
  act()
}

function paste(env: GridEnvironment, text: string, html: string): void {
  const table = text !== '' ? parseTsv(text) : parseHtml(html)
  if (table && table.length > 0) pasteTable(env, table)
  else env.host().notify('nothing-to-paste')
}

async function pasteFromMenu(env: GridEnvironment): Promise<void> {
  const text = await navigator.clipboard.readText().catch(() => null)
  if (text === null) env.host().notify('clipboard-refused')
  else paste(env, text, '')
}

/** One plain cell goes without the final line end, so that it pastes well into a sentence. */
function clipboardTexts(table: Table): Record<'text/plain' | 'text/html', string> {
  const text = toTsv(table)
  const only = table.length === 1 && table[0]?.length === 1
  return { 'text/plain': only ? text.slice(0, -2) : text, 'text/html': toHtml(table) }
}

/** The block's whole texts, if all of them are in memory. */
function tableInMemory(env: GridEnvironment, range: CellRange): Table | null {
  const table: (string | null)[][] = []
  for (let index = range.top; index <= range.bottom; index += 1) {
    const row = env.rows.row(index)
    if (!row || row.clipped?.some((column) => column >= range.left && column <= range.right)) return null
    table.push(
      Array.from({ length: range.right - range.left + 1 }, (_, offset) => row.cells[range.left + offset] ?? ''),
    )
  }
  return table
}

/**
 * Several blocks can be copied together where they have the same rows or the same columns, as in Excel; in the order in
 * which they lie. Null elsewhere.
 */
function joinable(blocks: readonly CellRange[]): CellRange[] | null {
  const [first] = blocks
  if (blocks.every(({ top, bottom }) => top === first?.top && bottom === first.bottom))
    return [...blocks].sort((a, b) => a.left - b.left)
  return blocks.every(({ left, right }) => left === first?.left && right === first.right)
    ? [...blocks].sort((a, b) => a.top - b.top)
    : null
}

function joined(blocks: readonly CellRange[], tables: readonly Table[]): Table {
  const besides = blocks.every(({ top }) => top === blocks[0]?.top)
  return besides ? (tables[0] ?? []).map((_, row) => tables.flatMap((table) => table[row] ?? [])) : tables.flat()
}

/** `copy` is synchronous: texts that are not in memory are promised to the asynchronous clipboard. */
async function copyLater(env: GridEnvironment, blocks: readonly CellRange[]): Promise<void> {
  const texts = Promise.all(blocks.map((block) => env.host().readRange(block))).then((tables) =>
    clipboardTexts(
      joined(
        blocks,
        tables.map((table) => table ?? []),
      ),
    ),
  )
  const blob = (type: 'text/plain' | 'text/html') => texts.then((values) => new Blob([values[type]], { type }))
  try {
    await navigator.clipboard.write([
      new ClipboardItem({ 'text/plain': blob('text/plain'), 'text/html': blob('text/html') }),
    ])
  } catch {
    env.host().notify('clipboard-refused')
  }
}
