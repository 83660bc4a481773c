import { RefreshCw, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { DatasetInfo } from '../../../../core/contract/index.ts'
import { IconButton, Select, Spinner } from '../../../ui/index.ts'
import { isUsable, modelItems, useModels } from '../../models/index.ts'
import type { DatasetDocument } from '../document.ts'
import panel from '../SamplePanel.module.css'
import { AUTOMATIC_ROWS, check, isChecked, useChecks } from './checks.store.ts'
import { Problem } from './Problem.tsx'
import styles from './ChecksPanel.module.css'

interface ChecksPanelProps {
  readonly document: DatasetDocument
  readonly info: DatasetInfo
  readonly onClose: () => void
}

const NO_MODEL = 'none'

/** What would spoil a training: each problem with its places and, where there is one, the repair. */
export function ChecksPanel({ document, info, onClose }: ChecksPanelProps) {
  const { t } = useTranslation('datasets')
  const checks = useChecks()
  const { report, isChecking, modelId, id } = checks
  const models = useModels(modelItems).filter(isUsable)
  const shown = id === info.id ? report : null
  const items = [
    { id: NO_MODEL, label: t('checks.noModel') },
    ...models.map((model) => ({ id: model.id, label: model.name })),
  ]
  return (
    <aside className={panel.panel} aria-label={t('checks.title')} data-region="checks">
      <header className={panel.head}>
        <h3>{t('checks.title')}</h3>
        <span>
          <IconButton
            icon={isChecking ? <Spinner size={15} /> : <RefreshCw size={15} />}
            label={t('checks.again')}
            size="small"
            isDisabled={isChecking}
            onPress={() => void check(document)}
          />
          <IconButton icon={<X size={15} />} label={t('close')} size="small" onPress={onClose} />
        </span>
      </header>
      <Select
        label={t('checks.model')}
        items={items}
        value={modelId ?? NO_MODEL}
        onChange={(chosen) => void check(document, chosen === NO_MODEL ? null : chosen)}
      />
      {shown === null && info.rowCount > AUTOMATIC_ROWS && !isChecking && (
        <p className={panel.muted}>{t('checks.large')}</p>
      )}
      {shown?.problems.length === 0 && isChecked(checks, info) && <p className={styles.fine}>{t('checks.fine')}</p>}
      <ul className={styles.problems}>
        {shown?.problems.map((problem) => (
          <Problem key={`${problem.check} ${problem.columnId}`} problem={problem} document={document} info={info} />
        ))}
      </ul>
    </aside>
  )
}
