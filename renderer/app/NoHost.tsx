import { Unplug } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '../ui/index.ts'

/** Shown where the page was opened without its host. */
export function NoHost() {
  const { t } = useTranslation('shell')
  return <EmptyState icon={<Unplug size={22} />} title={t('noHost.title')} text={t('noHost.text')} />
}
