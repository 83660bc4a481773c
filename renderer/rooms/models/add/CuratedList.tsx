import { Box, Check } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { CuratedModel } from '../../../../core/contract/index.ts'
import { ErrorNotice } from '../../../errors/index.ts'
import { HubNote, HubResults } from '../../../hub/index.ts'
import { useFormat, useLanguage } from '../../../language/index.ts'
import { goTo } from '../../../session/index.ts'
import { Badge, LoadingPane } from '../../../ui/index.ts'
import { BestFit } from '../FitBadge.tsx'
import { closeAdd, inspect, loadCurated, useAdd } from './add.store.ts'
import styles from './Add.module.css'

/** Models that are worth a try for Japanese, the smallest first. */
export function CuratedList() {
  const { t } = useTranslation('models')
  const state = useAdd((add) => add.curated)
  if (state.kind === 'loading') return <LoadingPane />
  if (state.kind === 'failed') return <ErrorNotice error={state.error} onRetry={() => void loadCurated()} />
  const { date, models } = state.curated
  return (
    <div className={styles.tab}>
      <HubNote>{t('add.curated.lead', { date })}</HubNote>
      <HubResults
        label={t('add.curated.label')}
        icon={<Box size={16} />}
        entries={models.map((model) => ({
          id: model.id,
          detail: <About model={model} />,
          aside: <Fitness model={model} />,
        }))}
        onOpen={(id) => open(models.find((model) => model.id === id))}
      />
    </div>
  )
}

/** Shows the model that is here, else looks at the one of the Hub. */
function open(model: CuratedModel | undefined): void {
  if (!model) return
  if (model.localId === null) return void inspect(model.id)
  closeAdd()
  goTo('models', model.localId)
}

function About({ model }: { readonly model: CuratedModel }) {
  const { t } = useTranslation('models')
  const format = useFormat()
  const language = useLanguage()
  const { parameterCount, downloadBytes, isApproximate, licence, isGated, goodFor, next } = model
  const size = format.bytes(downloadBytes)
  const figures = [
    t('add.parameters', { number: format.compact(parameterCount) }),
    t('add.curated.download', { size: isApproximate ? t('add.curated.about', { size }) : size }),
    licence || t('noLicence'),
    ...(isGated ? [t('add.gated')] : []),
  ]
  return (
    <>
      <span className={styles.line}>{figures.join(' · ')}</span>
      <span className={styles.sentence}>{goodFor[language]}</span>
      {next && <span className={styles.line}>{t('add.curated.next', { id: next })}</span>}
    </>
  )
}

function Fitness({ model: { fit, localId } }: { readonly model: CuratedModel }) {
  const { t } = useTranslation('models')
  return (
    <>
      {localId !== null && <Badge icon={<Check size={13} />}>{t('add.curated.have')}</Badge>}
      <BestFit fit={fit} use="training" />
      <BestFit fit={fit} use="chat" />
    </>
  )
}
