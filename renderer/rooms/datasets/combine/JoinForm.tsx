import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ColumnId, DatasetId, DatasetInfo } from '../../../../core/contract/index.ts'
import { Select } from '../../../ui/index.ts'
import * as api from '../datasets.api.ts'
import type { CombineFormProps } from './CombineDialog.tsx'
import { OtherDataset, taken } from './OtherDataset.tsx'
import { useDataset } from '../useDataset.ts'
import styles from './CombineDialog.module.css'

/** Columns of another dataset beside this one's, where a column says the same. */
export function JoinForm({ document, info, onReady }: CombineFormProps) {
  const { t } = useTranslation('datasets')
  const [from, setFrom] = useState<DatasetId | null>(null)
  const [columnId, setColumn] = useState<ColumnId | null>(info.columns[0]?.id ?? null)
  const [fromColumnId, setFromColumn] = useState<ColumnId | null>(null)
  const [duplicates, setDuplicates] = useState<'refuse' | 'first'>('refuse')
  const other = useDataset(from)
  const fromColumn =
    fromColumnId ??
    other?.columns.find(({ name }) => name === info.columns.find(({ id }) => id === columnId)?.name)?.id ??
    other?.columns[0]?.id ??
    null
  const isReady = from !== null && columnId !== null && fromColumn !== null
  useEffect(() => {
    onReady(
      !isReady
        ? null
        : async () => {
            await document.settled()
            return taken(await api.join({ id: info.id, from, columnId, fromColumnId: fromColumn, duplicates }))
          },
    )
    // The dialog's answer does not change what is ready.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isReady, from, columnId, fromColumn, duplicates])
  return (
    <>
      <OtherDataset info={info} value={from} onChange={setFrom} />
      <div className={styles.pair}>
        <Select
          label={t('combine.join.here')}
          items={itemsOf(info)}
          value={columnId}
          onChange={(id) => setColumn(id as ColumnId)}
        />
        <Select
          label={t('combine.join.there')}
          items={other ? itemsOf(other) : []}
          value={fromColumn}
          isDisabled={!other}
          onChange={(id) => setFromColumn(id as ColumnId)}
        />
      </div>
      <Select
        label={t('combine.join.duplicates')}
        items={(['refuse', 'first'] as const).map((id) => ({ id, label: t(`combine.join.${id}`) }))}
        value={duplicates}
        onChange={(id) => setDuplicates(id as typeof duplicates)}
      />
    </>
  )
}

const itemsOf = ({ columns }: DatasetInfo) => columns.map(({ id, name }) => ({ id, label: name }))
