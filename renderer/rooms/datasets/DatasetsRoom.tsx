import { CloudDownload, FileInput, Import, Plus, Table2 } from 'lucide-react'
import { useEffect, useRef, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { AppError, DatasetId } from '../../../core/contract/index.ts'
import { Button, DropArea, EmptyState, IconButton, List, ListPane, LoadingPane, Menu, Notice } from '../../ui/index.ts'
import { ErrorNotice } from '../../errors/index.ts'
import { errorSentence, useFormat, useLanguage } from '../../language/index.ts'
import { RememberedPanes, useSession } from '../../session/index.ts'
import { createAndOpen, importByDialog, importDropped, removeUnopened } from './datasets.actions.ts'
import { datasetCommands } from './datasets.commands.tsx'
import { datasetItems } from './datasets.selectors.ts'
import { closeEditor, loadList, openDataset, reopenDataset, useDatasets } from './datasets.store.ts'
import { EditorPane } from './EditorPane.tsx'
import { useFormats, usualEndings } from './formats.store.ts'
import { openHub } from './hub/hub.store.ts'
import { HubDialog } from './hub/HubDialog.tsx'
import { ImportDialog } from './ImportDialog.tsx'
import { ImportProgressNote } from './ImportProgressNote.tsx'
import { moveRegion } from './regions.ts'
import styles from './DatasetsRoom.module.css'

/** The room データセット: the list of datasets, and the table of the selected one. */
export function DatasetsRoom() {
  const { t } = useTranslation('datasets')
  const endings = usualEndings(useFormats((state) => state.known))
  const room = useRef<HTMLDivElement>(null)
  useSelectionFollowsList()
  const leave = (direction: 'forward' | 'back') => room.current && moveRegion(room.current, direction)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'F6' || event.defaultPrevented) return
    event.preventDefault()
    leave(event.shiftKey ? 'back' : 'forward')
  }
  return (
    <div ref={room} className={styles.room} onKeyDown={onKeyDown}>
      <DropArea
        icon={<FileInput size={28} aria-hidden />}
        title={t('dropHere')}
        text={t('dropKinds', { endings })}
        onDrop={({ files }) => void importDropped([...files])}
      >
        <RememberedPanes id="datasets" left={<DatasetList />} right={<RightPane onLeave={leave} />} />
      </DropArea>
      <ImportDialog />
      <HubDialog />
    </div>
  )
}

/** Opens what is selected; selects the newest where nothing is, or where the selected one is gone. */
function useSelectionFollowsList(): void {
  const list = useDatasets((state) => state.list)
  const selected = useSession((state) => state.selection.datasets ?? null)
  const select = useSession((state) => state.select)
  useEffect(() => {
    if (list.kind !== 'ready') return
    const known = list.items.some((item) => item.id === selected)
    if (known) void openDataset(selected as DatasetId)
    else if (list.items[0]) select('datasets', list.items[0].id)
    else closeEditor()
  }, [list, selected, select])
}

function DatasetList() {
  const { t } = useTranslation('datasets')
  const format = useFormat()
  const list = useDatasets((state) => state.list)
  const items = useDatasets(datasetItems)
  const selected = useSession((state) => state.selection.datasets ?? null)
  const select = useSession((state) => state.select)
  const entries = items.map((item) => ({
    id: item.id,
    title: item.name,
    detail: item.problem
      ? t('unreadable')
      : `${t('rows', { count: item.rowCount, rows: format.number(item.rowCount) })} · ${format.when(item.updatedAt)}`,
    icon: <Table2 size={16} aria-hidden />,
  }))
  const { t: hubText } = useTranslation('hub')
  const actions = (
    <>
      <IconButton icon={<CloudDownload size={16} />} label={hubText('open')} onPress={openHub} />
      <IconButton icon={<Import size={16} />} label={t('import')} onPress={() => void importByDialog()} />
      <Menu
        trigger={<IconButton icon={<Plus size={17} />} label={t('create')} />}
        label={t('create')}
        entries={newEntries()}
      />
    </>
  )
  return (
    <div data-region="list" className={styles.list}>
      <ListPane title={t('title')} actions={actions}>
        <ImportProgressNote />
        {list.kind === 'loading' && <LoadingPane />}
        {list.kind === 'failed' && (
          <ErrorNotice error={list.error} onRetry={() => void loadList()} className={styles.listError} />
        )}
        {entries.length > 0 && (
          <List label={t('list')} entries={entries} selected={selected} onSelect={(id) => select('datasets', id)} />
        )}
      </ListPane>
    </div>
  )
}

const newEntries = () =>
  datasetCommands().map(({ id, label, icon, run }) => ({
    id,
    label,
    icon,
    onAction: () => void run(),
    separated: id === 'datasets.import',
  }))

function RightPane({ onLeave }: { readonly onLeave: (direction: 'forward' | 'back') => void }) {
  const { t } = useTranslation('datasets')
  const editor = useDatasets((state) => state.editor)
  const isEmpty = useDatasets((state) => state.list.kind === 'ready' && state.list.items.length === 0)
  switch (editor.kind) {
    case 'open':
      return <EditorPane key={editor.document.key} document={editor.document} onLeave={onLeave} />
    case 'opening':
      return <LoadingPane />
    case 'failed':
      return <Unopened id={editor.id} error={editor.error} />
    case 'none':
      return isEmpty ? (
        <FirstDataset />
      ) : (
        <EmptyState icon={<Table2 size={28} />} title={t('chooseTitle')} text={t('chooseText')} />
      )
  }
}

/** True where trying again will not help. */
const isHopeless = ({ code }: AppError): boolean =>
  code === 'dataset/damaged' || code === 'dataset/foreign' || code === 'dataset/newer'

/** A dataset that cannot be opened: why, and the ways out. */
function Unopened({ id, error }: { readonly id: DatasetId; readonly error: AppError }) {
  const { t } = useTranslation('datasets')
  const { t: common } = useTranslation()
  const language = useLanguage()
  const name = useDatasets((state) => datasetItems(state).find((item) => item.id === id)?.name ?? id)
  const actions = (
    <>
      <Button size="small" onPress={() => void reopenDataset()}>
        {common('retry')}
      </Button>
      {isHopeless(error) && (
        <Button size="small" variant="quiet" onPress={() => void removeUnopened(id, name)}>
          {t('moveToTrash')}
        </Button>
      )}
    </>
  )
  return (
    <Notice tone="error" className={styles.openError as string} actions={actions}>
      {errorSentence(error, language)}
    </Notice>
  )
}

function FirstDataset() {
  const { t } = useTranslation('datasets')
  return (
    <EmptyState icon={<Table2 size={28} />} title={t('emptyTitle')} text={t('emptyText')}>
      <Button variant="primary" onPress={() => void createAndOpen('sample')}>
        {t('trySample')}
      </Button>
      <Button icon={<Import size={15} />} onPress={() => void importByDialog()}>
        {t('import')}
      </Button>
    </EmptyState>
  )
}
