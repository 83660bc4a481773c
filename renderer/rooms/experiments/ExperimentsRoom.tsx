import { FlaskConical, Plus } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { isActive, type ExperimentSummary } from '../../../core/contract/index.ts'
import { Button, cx, EmptyState, List, ListPane, LoadingPane, ProgressBar, type ListEntry } from '../../ui/index.ts'
import { ErrorNotice } from '../../errors/index.ts'
import { RememberedPanes, useSession } from '../../session/index.ts'
import { useFormat } from '../../language/index.ts'
import { DamagedView } from './DamagedView.tsx'
import { ExportDialog } from './exports/ExportDialog.tsx'
import { ExperimentForm } from './ExperimentForm.tsx'
import { isUnreadable, useExperiments, loadExperiments } from './experiments.store.ts'
import { RunView } from './RunView.tsx'
import { StateBadge } from './StateBadge.tsx'
import styles from './ExperimentsRoom.module.css'

/** 実験: the list | the form of a new experiment, or the run that is selected. */
export function ExperimentsRoom() {
  const list = useExperiments((state) => state.list)
  const wanted = useSession((state) => state.selection.experiments ?? null)
  const selected = list.kind === 'ready' ? (list.items.find(({ id }) => id === wanted) ?? null) : null
  const right =
    list.kind === 'loading' && wanted !== null ? (
      <LoadingPane />
    ) : selected ? (
      <Experiment key={selected.id} summary={selected} />
    ) : (
      <ExperimentForm />
    )
  return (
    <>
      <RememberedPanes id="experiments" left={<ExperimentList selected={selected?.id ?? null} />} right={right} />
      <ExportDialog />
    </>
  )
}

const Experiment = ({ summary }: { readonly summary: ExperimentSummary }) =>
  isUnreadable(summary) ? <DamagedView summary={summary} /> : <RunView summary={summary} />

function ExperimentList({ selected }: { readonly selected: string | null }) {
  const { t } = useTranslation('experiments')
  const list = useExperiments((state) => state.list)
  const select = useSession((state) => state.select)
  const format = useFormat()
  const open = (id: string | null) => select('experiments', id)
  const entries =
    list.kind === 'ready'
      ? list.items.map((item) => entryOf(item, format.when(item.createdAt), t('progress', { name: item.name })))
      : []
  return (
    <ListPane
      title={t('title')}
      actions={
        <Button
          size="small"
          icon={<Plus size={14} />}
          className={cx(selected === null && styles.current)}
          onPress={() => open(null)}
        >
          {t('new')}
        </Button>
      }
    >
      {list.kind === 'loading' && <LoadingPane />}
      {list.kind === 'failed' && (
        <ErrorNotice error={list.error} onRetry={() => void loadExperiments()} className={styles.notice as string} />
      )}
      {list.kind === 'ready' && entries.length === 0 && (
        <EmptyState icon={<FlaskConical size={22} />} title={t('empty.title')} text={t('empty.text')} />
      )}
      {entries.length > 0 && <List label={t('title')} entries={entries} selected={selected} onSelect={open} />}
    </ListPane>
  )
}

function entryOf(item: ExperimentSummary, when: string, progressLabel: string): ListEntry {
  const active = isActive(item.state)
  const value = item.progress && item.progress.totalSteps > 0 ? item.progress.step / item.progress.totalSteps : null
  return {
    id: item.id,
    title: item.name,
    aside: <span className={styles.when}>{when}</span>,
    detail: (
      <span className={styles.detail}>
        <StateBadge kind={isUnreadable(item) ? 'damaged' : item.state.kind} quiet />
        <span className={styles.dataset}>{item.adopted?.from ?? item.datasetName}</span>
      </span>
    ),
    foot: active && <ProgressBar label={progressLabel} value={value} className={styles.bar as string} />,
  }
}
