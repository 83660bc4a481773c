import { useTranslation } from 'react-i18next'
import { useFormat } from '../../../language/index.ts'
import { rowRange } from './hub.selectors.ts'

/** Words a class of row counts such as `1K<n<10K`. */
export function useRowRange(): (rowClass: string) => string {
  const { t } = useTranslation('hub')
  const format = useFormat()
  return (rowClass) => {
    const range = rowRange(rowClass)
    if (!range) return rowClass
    const bound = (count: number | null) => (count === null ? '' : format.compact(count))
    return t('rows.between', { from: bound(range.from), to: bound(range.to) })
  }
}
