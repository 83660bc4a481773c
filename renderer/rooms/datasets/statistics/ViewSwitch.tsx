import { useTranslation } from 'react-i18next'
import { Segmented } from '../../../ui/index.ts'
import styles from './StatisticsPane.module.css'

export type EditorView = 'table' | 'statistics'

/** 表 / 統計: what the editor shows. */
export function ViewSwitch({
  value,
  onChange,
}: {
  readonly value: EditorView
  readonly onChange: (view: EditorView) => void
}) {
  const { t } = useTranslation('statistics')
  const items = [
    { id: 'table', label: t('table') },
    { id: 'statistics', label: t('statistics') },
  ] as const
  return (
    <Segmented
      label={t('view')}
      labelHidden
      items={items}
      value={value}
      onChange={onChange}
      className={styles.switch as string}
    />
  )
}
