import { X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { DatasetInfo, DatasetStep } from '../../../core/contract/index.ts'
import { cx, IconButton } from '../../ui/index.ts'
import { toastError } from '../../errors/index.ts'
import { useFormat } from '../../language/index.ts'
import * as api from './datasets.api.ts'
import type { DatasetDocument } from './document.ts'
import styles from './HistoryPanel.module.css'
import panel from './SamplePanel.module.css'

interface HistoryPanelProps {
  readonly document: DatasetDocument
  readonly info: DatasetInfo
  readonly onClose: () => void
}

/** What was done to the dataset, the newest first. A click on a step goes back to it, or forward again. */
export function HistoryPanel({ document, info, onClose }: HistoryPanelProps) {
  const { t } = useTranslation('datasets')
  const steps = useSteps(info)
  const current = steps.findLast(({ isDone }) => isDone)?.step ?? 0
  return (
    <aside className={panel.panel} aria-label={t('history.title')} data-region="history">
      <header className={panel.head}>
        <h3>{t('history.title')}</h3>
        <IconButton icon={<X size={15} />} label={t('close')} size="small" onPress={onClose} />
      </header>
      <p className={panel.muted}>{t('history.text')}</p>
      <ol className={styles.steps}>
        {[...steps].reverse().map((one) => (
          <Step
            key={one.step}
            one={one}
            isCurrent={one.step === current}
            onChoose={() => void document.goToStep(one.step)}
          />
        ))}
        <Step one={null} isCurrent={current === 0} onChoose={() => void document.goToStep(0)} />
      </ol>
    </aside>
  )
}

function Step({
  one,
  isCurrent,
  onChoose,
}: {
  readonly one: DatasetStep | null
  readonly isCurrent: boolean
  readonly onChoose: () => void
}) {
  const { t } = useTranslation('datasets')
  const format = useFormat()
  const facts = [one?.at && format.when(one.at), one?.version && t('version', { version: format.number(one.version) })]
    .filter(Boolean)
    .join(' · ')
  return (
    <li>
      <button
        type="button"
        className={cx(styles.step, one && !one.isDone && styles.undone)}
        aria-current={isCurrent ? 'step' : undefined}
        onClick={onChoose}
      >
        <span>{one === null ? t('history.begin') : t(`history.act.${one.act ?? 'several'}`)}</span>
        <small>{facts}</small>
      </button>
    </li>
  )
}

/** The steps as they are after every change. */
function useSteps({ id, version }: DatasetInfo): readonly DatasetStep[] {
  const [steps, setSteps] = useState<readonly DatasetStep[]>([])
  useEffect(() => {
    let current = true
    void api.history(id).then((result) => {
      if (!current) return
      if (result.ok) setSteps(result.value)
      else toastError(result.error)
    })
    return () => {
      current = false
    }
  }, [id, version])
  return steps
}
