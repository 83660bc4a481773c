import { ChevronDown, Funnel, Plus } from 'lucide-react'
import { memo, useRef, type KeyboardEvent, type PointerEvent } from 'react'
import {
  Button as AriaButton,
  Header,
  Menu as AriaMenu,
  MenuItem,
  MenuSection,
  MenuTrigger,
  Popover,
  Separator,
} from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { ColumnRole, type Column, type ColumnId } from '../../../../core/contract/index.ts'
import { cx } from '../../../ui/index.ts'
import {
  commandOf,
  HEADER_MENU,
  isDanger,
  MENU_CLOSE_MS,
  runFromMenu,
  type CommandContext,
  type CommandId,
} from './commands.ts'
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
        <div
          key={column.id}
          role="columnheader"
          aria-colindex={index + 2}
          data-role={column.role}
          className={cx(
            styles.columnHeader,
            index >= selectedFrom && index <= selectedTo && styles.marked,
            index < frozen && styles.frozenHeader,
          )}
          style={
            index < frozen
              ? { width: widths[index], left: markerWidth + (edges[index] ?? 0) }
              : { width: widths[index] }
          }
        >
          {renaming === column.id ? (
            <NameField column={column} context={context} />
          ) : (
            <span className={styles.columnName} title={column.name}>
              {column.name}
            </span>
          )}
          {filtered.includes(column.id) && (
            <Funnel size={13} aria-label={t('grid.filtered')} className={styles.funnel} />
          )}
          <span className={styles.role}>{t(`role.${column.role}`)}</span>
          <ColumnMenu column={column} index={index} frozen={frozen} context={context} />
          <ResizeHandle column={column} width={widths[index] ?? 0} zoom={zoom} context={context} />
        </div>
      ))}
      <AriaButton className={styles.addColumn} aria-label={t('grid.addColumn')} onPress={() => addLast(context)}>
        <Plus size={15} aria-hidden />
      </AriaButton>
    </div>
  )
})

/** Puts a new column after the last one, whatever is selected. */
export function addLast(context: CommandContext): void {
  const last = context.env.columns().length - 1
  if (last >= 0)
    context.env.store.setState({ selection: selectColumns(last, last, { rowCount: 1, columnCount: last + 1 }) })
  commandOf('insertColumnRight').run(context)
  context.env.textarea()?.focus({ preventScroll: true })
}

function ColumnMenu({
  column,
  index,
  frozen,
  context,
}: {
  readonly column: Column
  readonly index: number
  readonly frozen: number
  readonly context: CommandContext
}) {
  const { t } = useTranslation('datasets')
  const { env } = context
  const selectHere = () =>
    env.store.setState({
      selection: selectColumns(index, index, {
        rowCount: Math.max(1, env.rows.rowCount()),
        columnCount: env.columns().length,
      }),
    })
  const act = (key: string) => {
    const role = ColumnRole.safeParse(key)
    if (role.success) env.host().edit([{ kind: 'setRole', columnId: column.id, role: role.data }])
    else if (key === 'ascending' || key === 'descending')
      env.host().edit([{ kind: 'sort', keys: [{ columnId: column.id, direction: key }] }])
    else if (key === 'autoWidth') env.host().setWidth(column.id, null)
    else if (key === 'filter') env.host().filter(column.id)
    else if (key === 'freeze') env.host().freeze(env.frozen() === index + 1 ? 0 : index + 1)
    else runFromMenu(key as CommandId, context)
  }
  return (
    <MenuTrigger onOpenChange={(open) => (open ? selectHere() : focusInputSoon(context))}>
      <AriaButton
        className={styles.columnMenu}
        aria-label={t('grid.columnMenu', { column: column.name })}
        excludeFromTabOrder
      >
        <ChevronDown size={14} aria-hidden />
      </AriaButton>
      <Popover className={styles.popover} offset={4} placement="bottom end">
        <AriaMenu
          className={styles.menu}
          aria-label={t('grid.columnMenu', { column: column.name })}
          onAction={(key) => act(String(key))}
        >
          <MenuSection selectionMode="single" disallowEmptySelection selectedKeys={[column.role]}>
            <Header className={styles.menuHeader}>{t('role.label')}</Header>
            {ColumnRole.options.map((role) => (
              <MenuItem key={role} id={role} textValue={t(`role.${role}Long`)} className={styles.menuItem as string}>
                <span className={styles.roleDot} data-role={role} />
                <span className={styles.menuLabel}>{t(`role.${role}Long`)}</span>
              </MenuItem>
            ))}
          </MenuSection>
          <Separator className={styles.menuLine} />
          {(['ascending', 'descending'] as const).map((direction) => (
            <MenuItem
              key={direction}
              id={direction}
              textValue={t(`grid.sort.${direction}`)}
              className={styles.menuItem as string}
            >
              <span className={styles.menuLabel}>{t(`grid.sort.${direction}`)}</span>
            </MenuItem>
          ))}
          <MenuItem id="filter" textValue={t('grid.filter')} className={styles.menuItem as string}>
            <span className={styles.menuLabel}>{t('grid.filter')}</span>
          </MenuItem>
          <Separator className={styles.menuLine} />
          {HEADER_MENU.flat().map((id) => (
            <MenuItem
              key={id}
              id={id}
              textValue={t(`grid.command.${id}`)}
              isDisabled={id === 'deleteColumns' && env.columns().length < 2}
              className={cx(styles.menuItem, isDanger(id) && styles.menuDanger)}
            >
              <span className={styles.menuLabel}>{t(`grid.command.${id}`)}</span>
            </MenuItem>
          ))}
          <MenuItem id="autoWidth" className={styles.menuItem} textValue={t('grid.autoWidth')}>
            <span className={styles.menuLabel}>{t('grid.autoWidth')}</span>
          </MenuItem>
          <MenuItem id="freeze" className={styles.menuItem} textValue={t('grid.freeze')}>
            <span className={styles.menuLabel}>{t(frozen === index + 1 ? 'grid.unfreeze' : 'grid.freeze')}</span>
          </MenuItem>
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  )
}

/** A closed menu gives the focus back to its button: the textarea takes it, unless a name is being edited. */
const focusInputSoon = ({ env }: CommandContext): void =>
  void setTimeout(() => {
    if (env.store.getState().renaming === null) env.textarea()?.focus({ preventScroll: true })
  }, MENU_CLOSE_MS)

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
