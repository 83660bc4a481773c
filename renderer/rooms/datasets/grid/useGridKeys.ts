import { useCallback, type KeyboardEvent } from 'react'
import type { CellEditor } from './cellEditor.ts'
import { commandOf, type CommandContext } from './commands.ts'
import { boundsOf, dataBoundsOf, type GridEnvironment } from './environment.ts'
import { edgeDistance, keyIntent, type Intent, type KeyCommand } from './keymap.ts'
import { linesSelected } from './operations.ts'
import {
  isSingle,
  moveBy,
  rangeOf,
  selectAll,
  selectCell,
  selectColumns,
  selectRows,
  step,
  type Selection,
} from './selection.ts'
import { isMac } from './platform.ts'

/**
 * Handles keys of the textarea. Composition comes first and is never touched; printable keys are left to the textarea.
 */
export function useGridKeys(context: CommandContext, openMenu: () => void): (event: KeyboardEvent) => void {
  return useCallback(
    (event: KeyboardEvent) => {
      // Safari and Chromium report the key that ends or begins a composition with 229 and without isComposing.
      if (event.nativeEvent.isComposing || event.keyCode === 229) return
      const mac = isMac()
      const intent = keyIntent(event, { editing: context.env.store.getState().editing?.mode ?? null, mac })
      if (!intent) return
      event.preventDefault()
      carryOut(intent, context, openMenu)
    },
    [context, openMenu],
  )
}

function carryOut(intent: Intent, context: CommandContext, openMenu: () => void): void {
  const { env, editor } = context
  if (intent.kind === 'command') return runCommand(intent.command, context, openMenu)
  if (intent.kind === 'step' || intent.kind === 'commitMove') editor.commit()
  show(env, nextSelection(intent, env))
}

/** Selects and scrolls to the corner that moved. */
export function show(env: GridEnvironment, selection: Selection): void {
  env.store.setState({ selection })
  env.reveal(selection.active === selection.anchor ? selection.extent : selection.active)
}

function nextSelection(intent: Exclude<Intent, { kind: 'command' }>, env: GridEnvironment): Selection {
  const { selection } = env.store.getState()
  const bounds = boundsOf(env)
  switch (intent.kind) {
    case 'move':
      return moveBy(selection, intent, bounds)
    case 'commitMove':
      return moveBy(selection, { ...intent, extend: false }, bounds)
    case 'page':
      return moveBy(selection, { rows: intent.pages * env.pageRows(), columns: 0, extend: intent.extend }, bounds)
    case 'edge':
      return moveBy(
        selection,
        { rows: edgeDistance(intent.rows), columns: edgeDistance(intent.columns), extend: intent.extend },
        intent.rows === 0 ? bounds : dataBoundsOf(env),
      )
    case 'step':
      return step(selection, intent.axis, intent.back, bounds)
  }
}

function runCommand(command: KeyCommand, context: CommandContext, openMenu: () => void): void {
  const { env, editor } = context
  const { selection } = env.store.getState()
  const range = rangeOf(selection)
  const bounds = boundsOf(env)
  const data = dataBoundsOf(env)
  const actions: Record<KeyCommand, () => void> = {
    edit: () => toggleEdit(env, editor),
    cancel: () => editor.cancel(),
    lineBreak: () => insertLineBreak(),
    collapse: () => !isSingle(selection) && env.store.setState({ selection: selectCell(selection.active) }),
    clear: () => run('clear', context),
    selectAll: () => env.store.setState({ selection: selectAll(selection, data) }),
    selectRow: () =>
      env.store.setState({ selection: { ...selectRows(range.top, range.bottom, bounds), active: selection.active } }),
    selectColumn: () =>
      env.store.setState({ selection: { ...selectColumns(range.left, range.right, data), active: selection.active } }),
    insertLines: () => run(linesSelected(env) === 'columns' ? 'insertColumnLeft' : 'insertRowAbove', context),
    deleteLines: () => deleteLines(context),
    fillDown: () => run('fillDown', context),
    fillRight: () => run('fillRight', context),
    moveUp: () => run('moveUp', context),
    moveDown: () => run('moveDown', context),
    moveLeft: () => run('moveLeft', context),
    moveRight: () => run('moveRight', context),
    undo: () => env.host().undo(),
    redo: () => env.host().redo(),
    save: () => {
      editor.commit()
      env.host().save()
    },
    find: () => env.host().find('find'),
    replace: () => env.host().find('replace'),
    menu: openMenu,
    leaveForward: () => env.host().leave('forward'),
    leaveBack: () => env.host().leave('back'),
  }
  actions[command]()
}

function run(id: Parameters<typeof commandOf>[0], context: CommandContext): void {
  const command = commandOf(id)
  if (command.canRun(context)) command.run(context)
}

function deleteLines(context: CommandContext): void {
  const lines = linesSelected(context.env)
  if (lines) run(lines === 'rows' ? 'deleteRows' : 'deleteColumns', context)
}

/** F2 while typing: from now on arrows move the caret. */
function toggleEdit(env: GridEnvironment, editor: CellEditor): void {
  const { editing } = env.store.getState()
  if (!editing) void editor.open()
  else env.store.setState({ editing: { ...editing, mode: editing.mode === 'typing' ? 'inside' : 'typing' } })
}

/** Through the browser's own editing, so that its undo keeps working inside the cell. */
const insertLineBreak = (): void => void document.execCommand('insertText', false, '\n')
