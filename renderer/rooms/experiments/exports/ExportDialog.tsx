import { useTranslation } from 'react-i18next'
import { Button, Dialog } from '../../../ui/index.ts'
import { ExportChoices } from './ExportChoices.tsx'
import { ExportJobView } from './ExportJobView.tsx'
import { useIsOllamaReady } from './ollama.store.ts'
import { cancel, chooseAgain, closeExport, isUnderWay, start, useExports } from './exports.store.ts'

/** The dialog in which a run is written for other programs; nothing while none is open. */
export function ExportDialog() {
  const { t } = useTranslation(['experiments', 'common'])
  const shown = useExports((state) => state.shown)
  const job = useExports((state) => (shown?.jobId ? (state.jobs[shown.jobId] ?? null) : null))
  const isOllamaReady = useIsOllamaReady(shown?.form)
  if (!shown) return null
  const underWay = job !== null && isUnderWay(job)
  const isReady =
    isOllamaReady &&
    shown.plan.kind === 'ready' &&
    shown.plan.plan.choices.some(({ form, refusal }) => form === shown.form && !refusal)
  return (
    <Dialog
      title={t('exports.title', { name: shown.name })}
      isOpen
      isWide
      onClose={closeExport}
      actions={
        job ? (
          <>
            {!underWay && <Button onPress={chooseAgain}>{t('exports.again')}</Button>}
            {underWay && <Button onPress={() => void cancel(job.jobId)}>{t('exports.stop')}</Button>}
            <Button variant="primary" onPress={closeExport}>
              {t('common:close')}
            </Button>
          </>
        ) : (
          <>
            <Button onPress={closeExport}>{t('common:cancel')}</Button>
            <Button variant="primary" isDisabled={!isReady || shown.isStarting} onPress={() => void start()}>
              {t('exports.start')}
            </Button>
          </>
        )
      }
    >
      {job ? <ExportJobView job={job} /> : <ExportChoices shown={shown} />}
    </Dialog>
  )
}
