import { ChevronDown, ChevronUp, RefreshCw, X } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { checkTexts, type DatasetInfo, type DatasetProblem } from '../../../../core/contract/index.ts'
import { Button, cx, IconButton, Select, Spinner, toast } from '../../../ui/index.ts'
import { useFormat, useLanguage } from '../../../language/index.ts'
import { modelItems, useModels } from '../../models/index.ts'
import type { DatasetDocument } from '../document.ts'
import { goToCell } from '../goToCell.ts'
import panel from '../SamplePanel.module.css'
import { check, useChecks } from './checks.store.ts'
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
  const { report, isChecking, modelId, id } = useChecks()
  const models = useModels(modelItems)
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
      {shown === null && !isChecking && <p className={panel.muted}>{t('checks.large')}</p>}
      {shown?.problems.length === 0 && <p className={styles.fine}>{t('checks.fine')}</p>}
      <ul className={styles.problems}>
        {shown?.problems.map((problem) => (
          <Problem key={`${problem.check} ${problem.columnId}`} problem={problem} document={document} info={info} />
        ))}
      </ul>
    </aside>
  )
}

function Problem({
  problem,
  document,
  info,
}: {
  readonly problem: DatasetProblem
  readonly document: DatasetDocument
  readonly info: DatasetInfo
}) {
  const { t } = useTranslation('datasets')
  const language = useLanguage()
  const format = useFormat()
  const [place, setPlace] = useState(-1)
  const { title, why, repair } = checkTexts(problem.check, language)
  const column = info.columns.find(({ id }) => id === problem.columnId)?.name
  const facts = { count: problem.count, cells: format.number(problem.count) }
  const go = async (by: 1 | -1) => {
    const next = (Math.max(place, by === 1 ? -1 : 0) + by + problem.cells.length) % problem.cells.length
    const cell = problem.cells[next]
    if (!cell) return
    setPlace(next)
    await document.filter([])
    goToCell(document, {
      row: cell.row,
      column: Math.max(
        0,
        info.columns.findIndex(({ id }) => id === cell.columnId),
      ),
    })
  }
  const put = async () => {
    const changed = await document.repair(problem.check, problem.columnId)
    if (changed !== null)
      toast(t('checks.repaired', { count: changed, cells: format.number(changed) }), {
        label: t('undo'),
        run: () => void document.undo(),
      })
  }
  return (
    <li className={cx(styles.problem, problem.severity === 'warning' && styles.warning)}>
      <h4>{title}</h4>
      <p className={styles.where}>
        {column === undefined ? t('checks.rows', facts) : t('checks.cells', { ...facts, column })}
        {place >= 0 && ` · ${t('checks.row', { row: format.number((problem.cells[place]?.row ?? 0) + 1) })}`}
      </p>
      <p className={panel.muted}>{why}</p>
      <div className={styles.acts}>
        <IconButton
          icon={<ChevronUp size={15} />}
          label={t('checks.previous', { problem: title })}
          size="small"
          onPress={() => void go(-1)}
        />
        <IconButton
          icon={<ChevronDown size={15} />}
          label={t('checks.next', { problem: title })}
          size="small"
          onPress={() => void go(1)}
        />
        {problem.isRepairable && repair && (
          <Button size="small" onPress={() => void put()}>
            {repair}
          </Button>
        )}
      </div>
    </li>
  )
}
