import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { ColumnId, DatasetId, ViewFilter } from '../../../core/contract/index.ts'
import { toast } from '../../ui/index.ts'
import { freeColumnName, type DatasetDocument } from './document.ts'
import { openFind } from './find/index.ts'
import type { GridHost } from './grid/environment.ts'
import { setColumnWidth, setLook, zoomBy } from './looks.store.ts'

interface Options {
  readonly document: DatasetDocument
  readonly id: DatasetId
  /** Asks for a condition that the rows of a column are shown by. */
  readonly onFilter: (columnId: ColumnId) => void
  readonly onLeave: (direction: 'forward' | 'back') => void
}

/** What the grid needs from the pane; the same object as long as the options stay the same. */
export function useGridHost({ document, id, onFilter, onLeave }: Options): GridHost {
  const { t } = useTranslation('datasets')
  return useMemo<GridHost>(
    () => ({
      edit: (edits, shown) => void document.edit(edits, shown),
      undo: () => void document.undo(),
      redo: () => void document.redo(),
      save: () => void document.save(),
      find: openFind,
      readCell: document.readCell,
      readRange: document.readRange,
      setWidth: (columnId, widthPx) => setColumnWidth(id, columnId, widthPx),
      freeze: (frozen) => setLook(id, { frozen }),
      zoomBy: (steps) => zoomBy(id, steps),
      filter: (columnId, text) =>
        text === undefined
          ? onFilter(columnId)
          : void document.filter([...document.state.getState().filters, showing(columnId, text)]),
      notify: (notice) => toast(t(`grid.notice.${notice}`)),
      leave: onLeave,
      newColumnName: () =>
        freeColumnName(document.state.getState().info.columns, (number) => t('grid.newColumn', { number })),
    }),
    [document, id, onFilter, onLeave, t],
  )
}

/** Rows whose cell has this text, or none. */
const showing = (columnId: ColumnId, text: string): ViewFilter =>
  text === ''
    ? { columnId, kind: 'empty', value: '', matchCase: true }
    : { columnId, kind: 'equals', value: text, matchCase: true }
