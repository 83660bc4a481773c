import type { TFunction } from 'i18next'
import { ChevronDown } from 'lucide-react'
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
import { ColumnRole, type Column } from '../../../../core/contract/index.ts'
import { cx } from '../../../ui/index.ts'
import { HEADER_MENU, isDanger, MENU_CLOSE_MS, runFromMenu, type CommandContext, type CommandId } from './commands.ts'
import { selectColumns } from './selection.ts'
import styles from './Grid.module.css'

interface ColumnMenuProps {
  readonly column: Column
  readonly index: number
  readonly frozen: number
  readonly context: CommandContext
}

/** The menu of a column's header: its role, its order, its filter and the commands for columns. */
export function ColumnMenu({ column, index, frozen, context }: ColumnMenuProps) {
  const { t } = useTranslation('datasets')
  const place = { column, index, context }
  return (
    <MenuTrigger onOpenChange={(open) => (open ? selectColumn(place) : focusInputSoon(context))}>
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
          onAction={(key) => act(String(key), place)}
        >
          {roleSection(column.role, t)}
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
          {commandItems(context, t)}
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

type Words = TFunction<'datasets'>

const roleSection = (chosen: ColumnRole, t: Words) => (
  <MenuSection selectionMode="single" disallowEmptySelection selectedKeys={[chosen]}>
    <Header className={styles.menuHeader}>{t('role.label')}</Header>
    {ColumnRole.options.map((role) => (
      <MenuItem key={role} id={role} textValue={t(`role.${role}Long`)} className={styles.menuItem as string}>
        <span className={styles.roleDot} data-role={role} />
        <span className={styles.menuLabel}>{t(`role.${role}Long`)}</span>
      </MenuItem>
    ))}
  </MenuSection>
)

const commandItems = ({ env }: CommandContext, t: Words) =>
  HEADER_MENU.flat().map((id) => (
    <MenuItem
      key={id}
      id={id}
      textValue={t(`grid.command.${id}`)}
      isDisabled={id === 'deleteColumns' && env.columns().length < 2}
      className={cx(styles.menuItem, isDanger(id) && styles.menuDanger)}
    >
      <span className={styles.menuLabel}>{t(`grid.command.${id}`)}</span>
    </MenuItem>
  ))

type Place = Pick<ColumnMenuProps, 'column' | 'index' | 'context'>

const selectColumn = ({ index, context: { env } }: Place): void =>
  env.store.setState({
    selection: selectColumns(index, index, {
      rowCount: Math.max(1, env.rows.rowCount()),
      columnCount: env.columns().length,
    }),
  })

function act(key: string, { column, index, context }: Place): void {
  const { env } = context
  const role = ColumnRole.safeParse(key)
  if (role.success) env.host().edit([{ kind: 'setRole', columnId: column.id, role: role.data }])
  else if (key === 'ascending' || key === 'descending')
    env.host().edit([{ kind: 'sort', keys: [{ columnId: column.id, direction: key }] }])
  else if (key === 'autoWidth') env.host().setWidth(column.id, null)
  else if (key === 'filter') env.host().filter(column.id)
  else if (key === 'freeze') env.host().freeze(env.frozen() === index + 1 ? 0 : index + 1)
  else runFromMenu(key as CommandId, context)
}

/** A closed menu gives the focus back to its button: the textarea takes it, unless a name is being edited. */
const focusInputSoon = ({ env }: CommandContext): void =>
  void setTimeout(() => {
    if (env.store.getState().renaming === null) env.textarea()?.focus({ preventScroll: true })
  }, MENU_CLOSE_MS)
