import { Funnel, X } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import type { ColumnId, DatasetInfo, ViewFilter } from '../../../../core/contract/index.ts'
import { Button, IconButton } from '../../../ui/index.ts'
import { useFormat } from '../../../language/index.ts'
import type { DatasetDocument } from '../document.ts'
import styles from './FilterBar.module.css'

interface FilterBarProps {
  readonly document: DatasetDocument
  readonly info: DatasetInfo
  /** Opens the condition of a column. */
  readonly onEdit: (columnId: ColumnId) => void
}

const SHOWN_CHARACTERS = 24

/** Which conditions the shown rows pass, and how many rows these are. Nothing while every row is shown. */
export function FilterBar({ document, info, onEdit }: FilterBarProps) {
  const { t } = useTranslation('datasets')
  const format = useFormat()
  const filters = useStore(document.state, (state) => state.filters)
  const shown = useSyncExternalStore(document.rows.subscribe, document.rows.rowCount)
  if (filters.length === 0) return null
  return (
    <div className={styles.bar} role="region" aria-label={t('filter.title')} data-region="filter">
      <Funnel size={14} aria-hidden />
      {filters.map((filter, index) => (
        <span key={index} className={styles.condition}>
          <button type="button" className={styles.words} onClick={() => onEdit(filter.columnId)}>
            {inWords(filter)}
          </button>
          <IconButton
            icon={<X size={13} />}
            label={t('filter.removeOne', { condition: inWords(filter) })}
            size="small"
            onPress={() => void document.filter(filters.filter((other) => other !== filter))}
          />
        </span>
      ))}
      <span role="status" className={styles.count}>
        {t('filter.shown', { shown: format.number(shown), rows: format.number(info.rowCount) })}
      </span>
      <Button size="small" onPress={() => void document.filter([])}>
        {t('filter.removeAll')}
      </Button>
    </div>
  )

  function inWords({ columnId, kind, value }: ViewFilter): string {
    const column = info.columns.find(({ id }) => id === columnId)?.name ?? ''
    return t(`filter.words.${kind}`, {
      column,
      value: value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}…` : value,
    })
  }
}
