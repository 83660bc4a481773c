import { useEffect, useMemo, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import type { ColumnId, DatasetInfo } from '../../../core/contract/index.ts'
import { isShortcut } from '../../commands/index.ts'
import { ChecksButton, ChecksPanel, useChecking } from './checks/index.ts'
import type { DatasetDocument } from './document.ts'
import { EditorBar } from './EditorBar.tsx'
import { FindBar, openFind, useFind, useFound } from './find/index.ts'
import { FilterBar } from './filters/FilterBar.tsx'
import { FilterDialog } from './filters/FilterDialog.tsx'
import { Grid } from './grid/Grid.tsx'
import type { GridProps } from './grid/useGrid.ts'
import { HistoryPanel } from './HistoryPanel.tsx'
import { DEFAULT_LOOK, useLooks } from './looks.store.ts'
import { SamplePanel } from './SamplePanel.tsx'
import { StatisticsPane, ViewSwitch, type EditorView } from './statistics/index.ts'
import { StatusLine } from './StatusLine.tsx'
import { useGridHost } from './useGridHost.ts'
import styles from './DatasetsRoom.module.css'

interface EditorPaneProps {
  readonly document: DatasetDocument
  readonly onLeave: (direction: 'forward' | 'back') => void
}

/** The right pane: name and tools, the table, the status line. */
export function EditorPane({ document, onLeave }: EditorPaneProps) {
  const [shown, setShown] = useState<EditorView>('table')
  const finding = useFind((state) => state.asked !== null)
  const [sampling, setSampling] = useState(false)
  const [recalling, setRecalling] = useState(false)
  const [checking, setChecking] = useState(false)
  const info = useStore(document.state, (state) => state.info)
  const [filtering, setFiltering] = useState<ColumnId | null>(null)
  const filters = useStore(document.state, (state) => state.filters)
  const filtered = useMemo(() => filters.map(({ columnId }) => columnId), [filters])
  const look = useLooks((state) => state.looks[info.id] ?? DEFAULT_LOOK)
  const host = useGridHost({ document, id: info.id, onFilter: setFiltering, onLeave })
  const marks = useChecking(document, info)
  useEffect(() => useFind.subscribe(({ asked }) => asked && setShown('table')), [])
  useWarningBeforeLoss(document)
  return (
    <div className={styles.editor} onKeyDown={(event) => runShortcut(event, document)}>
      <EditorBar
        document={document}
        info={info}
        onFind={() => openFind('find')}
        onSample={() => setSampling((open) => !open)}
        onHistory={() => setRecalling((open) => !open)}
      >
        <ViewSwitch value={shown} onChange={setShown} />
        <ChecksButton info={info} onPress={() => setChecking((open) => !open)} />
      </EditorBar>
      {finding && shown === 'table' && <FindBar document={document} info={info} />}
      {shown === 'table' && <FilterBar document={document} info={info} onEdit={setFiltering} />}
      <div className={styles.middle}>
        {shown === 'table' ? (
          <TableView document={document} info={info} host={host} look={look} filtered={filtered} marks={marks} />
        ) : (
          <StatisticsPane document={document} info={info} />
        )}
        {checking && <ChecksPanel document={document} info={info} onClose={() => setChecking(false)} />}
        {recalling && <HistoryPanel document={document} info={info} onClose={() => setRecalling(false)} />}
        {sampling && <SamplePanel document={document} info={info} onClose={() => setSampling(false)} />}
      </div>
      {filtering !== null && (
        <FilterDialog document={document} info={info} columnId={filtering} onClose={() => setFiltering(null)} />
      )}
      <StatusLine document={document} info={info} />
    </div>
  )
}

interface TableViewProps extends Pick<GridProps, 'host' | 'look' | 'filtered' | 'marks'> {
  readonly document: DatasetDocument
  readonly info: DatasetInfo
}

function TableView({ document, info, host, look, filtered, marks }: TableViewProps) {
  const { t } = useTranslation('datasets')
  const found = useFound(document, info)
  return (
    <div data-region="grid" className={styles.grid}>
      <Grid
        name={document.key}
        label={t('grid.label', { name: info.name })}
        columns={info.columns}
        rows={document.rows}
        store={document.grid}
        host={host}
        look={look}
        filtered={filtered}
        marks={marks}
        found={found}
      />
    </div>
  )
}

const isTextField = (target: EventTarget): boolean =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement

/** The table's shortcuts also work while the focus is on the tools. */
function runShortcut(event: KeyboardEvent, document: DatasetDocument): void {
  if (event.defaultPrevented || event.nativeEvent.isComposing || isTextField(event.target)) return
  const acts: Record<string, () => void> = {
    'Mod+Z': () => void document.undo(),
    'Mod+Shift+Z': () => void document.redo(),
    'Mod+Y': () => void document.redo(),
    'Mod+S': () => void document.save(),
  }
  const shortcut = Object.keys(acts).find((keys) => isShortcut(event, keys))
  if (shortcut === undefined) return
  event.preventDefault()
  acts[shortcut]?.()
}

/** Closing the window in the milliseconds in which a change is on its way asks first. */
function useWarningBeforeLoss(document: DatasetDocument): void {
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      const editing = document.grid.getState().editing !== null
      if (editing || document.state.getState().saveState === 'saving') event.preventDefault()
    }
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [document])
}
