import type { ColumnId, DatasetEdit, RowId } from '../../../../core/contract/index.ts'
import type { GridEnvironment } from './environment.ts'
import type { CellPoint } from './selection.ts'

/**
 * The editing of one cell in the always-focused textarea.
 *
 *   idle ──key, composition──► typing ──Enter, Tab, arrow, click──► idle (written)
 *     └──F2, double click──► inside ──Enter, Tab, click─────────────┘
 *                 typing, inside ──Escape──► idle (nothing written)
 */
export interface CellEditor {
  /** Text has appeared in the textarea: it replaces the cell's. */
  beginTyping(): void
  /** Opens the active cell with its whole text. */
  open(): Promise<void>
  /** Writes the text if it changed and ends the editing. */
  commit(): void
  cancel(): void
  /** Reads the whole text of a clipped active cell ahead, so that F2 opens at once. */
  prepare(): void
  /** The cell's text as far as it is known: whole, or a clipped preview. */
  textAt(at: CellPoint): { readonly text: string; readonly whole: boolean }
}

export function createCellEditor(env: GridEnvironment): CellEditor {
  const { cellAt, textAt, readWhole } = createCellReader(env)

  const isIdleAt = (at: CellPoint): boolean => {
    const { editing, selection } = env.store.getState()
    return !editing && selection.active.row === at.row && selection.active.column === at.column
  }

  const end = (): void => {
    const textarea = env.textarea()
    if (textarea) textarea.value = ''
    env.store.setState({ editing: null })
  }

  return {
    textAt,
    beginTyping() {
      const { editing, selection } = env.store.getState()
      if (editing || env.columns().length === 0) return
      env.reveal(selection.active)
      env.store.setState({ editing: { mode: 'typing', at: selection.active, rowId: cellAt(selection.active).rowId } })
    },
    async open() {
      const { active } = env.store.getState().selection
      if (!isIdleAt(active) || env.columns().length === 0) return
      const known = textAt(active)
      const text = known.whole ? known.text : await readWhole(active)
      const textarea = env.textarea()
      if (text === null || !textarea || !isIdleAt(active)) return
      env.reveal(active)
      textarea.value = text
      textarea.setSelectionRange(text.length, text.length)
      env.store.setState({ editing: { mode: 'inside', at: active, rowId: cellAt(active).rowId } })
      // A long text opens with its end, where the caret is, in view; only the drawn textarea knows its height.
      requestAnimationFrame(() => (textarea.scrollTop = textarea.scrollHeight))
    },
    commit() {
      const { editing } = env.store.getState()
      const value = (env.textarea()?.value ?? '').replace(/\r\n?/g, '\n')
      if (!editing) return
      const before = textAt(editing.at)
      end()
      if (!before.whole || before.text !== value) write(env, editing.at, editing.rowId, value)
    },
    cancel: end,
    prepare() {
      const { active } = env.store.getState().selection
      if (!textAt(active).whole) void readWhole(active)
    },
  }
}

/** What the cells of the grid say; the whole text of one clipped cell is kept. */
function createCellReader(env: GridEnvironment) {
  let ahead: { rowId: RowId; columnId: ColumnId; preview: string; text: string } | null = null

  const cellAt = (at: CellPoint) => {
    const row = env.rows.row(at.row)
    const clipped = row?.clipped?.includes(at.column) ?? false
    return {
      rowId: row?.rowId ?? null,
      columnId: env.columns()[at.column]?.id,
      preview: row?.cells[at.column] ?? '',
      clipped,
    }
  }

  const textAt: CellEditor['textAt'] = (at) => {
    const { rowId, columnId, preview, clipped } = cellAt(at)
    if (!clipped) return { text: preview, whole: true }
    const known = ahead && ahead.rowId === rowId && ahead.columnId === columnId && ahead.preview === preview
    return known ? { text: ahead?.text ?? preview, whole: true } : { text: preview, whole: false }
  }

  const readWhole = async (at: CellPoint): Promise<string | null> => {
    const { rowId, columnId, preview } = cellAt(at)
    if (rowId === null || columnId === undefined) return preview
    const answer = await env.host().readCell(rowId, columnId)
    if (answer) ahead = { rowId, columnId, preview, text: answer.text }
    return answer?.text ?? null
  }

  return { cellAt, textAt, readWhole }
}

/**
 * By the row's id where it is known, so that the text reaches its row even when rows have moved; by position in the
 * empty row at the end.
 */
function write(env: GridEnvironment, at: CellPoint, rowId: RowId | null, value: string): void {
  const columnId = env.columns()[at.column]?.id
  if (columnId === undefined) return
  const edit: DatasetEdit =
    rowId === null
      ? { kind: 'setRange', row: at.row, column: at.column, values: [[value]] }
      : { kind: 'setCells', cells: [{ rowId, columnId, value }] }
  env.host().edit([edit], { top: at.row, left: at.column, values: [[value]] })
}
