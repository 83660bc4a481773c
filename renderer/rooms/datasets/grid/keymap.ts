/** Which key does what, as in Excel and Numbers. Pure: a key becomes an intent, `useGridKeys` carries it out. */
export interface Key {
  readonly key: string
  readonly code: string
  readonly shiftKey: boolean
  readonly altKey: boolean
  readonly ctrlKey: boolean
  readonly metaKey: boolean
}

/**
 * `typing`: begun by a printable key, arrows commit; `inside`: begun by F2 or a double click, arrows move the caret.
 */
export type EditMode = 'typing' | 'inside'

export type Intent =
  | { readonly kind: 'move'; readonly rows: number; readonly columns: number; readonly extend: boolean }
  | { readonly kind: 'page'; readonly pages: number; readonly extend: boolean }
  | { readonly kind: 'edge'; readonly rows: number; readonly columns: number; readonly extend: boolean }
  | { readonly kind: 'step'; readonly axis: 'row' | 'column'; readonly back: boolean }
  | { readonly kind: 'commitMove'; readonly rows: number; readonly columns: number }
  | { readonly kind: 'command'; readonly command: KeyCommand }

export type KeyCommand =
  | 'edit'
  | 'cancel'
  | 'lineBreak'
  | 'collapse'
  | 'clear'
  | 'selectAll'
  | 'selectRow'
  | 'selectColumn'
  | 'insertLines'
  | 'deleteLines'
  | 'fillDown'
  | 'fillRight'
  | 'moveUp'
  | 'moveDown'
  | 'moveLeft'
  | 'moveRight'
  | 'undo'
  | 'redo'
  | 'save'
  | 'find'
  | 'replace'
  | 'menu'
  | 'leaveForward'
  | 'leaveBack'

const ARROWS: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
}

const MOVES: Readonly<Record<string, KeyCommand>> = {
  ArrowUp: 'moveUp',
  ArrowDown: 'moveDown',
  ArrowLeft: 'moveLeft',
  ArrowRight: 'moveRight',
}

const command = (name: KeyCommand): Intent => ({ kind: 'command', command: name })

const FAR = Number.MAX_SAFE_INTEGER

/** The intent of a key, or null where the key belongs to the textarea (printable keys, caret movement, clipboard). */
export function keyIntent(key: Key, state: { editing: EditMode | null; mac: boolean }): Intent | null {
  const mod = state.mac ? key.metaKey : key.ctrlKey
  return state.editing ? editingIntent(key, state.editing, mod) : (shortcutIntent(key, mod) ?? movingIntent(key, mod))
}

function editingIntent(key: Key, mode: EditMode, mod: boolean): Intent | null {
  if (mod && key.key.toLowerCase() === 's') return command('save')
  switch (key.key) {
    case 'Enter':
      return key.altKey || mod ? command('lineBreak') : { kind: 'step', axis: 'row', back: key.shiftKey }
    case 'Tab':
      return { kind: 'step', axis: 'column', back: key.shiftKey }
    case 'Escape':
      return command('cancel')
    case 'F2':
      return command('edit')
    default: {
      const arrow = ARROWS[key.key]
      return arrow && mode === 'typing' && !key.shiftKey && !mod && !key.altKey
        ? { kind: 'commitMove', rows: arrow[0], columns: arrow[1] }
        : null
    }
  }
}

function shortcutIntent(key: Key, mod: boolean): Intent | null {
  if (key.key === 'F6') return command(key.shiftKey ? 'leaveBack' : 'leaveForward')
  if (key.key === 'F2') return command('edit')
  if (key.key === 'ContextMenu' || (key.key === 'F10' && key.shiftKey)) return command('menu')
  if (key.key === ' ' && key.shiftKey && !mod) return command('selectRow')
  if (key.key === ' ' && key.ctrlKey && !key.shiftKey) return command('selectColumn')
  // On a Mac, ⌘H hides the application.
  if (key.key.toLowerCase() === 'h' && key.ctrlKey && !key.altKey) return command('replace')
  if (!mod || key.altKey) return null
  if (key.code === 'NumpadAdd' || key.key === '+') return command('insertLines')
  if (key.code === 'NumpadSubtract' || key.key === '-') return command('deleteLines')
  switch (key.key.toLowerCase()) {
    case 'z':
      return command(key.shiftKey ? 'redo' : 'undo')
    case 'y':
      return command('redo')
    case 's':
      return command('save')
    case 'f':
    case 'g':
      return command('find')
    case 'a':
      return command('selectAll')
    case 'd':
      return command('fillDown')
    case 'r':
      return command('fillRight')
    default:
      return null
  }
}

function movingIntent(key: Key, mod: boolean): Intent | null {
  const extend = key.shiftKey
  const arrow = ARROWS[key.key]
  const moved = MOVES[key.key]
  if (moved && key.altKey && extend && !mod) return command(moved)
  if (arrow) return { kind: mod ? 'edge' : 'move', rows: arrow[0], columns: arrow[1], extend }
  switch (key.key) {
    case 'Enter':
      return key.altKey || mod ? null : { kind: 'step', axis: 'row', back: extend }
    case 'Tab':
      return mod ? null : { kind: 'step', axis: 'column', back: extend }
    case 'Home':
      return { kind: 'edge', rows: mod ? -1 : 0, columns: -1, extend }
    case 'End':
      return { kind: 'edge', rows: mod ? 1 : 0, columns: 1, extend }
    case 'PageUp':
      return { kind: 'page', pages: -1, extend }
    case 'PageDown':
      return { kind: 'page', pages: 1, extend }
    case 'Delete':
    case 'Backspace':
      return command('clear')
    case 'Escape':
      return command('collapse')
    default:
      return null
  }
}

/** How far an `edge` intent goes: anything beyond the table is clamped by the selection. */
export const edgeDistance = (direction: number): number => (direction === 0 ? 0 : direction * (FAR / 4))
