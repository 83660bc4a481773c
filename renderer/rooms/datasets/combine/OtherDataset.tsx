import { useTranslation } from 'react-i18next'
import type { DatasetId, DatasetInfo, Result } from '../../../../core/contract/index.ts'
import { toastError } from '../../../errors/index.ts'
import { Select } from '../../../ui/index.ts'
import { datasetItems, isReadable } from '../datasets.selectors.ts'
import { takeInfo, useDatasets } from '../datasets.store.ts'

/** The dataset as it is after the act; says what went wrong. */
export function taken(result: Result<DatasetInfo>): boolean {
  if (result.ok) takeInfo(result.value)
  else toastError(result.error)
  return result.ok
}

/** The other dataset of an act. */
export function OtherDataset({
  info,
  value,
  onChange,
}: {
  readonly info: DatasetInfo
  readonly value: DatasetId | null
  readonly onChange: (id: DatasetId) => void
}) {
  const { t } = useTranslation('datasets')
  const others = useDatasets(datasetItems).filter((item) => item.id !== info.id && isReadable(item))
  return (
    <Select
      label={t('combine.other')}
      items={others.map(({ id, name }) => ({ id, label: name }))}
      value={value}
      placeholder={t(others.length === 0 ? 'combine.noOther' : 'combine.choose')}
      isDisabled={others.length === 0}
      onChange={(id) => onChange(id as DatasetId)}
    />
  )
}
