import { useMemo, type ClipboardEvent } from 'react'
import { parseHtml, toHtml } from './clipboard/html.ts'
import { parseTsv, toTsv } from './clipboard/tsv.ts'
import { MAX_BLOCK_CELLS, type GridEnvironment, type Table } from './environment.ts'
import { clearCells, pasteTable, selectedData } from './operations.ts'
import { cellsIn, type CellRange } from './selection.ts'

export interface GridClipboard {
  readonly onCopy: (event: ClipboardEvent) => void
  readonly onCut: (event: ClipboardEvent) => void
  readonly onPaste: (event: ClipboardEvent) => void
  /** The same through the menu: the browser sends the textarea its copy and cut events. */
  readonly commands: { copy(): void; cut(): void; paste(): void }
}

/** Cut, copy and paste of ranges in the textarea's own clipboard events; while a cell is edited they are left to the textarea. */
export function useGridClipboard(env: GridEnvironment): GridClipboard {
  return useMemo(() => {
    const copy = (event: ClipboardEvent): boolean => {
      if (env.store.getState().editing) return false
      event.preventDefault()
      const range = selectedData(env)
      if (!range) return false
      if (cellsIn(range) > MAX_BLOCK_CELLS) {
        env.host().notify('too-many-cells')
        return false
      }
      const table = tableInMemory(env, range)
      if (!table) void copyLater(env, range)
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
    table.push(Array.from({ length: range.right - range.left + 1 }, (_, offset) => row.cells[range.left + offset] ?? ''))
  }
  return table
}

/** `copy` is synchronous: texts that are not in memory are promised to the asynchronous clipboard. */
async function copyLater(env: GridEnvironment, range: CellRange): Promise<void> {
  const texts = env.host().readRange(range).then((table) => clipboardTexts(table ?? []))
  const blob = (type: 'text/plain' | 'text/html') => texts.then((values) => new Blob([values[type]], { type }))
  try {
    await navigator.clipboard.write([new ClipboardItem({ 'text/plain': blob('text/plain'), 'text/html': blob('text/html') })])
  } catch {
    env.host().notify('clipboard-refused')
  }
}
