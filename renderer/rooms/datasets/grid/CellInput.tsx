import {
  useRef,
  type ClipboardEvent,
  type CompositionEvent,
  type CSSProperties,
  type FormEvent,
  type KeyboardEvent,
  type Ref,
} from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import type { Column } from '../../../../core/contract/index.ts'
import { cx } from '../../../ui/index.ts'
import type { CellEditor } from './cellEditor.ts'
import type { GridEnvironment } from './environment.ts'
import { cellId } from './GridRow.tsx'
import styles from './Grid.module.css'

interface CellInputProps {
  readonly ref: Ref<HTMLTextAreaElement>
  readonly env: GridEnvironment
  readonly editor: CellEditor
  readonly gridId: string
  /** Lets the room find the input of this very grid. */
  readonly name: string
  /** The active cell's column. */
  readonly column: Column | undefined
  /** The active cell's place in the pane. */
  readonly cellLeft: number
  readonly cellTop: number
  readonly cellWidth: number
  readonly rowPx: number
  readonly area: {
    readonly width: number
    readonly height: number
    readonly left: number
    readonly markerWidth: number
  }
  /** Whether the active cell is among the drawn rows: only then can it be named as the active descendant. */
  readonly drawn: boolean
  readonly onKeyDown: (event: KeyboardEvent) => void
  readonly clipboard: {
    readonly onCopy: (event: ClipboardEvent) => void
    readonly onCut: (event: ClipboardEvent) => void
    readonly onPaste: (event: ClipboardEvent) => void
  }
}

const LABEL_CHARACTERS = 80
const MAX_WIDTH_PX = 560
const MAX_HEIGHT_PX = 320
const ROOM_BELOW_PX = 160

/**
 * The textarea that always has the focus, laid over the active cell and invisible until editing. An IME starts only in
 * an editable element that is focused before the first key, so this one is never exchanged, never unmounted, and holds
 * still while composing.
 */
export function CellInput({
  ref,
  env,
  editor,
  gridId,
  name,
  column,
  cellLeft,
  cellTop,
  cellWidth,
  rowPx,
  area,
  drawn,
  onKeyDown,
  clipboard,
}: CellInputProps) {
  const { t } = useTranslation('datasets')
  const editing = useStore(env.store, (state) => state.editing)
  const active = useStore(env.store, (state) => state.selection.active)
  const composition = useComposition(editor, () => env.store.getState().editing !== null)
  const text = editor.textAt(active).text

  const style = inputBox({ cellLeft, cellTop, cellWidth, rowPx, area }, editing !== null)
  return (
    <textarea
      ref={ref}
      className={cx(styles.input, editing && styles.open)}
      style={style}
      aria-label={t('grid.cellLabel', {
        column: column?.name ?? '',
        row: active.row + 1,
        text: text.slice(0, LABEL_CHARACTERS) || t('grid.emptyCell'),
      })}
      aria-controls={gridId}
      aria-activedescendant={drawn ? cellId(gridId, active.row, active.column) : undefined}
      data-grid-input={name}
      spellCheck={false}
      autoComplete="off"
      autoCapitalize="off"
      onKeyDown={onKeyDown}
      onCopy={clipboard.onCopy}
      onCut={clipboard.onCut}
      onPaste={clipboard.onPaste}
      onBlur={(event) => {
        // The whole window losing the focus is no reason to end the editing.
        if (document.activeElement !== event.currentTarget) editor.commit()
      }}
      {...composition}
    />
  )
}

/**
 * The textarea's box: the cell itself, or while editing a box that grows with its text, upwards near the lower edge.
 */
function inputBox(
  {
    cellLeft,
    cellTop,
    cellWidth,
    rowPx,
    area,
  }: Pick<CellInputProps, 'cellLeft' | 'cellTop' | 'cellWidth' | 'rowPx' | 'area'>,
  editing: boolean,
): CSSProperties {
  // Far outside the view it waits just beyond the edge; typing scrolls back to the cell first.
  const top = Math.min(area.height, Math.max(-rowPx, cellTop))
  const place = { left: cellLeft - 1, top: top - 1 }
  if (!editing) return { ...place, width: cellWidth, height: rowPx }
  const upwards = area.height - top < ROOM_BELOW_PX && top > ROOM_BELOW_PX
  const visibleWidth = area.width - Math.max(area.markerWidth, cellLeft - area.left)
  return {
    ...place,
    translate: upwards ? `0 calc(-100% + ${rowPx + 1}px)` : undefined,
    minWidth: cellWidth + 1,
    maxWidth: Math.max(cellWidth + 1, Math.min(MAX_WIDTH_PX, visibleWidth)),
    minHeight: rowPx + 1,
    maxHeight: Math.max(rowPx * 2, Math.min(MAX_HEIGHT_PX, upwards ? top : area.height - top - 8)),
  }
}

/** Begins the editing when text arrives, from keys, an IME, dictation or an emoji picker alike. */
function useComposition(editor: CellEditor, isEditing: () => boolean) {
  const composing = useRef(false)
  // A click elsewhere has already written the text of this composition: what the IME still sends is the same text
  // again.
  const spent = useRef(false)
  const restart = (event: CompositionEvent<HTMLTextAreaElement>) => {
    composing.current = true
    spent.current = false
    if (!isEditing()) event.currentTarget.value = ''
    editor.beginTyping()
  }
  return {
    onCompositionStart: restart,
    onCompositionEnd(event: CompositionEvent<HTMLTextAreaElement>) {
      composing.current = false
      const leftover = spent.current || !isEditing()
      spent.current = false
      if (leftover) event.currentTarget.value = ''
      // Given up with Escape: nothing was typed, the cell keeps its text.
      else if (event.currentTarget.value === '') editor.cancel()
    },
    onInput(event: FormEvent<HTMLTextAreaElement>) {
      if (composing.current && !isEditing()) spent.current = true
      if (spent.current) event.currentTarget.value = ''
      else editor.beginTyping()
    },
  }
}
