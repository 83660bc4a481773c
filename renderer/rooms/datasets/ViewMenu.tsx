import { TableProperties } from 'lucide-react'
import { Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover, Separator } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import type { DatasetId } from '../../../core/contract/index.ts'
import { IconButton } from '../../ui/index.ts'
import { useFormat } from '../../language/index.ts'
import { DEFAULT_LOOK, ROW_LINES, setLook, useLooks, ZOOMS } from './looks.store.ts'
import styles from './grid/Grid.module.css'

/** How the table is shown: the height of its rows, whether long texts wrap, its size, the columns that stay in view. */
export function ViewMenu({ id }: { readonly id: DatasetId }) {
  const { t } = useTranslation('datasets')
  const format = useFormat()
  const look = useLooks((state) => state.looks[id] ?? DEFAULT_LOOK)
  const item = styles.menuItem as string
  const act = (key: string) => {
    const [kind, value] = key.split(':')
    if (kind === 'lines') setLook(id, { lines: Number(value) })
    else if (kind === 'zoom') setLook(id, { zoom: Number(value) })
    else if (kind === 'wraps') setLook(id, { wraps: value === 'true' })
    else setLook(id, { frozen: 0 })
  }
  return (
    <MenuTrigger>
      <IconButton icon={<TableProperties size={16} />} label={t('look.title')} />
      <Popover className={styles.popover} offset={4}>
        <Menu className={styles.menu} aria-label={t('look.title')} onAction={(key) => act(String(key))}>
          <MenuSection selectionMode="single" disallowEmptySelection selectedKeys={[`lines:${look.lines}`]}>
            <Header className={styles.menuHeader}>{t('look.height')}</Header>
            {ROW_LINES.map((lines) => (
              <MenuItem key={lines} id={`lines:${lines}`} className={item}>
                {t('look.lines', { count: lines })}
              </MenuItem>
            ))}
          </MenuSection>
          <Separator className={styles.menuLine} />
          <MenuSection selectionMode="single" disallowEmptySelection selectedKeys={[`wraps:${look.wraps}`]}>
            <Header className={styles.menuHeader}>{t('look.long')}</Header>
            <MenuItem id="wraps:true" className={item}>
              {t('look.wrap')}
            </MenuItem>
            <MenuItem id="wraps:false" className={item}>
              {t('look.clip')}
            </MenuItem>
          </MenuSection>
          <Separator className={styles.menuLine} />
          <MenuSection selectionMode="single" disallowEmptySelection selectedKeys={[`zoom:${look.zoom}`]}>
            <Header className={styles.menuHeader}>{t('look.zoom')}</Header>
            {ZOOMS.map((zoom) => (
              <MenuItem key={zoom} id={`zoom:${zoom}`} className={item}>
                {format.percent(zoom)}
              </MenuItem>
            ))}
          </MenuSection>
          <Separator className={styles.menuLine} />
          <MenuItem id="unfreeze" isDisabled={look.frozen === 0} className={item}>
            {t('look.unfreeze')}
          </MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
  )
}
