import { Funnel, Plus } from 'lucide-react'
import { memo, useRef, type KeyboardEvent, type PointerEvent } from 'react'
import { Button as AriaButton } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import type { Column, ColumnId } from '../../../../core/contract/index.ts'
import { cx } from '../../../ui/index.ts'
import { ColumnMenu } from './ColumnMenu.tsx'
import { commandOf, type CommandContext } from './commands.ts'
import { selectColumns } from './selection.ts'
import { MIN_COLUMN_PX } from './viewport.ts'
import styles from './Grid.module.css'

interface GridHeaderProps {
  readonly columns: readonly Column[]
  readonly widths: readonly number[]
  readonly edges: readonly number[]
  readonly frozen: number
  /** Columns that a filter looks at. */
  readonly filtered: readonly ColumnId[]
  readonly zoom: number
  readonly markerWidth: number
  readonly selectedFrom: number
  readonly selectedTo: number
  readonly renaming: ColumnId | null
  readonly context: CommandContext
}

/**
 * Names and roles of the columns. A double click renames, the arrow opens the column's menu, the right edge resizes.
 */
export const GridHeader = memo(function GridHeader({
  columns,
  widths,
  edges,
  frozen,
  filtered,
  zoom,
  markerWidth,
  selectedFrom,
  selectedTo,
  renaming,
  context,
}: GridHeaderProps) {
  const { t } = useTranslation('datasets')
  return (
    <div role="row" aria-rowindex={1} className={styles.header}>
      <div
        role="columnheader"
        aria-colindex={1}
        aria-label={t('grid.rowHeader')}
        className={styles.corner}
        style={{ width: markerWidth }}
      />
      {columns.map((column, index) => (
        <HeaderCell
          key={column.id}
          column={column}
          index={index}
          width={widths[index]}
          left={edges[index] ?? 0}
          frozen={frozen}
          markerWidth={markerWidth}
          isSelected={index >= selectedFrom && index <= selectedTo}
          isRenaming={renaming === column.id}
          isFiltered={filtered.includes(column.id)}
          zoom={zoom}
          context={context}
        />
      ))}
      <AriaButton className={styles.addColumn} aria-label={t('grid.addColumn')} onPress={() => addLast(context)}>
        <Plus size={15} aria-hidden />
      </AriaButton>
    </div>
  )
})

interface HeaderCellProps extends Pick<GridHeaderProps, 'frozen' | 'markerWidth' | 'zoom' | 'context'> {
  readonly column: Column
  readonly index: number
  readonly width: number | undefined
  /** Left edge, counted from the first column. */
  readonly left: number
  readonly isSelected: boolean
  readonly isRenaming: boolean
  readonly isFiltered: boolean
}

function HeaderCell({
  column,
  index,
  width,
  left,
  frozen,
  markerWidth,
  isSelected,
  isRenaming,
  isFiltered,
  zoom,
  context,
}: HeaderCellProps) {
  const { t } = useTranslation('datasets')
  return (
    <div
      role="columnheader"
      aria-colindex={index + 2}
      data-role={column.role}
      className={cx(styles.columnHeader, isSelected && styles.marked, index < frozen && styles.frozenHeader)}
      style={index < frozen ? { width, left: markerWidth + left } : { width }}
    >
      {isRenaming ? (
        <NameField column={column} context={context} />
      ) : (
        <span className={styles.columnName} title={column.name}>
          {column.name}
        </span>
      )}
      {isFiltered && <Funnel size={13} aria-label={t('grid.filtered')} className={styles.funnel} />}
      <span className={styles.role}>{t(`role.${column.role}`)}</span>
      <ColumnMenu column={column} index={index} frozen={frozen} context={context} />
      <ResizeHandle column={column} width={width ?? 0} zoom={zoom} context={context} />
    </div>
  )
}

/** Puts a new column after the last one, whatever is selected. */
export function addLast(context: CommandContext): void {
  const last = context.env.columns().length - 1
  if (last >= 0)
    context.env.store.setState({ selection: selectColumns(last, last, { rowCount: 1, columnCount: last + 1 }) })
  commandOf('insertColumnRight').run(context)
  context.env.textarea()?.focus({ preventScroll: true })
}

function NameField({ column, context }: { readonly column: Column; readonly context: CommandContext }) {
  const { t } = useTranslation('datasets')
  const { env } = context
  const cancelled = useRef(false)
  const finish = (name: string) => {
    env.store.setState({ renaming: null })
    const trimmed = name.trim()
    if (!cancelled.current && trimmed !== '' && trimmed !== column.name)
      env.host().edit([{ kind: 'renameColumn', columnId: column.id, name: trimmed }])
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return
    if (event.key !== 'Enter' && event.key !== 'Escape' && event.key !== 'Tab') return
    event.preventDefault()
    cancelled.current = event.key === 'Escape'
    env.textarea()?.focus({ preventScroll: true })
  }
  return (
    <input
      autoFocus
      className={styles.nameField}
      aria-label={t('grid.columnName')}
      defaultValue={column.name}
      spellCheck={false}
      onFocus={(event) => event.currentTarget.select()}
      onKeyDown={onKeyDown}
      onBlur={(event) => finish(event.currentTarget.value)}
    />
  )
}

function ResizeHandle({
  column,
  width,
  zoom,
  context,
}: {
  readonly column: Column
  readonly width: number
  readonly zoom: number
  readonly context: CommandContext
}) {
  const start = useRef<{ x: number; width: number } | null>(null)
  const { t } = useTranslation('datasets')
  const down = (event: PointerEvent<HTMLDivElement>) => {
    event.preventDefault()
    event.currentTarget.setPointerCapture(event.pointerId)
    start.current = { x: event.clientX, width }
  }
  const move = (event: PointerEvent<HTMLDivElement>) => {
    if (!start.current) return
    context.env
      .host()
      .setWidth(
        column.id,
        Math.max(MIN_COLUMN_PX, Math.round((start.current.width + event.clientX - start.current.x) / zoom)),
      )
  }
  return (
    <div
      data-grid-control
      className={styles.resize}
      title={t('grid.resize', { column: column.name })}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={() => (start.current = null)}
      onMouseDown={(event) => event.preventDefault()}
      onDoubleClick={() => context.env.host().setWidth(column.id, null)}
    />
  )
}
