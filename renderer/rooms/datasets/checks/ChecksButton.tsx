import { CircleCheck, ListChecks, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { DatasetInfo } from '../../../../core/contract/index.ts'
import { Button } from '../../../ui/index.ts'
import { useFormat } from '../../../language/index.ts'
import { isChecked, useChecks, warningCount } from './checks.store.ts'

/** The badge that counts problems; opens their list. */
export function ChecksButton({ info, onPress }: { readonly info: DatasetInfo; readonly onPress: () => void }) {
  const { t } = useTranslation('datasets')
  const format = useFormat()
  const checks = useChecks()
  const isKnown = isChecked(checks, info)
  // Problems stay in view while they are looked for again; that there are none is told only when it is known.
  const count = checks.id === info.id ? warningCount(checks) : 0
  return (
    <Button
      variant="quiet"
      icon={iconOf(count, isKnown)}
      aria-label={
        isKnown || count > 0 ? t('checks.badge', { count, problems: format.number(count) }) : t('checks.title')
      }
      onPress={onPress}
    >
      {count > 0 ? format.number(count) : t('checks.title')}
    </Button>
  )
}

function iconOf(count: number, isKnown: boolean): ReactNode {
  if (count > 0) return <TriangleAlert size={15} />
  return isKnown ? <CircleCheck size={15} /> : <ListChecks size={15} />
}
