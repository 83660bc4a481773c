import { CircleCheck, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { DatasetInfo } from '../../../../core/contract/index.ts'
import { Button } from '../../../ui/index.ts'
import { useFormat } from '../../../language/index.ts'
import { useChecks, warningCount } from './checks.store.ts'

/** The badge that counts problems; opens their list. */
export function ChecksButton({ info, onPress }: { readonly info: DatasetInfo; readonly onPress: () => void }) {
  const { t } = useTranslation('datasets')
  const format = useFormat()
  const checks = useChecks()
  const isKnown = checks.id === info.id && checks.report !== null
  const count = isKnown ? warningCount(checks) : 0
  return (
    <Button
      variant="quiet"
      icon={count > 0 ? <TriangleAlert size={15} /> : <CircleCheck size={15} />}
      aria-label={isKnown ? t('checks.badge', { count, problems: format.number(count) }) : t('checks.title')}
      onPress={onPress}
    >
      {count > 0 ? format.number(count) : t('checks.title')}
    </Button>
  )
}
