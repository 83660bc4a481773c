import { Ellipsis, Pencil, SlidersHorizontal, Table } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isActive, isResumable, type ExperimentId, type ExperimentSummary } from '../../../core/contract/index.ts'
import { IconButton, Menu } from '../../ui/index.ts'
import { CommandButton, type Command } from '../../commands/index.ts'
import { RenameDialog } from '../../dialogs/index.ts'
import { useFormat } from '../../language/index.ts'
import { openItsDataset, rename, startFromItsSettings } from './actions.ts'
import { runCommands } from './commands.tsx'
import { isTrained } from './experiments.store.ts'
import { useRun } from './run.store.ts'
import { StateBadge } from './StateBadge.tsx'
import styles from './RunHeader.module.css'

/** The run's name, its state, and what can be done with it. */
export function RunHeader({ summary }: { readonly summary: ExperimentSummary }) {
  const { t } = useTranslation('experiments')
  const format = useFormat()
  const [renaming, setRenaming] = useState(false)
  const { state } = summary
  const commands = runCommands(t, summary)
  const device = useRun(({ run }) => (run?.kind === 'ready' && run.id === summary.id ? run.detail.device : null))
  return (
    <header className={styles.header}>
      <div className={styles.names}>
        <div className={styles.line}>
          <h1 className={styles.name}>{summary.name}</h1>
          <StateBadge kind={state.kind} />
        </div>
        <p className={styles.detail}>
          {t(summary.adopted ? 'run.adopted' : 'run.made', {
            dataset: summary.adopted?.from ?? summary.datasetName,
            model: summary.modelName,
            when: format.when(summary.createdAt),
          })}
          {device && t('run.device', { device: t(`device.${device}`) })}
        </p>
      </div>
      <div className={styles.actions}>
        {isActive(state) && <CommandButton command={commands.stop} variant="danger" />}
        {isResumable(state) && <CommandButton command={commands.resume} />}
        {isTrained(summary) && <CommandButton command={commands.export} />}
        {isTrained(summary) && <CommandButton command={commands.chat} variant="primary" />}
        <More
          id={summary.id}
          hasDataset={summary.adopted === null}
          exportCommand={commands.export}
          removeCommand={commands.remove}
          onRename={() => setRenaming(true)}
        />
      </div>
      {renaming && (
        <RenameDialog
          name={summary.name}
          label={t('name')}
          maxLength={120}
          onRename={(name) => rename(summary.id, name)}
          onClose={() => setRenaming(false)}
        />
      )}
    </header>
  )
}

function More({
  id,
  hasDataset,
  exportCommand,
  removeCommand,
  onRename,
}: {
  readonly id: ExperimentId
  readonly hasDataset: boolean
  readonly exportCommand: Command
  readonly removeCommand: Command
  readonly onRename: () => void
}) {
  const { t } = useTranslation(['experiments', 'common'])
  return (
    <Menu
      label={t('common:more')}
      trigger={<IconButton icon={<Ellipsis size={17} />} label={t('common:more')} />}
      entries={[
        { id: 'rename', label: t('common:rename'), icon: <Pencil size={14} />, onAction: onRename },
        ...(hasDataset
          ? [
              {
                id: 'dataset',
                label: t('run.itsDataset'),
                icon: <Table size={14} />,
                onAction: () => void openItsDataset(id),
              },
            ]
          : []),
        { id: 'again', label: t('run.again'), icon: <SlidersHorizontal size={14} />, onAction: startFromItsSettings },
        { ...exportCommand, isDisabled: !exportCommand.canRun(), onAction: () => void exportCommand.run() },
        {
          ...removeCommand,
          danger: true,
          separated: true,
          isDisabled: !removeCommand.canRun(),
          onAction: () => void removeCommand.run(),
        },
      ]}
    />
  )
}
