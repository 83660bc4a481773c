import type { CellEditor } from './cellEditor.ts'
import type { GridEnvironment } from './environment.ts'
import { moveLines } from './dragActs.ts'
import {
  clearCells,
  deleteColumns,
  deleteRows,
  fillFromFirst,
  insertColumn,
  insertRows,
  selectedColumns,
  selectedData,
} from './operations.ts'
import { rangeOf } from './selection.ts'

export interface CommandContext {
  readonly env: GridEnvironment
  readonly editor: CellEditor
  readonly clipboard: { cut(): void; copy(): void; paste(): void }
}

/**
 * One act of the grid; menu, toolbar and keyboard run the same object. Its label is the locale's `grid.command.<id>`.
 */
export interface GridCommand {
  readonly id: CommandId
  /** Shown beside the label; the keys themselves are in keymap.ts. `Mod` is Ctrl, or ⌘ on a Mac. */
  readonly shortcut?: string
  readonly canRun: (context: CommandContext) => boolean
  readonly run: (context: CommandContext) => void
}

export type CommandId =
  | 'cut'
  | 'copy'
  | 'paste'
  | 'clear'
  | 'edit'
  | 'fillDown'
  | 'fillRight'
  | 'onlyThis'
  | 'insertRowAbove'
  | 'insertRowBelow'
  | 'deleteRows'
  | 'moveUp'
  | 'moveDown'
  | 'moveLeft'
  | 'moveRight'
  | 'insertColumnLeft'
  | 'insertColumnRight'
  | 'renameColumn'
  | 'deleteColumns'

const hasData = ({ env }: CommandContext): boolean => selectedData(env) !== null
const hasColumns = ({ env }: CommandContext): boolean => env.columns().length > 0

const COMMANDS: readonly GridCommand[] = [
  { id: 'cut', shortcut: 'Mod+X', canRun: hasData, run: ({ clipboard }) => clipboard.cut() },
  { id: 'copy', shortcut: 'Mod+C', canRun: hasData, run: ({ clipboard }) => clipboard.copy() },
  { id: 'paste', shortcut: 'Mod+V', canRun: hasColumns, run: ({ clipboard }) => clipboard.paste() },
  { id: 'clear', shortcut: 'Delete', canRun: hasData, run: ({ env }) => clearCells(env) },
  { id: 'edit', shortcut: 'F2', canRun: hasColumns, run: ({ editor }) => void editor.open() },
  { id: 'fillDown', shortcut: 'Mod+D', canRun: hasData, run: ({ env }) => fillFromFirst(env, 'down') },
  { id: 'fillRight', shortcut: 'Mod+R', canRun: hasData, run: ({ env }) => fillFromFirst(env, 'right') },
  { id: 'onlyThis', canRun: hasData, run: ({ env, editor }) => filterByActive(env, editor) },
  { id: 'insertRowAbove', shortcut: 'Mod+Shift+Plus', canRun: hasColumns, run: ({ env }) => insertRows(env, 'above') },
  { id: 'insertRowBelow', canRun: hasColumns, run: ({ env }) => insertRows(env, 'below') },
  { id: 'deleteRows', shortcut: 'Mod+Minus', canRun: hasData, run: ({ env }) => deleteRows(env) },
  { id: 'moveUp', shortcut: 'Alt+Shift+ArrowUp', canRun: hasData, run: ({ env }) => move(env, 'row', -1) },
  { id: 'moveDown', shortcut: 'Alt+Shift+ArrowDown', canRun: hasData, run: ({ env }) => move(env, 'row', 1) },
  { id: 'moveLeft', shortcut: 'Alt+Shift+ArrowLeft', canRun: hasData, run: ({ env }) => move(env, 'column', -1) },
  { id: 'moveRight', shortcut: 'Alt+Shift+ArrowRight', canRun: hasData, run: ({ env }) => move(env, 'column', 1) },
  { id: 'insertColumnLeft', canRun: hasColumns, run: ({ env }) => insertColumn(env, 'left') },
  { id: 'insertColumnRight', canRun: () => true, run: ({ env }) => insertColumn(env, 'right') },
  { id: 'renameColumn', canRun: hasColumns, run: ({ env }) => startRename(env) },
  {
    id: 'deleteColumns',
    canRun: ({ env }) => selectedColumns(env).length < env.columns().length,
    run: ({ env }) => deleteColumns(env),
  },
]

const byId = new Map(COMMANDS.map((command) => [command.id, command]))

/** The command of an id. */
export function commandOf(id: CommandId): GridCommand {
  const command = byId.get(id)
  if (!command) throw new Error(`no grid command ${id}`)
  return command
}

function startRename(env: GridEnvironment): void {
  const column = env.columns()[env.store.getState().selection.active.column]
  if (column) env.store.setState({ renaming: column.id })
}

/** One place up, down, left or right. */
function move(env: GridEnvironment, axis: 'row' | 'column', step: 1 | -1): void {
  const range = rangeOf(env.store.getState().selection)
  const [from, to] =
    axis === 'row' ? [range.top, Math.min(range.bottom, env.rows.rowCount() - 1) + 1] : [range.left, range.right + 1]
  const at = step < 0 ? from - 1 : to + 1
  if (at >= 0 && at <= (axis === 'row' ? env.rows.rowCount() : env.columns().length)) moveLines(env, axis, at)
}

function filterByActive(env: GridEnvironment, editor: CellEditor): void {
  const { active } = env.store.getState().selection
  const column = env.columns()[active.column]
  if (column) env.host().filter(column.id, editor.textAt(active).text)
}

/** Sections of the context menu. */
export const CONTEXT_MENU: readonly (readonly CommandId[])[] = [
  ['cut', 'copy', 'paste', 'clear', 'fillDown', 'fillRight', 'onlyThis'],
  ['insertRowAbove', 'insertRowBelow', 'moveUp', 'moveDown', 'deleteRows'],
  ['insertColumnLeft', 'insertColumnRight', 'moveLeft', 'moveRight', 'renameColumn', 'deleteColumns'],
]

/** Sections of the toolbar's menu. */
export const LINES_MENU: readonly (readonly CommandId[])[] = CONTEXT_MENU.slice(1)

/** Sections of a column header's menu, after the choice of its role. */
export const HEADER_MENU: readonly (readonly CommandId[])[] = [
  ['renameColumn', 'insertColumnLeft', 'insertColumnRight', 'deleteColumns'],
]

/** Ids of commands that remove: drawn in 朱. */
export const isDanger = (id: CommandId): boolean => id === 'deleteRows' || id === 'deleteColumns'

/** By then a closed menu has given the focus back to its button. */
export const MENU_CLOSE_MS = 50

/** Runs a command chosen in a menu: with the focus in the textarea, which the clipboard and the cell editor need. */
export function runFromMenu(id: CommandId, context: CommandContext): void {
  setTimeout(() => {
    context.env.textarea()?.focus({ preventScroll: true })
    const command = commandOf(id)
    if (command.canRun(context)) command.run(context)
  }, MENU_CLOSE_MS)
}
