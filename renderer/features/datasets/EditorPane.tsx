import { useEffect, useMemo, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import { isShortcut, toast } from '../../ui/index.ts'
import { NO_WIDTHS, setColumnWidth, useColumnWidths } from './columnWidths.store.ts'
import { freeColumnName, type DatasetDocument } from './document.ts'
import { EditorBar } from './EditorBar.tsx'
import { FindBar } from './FindBar.tsx'
import type { GridHost } from './grid/environment.ts'
import { Grid } from './grid/Grid.tsx'
import { SamplePanel } from './SamplePanel.tsx'
import { StatusLine } from './StatusLine.tsx'
import styles from './DatasetsRoom.module.css'

interface EditorPaneProps {
  readonly document: DatasetDocument
  readonly onLeave: (direction: 'forward' | 'back') => void
}

/** The right pane: name and tools, the table, the status line. */
export function EditorPane({ document, onLeave }: EditorPaneProps) {
  const { t } = useTranslation('datasets')
  const [finding, setFinding] = useState(false)
  const [sampling, setSampling] = useState(false)
  const info = useStore(document.state, (state) => state.info)
  const widths = useColumnWidths((state) => state.widths[info.id] ?? NO_WIDTHS)
  const host = useMemo<GridHost>(
    () => ({
      edit: (edits, shown) => void document.edit(edits, shown),
      undo: () => void document.undo(),
      redo: () => void document.redo(),
      save: () => void document.save(),
      find: () => setFinding(true),
      readCell: document.readCell,
      readRange: document.readRange,
      setWidth: (columnId, widthPx) => setColumnWidth(info.id, columnId, widthPx),
      notify: (notice) => toast(t(`grid.notice.${notice}`)),
      leave: onLeave,
      newColumnName: () => freeColumnName(document.state.getState().info.columns, (number) => t('grid.newColumn', { number })),
    }),
    [document, info.id, onLeave, t],
  )
  useWarningBeforeLoss(document)
  return (
    <div className={styles.editor} onKeyDown={(event) => runShortcut(event, document, () => setFinding(true))}>
      <EditorBar document={document} info={info} onFind={() => setFinding(true)} onSample={() => setSampling((open) => !open)} />
      {finding && <FindBar document={document} info={info} onClose={() => setFinding(false)} />}
      <div className={styles.middle}>
        <div data-region="grid" className={styles.grid}>
          <Grid name={document.key} label={t('grid.label', { name: info.name })} columns={info.columns} rows={document.rows} store={document.grid} host={host} chosenWidths={widths} />
        </div>
        {sampling && <SamplePanel document={document} info={info} onClose={() => setSampling(false)} />}
      </div>
      <StatusLine document={document} info={info} />
    </div>
  )
}

const isTextField = (target: EventTarget): boolean => target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement

/** The table's shortcuts also work while the focus is on the tools. */
function runShortcut(event: KeyboardEvent, document: DatasetDocument, onFind: () => void): void {
  if (event.defaultPrevented || event.nativeEvent.isComposing || isTextField(event.target)) return
  const acts: Record<string, () => void> = { 'Mod+Z': () => void document.undo(), 'Mod+Shift+Z': () => void document.redo(), 'Mod+Y': () => void document.redo(), 'Mod+S': () => void document.save(), 'Mod+F': onFind }
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
