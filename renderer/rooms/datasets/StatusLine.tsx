import { Check, CircleAlert, LoaderCircle, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import type { DatasetInfo } from '../../../core/contract/index.ts'
import { cx } from '../../ui/index.ts'
import { useFormat } from '../../language/index.ts'
import type { SaveState } from './changeQueue.ts'
import { missingRoles, sizeAdvice } from './datasets.selectors.ts'
import type { DatasetDocument } from './document.ts'
import { cellsIn, columnsIn, isSingle, rangeOf, rangesOf, rowsIn } from './grid/selection.ts'
import styles from './DatasetsRoom.module.css'

/**
 * One line under the table: what is missing or what the size is good for; the selection; the version; whether it is on
 * disk.
 */
export function StatusLine({ document, info }: { readonly document: DatasetDocument; readonly info: DatasetInfo }) {
  const { t } = useTranslation('datasets')
  const format = useFormat()
  return (
    <footer className={styles.status}>
      <Advice info={info} />
      <SelectionSize document={document} />
      <span className={styles.fact}>{t('version', { version: format.number(info.version) })}</span>
      <SavedMark document={document} />
    </footer>
  )
}

function Advice({ info }: { readonly info: DatasetInfo }) {
  const { t } = useTranslation('datasets')
  const format = useFormat()
  const missing = missingRoles(info.columns)
  const advice = t(`advice.${missing ?? sizeAdvice(info.rowCount)}`, {
    count: info.rowCount,
    rows: format.number(info.rowCount),
  })
  return (
    <span className={cx(styles.advice, missing && styles.warning)} role="status" title={advice}>
      {missing && <TriangleAlert size={14} aria-hidden />}
      <span>{advice}</span>
    </span>
  )
}

function SelectionSize({ document }: { readonly document: DatasetDocument }) {
  const { t } = useTranslation('datasets')
  const format = useFormat()
  const selection = useStore(document.grid, (state) => state.selection)
  const text = (() => {
    if (isSingle(selection)) return ''
    const ranges = rangesOf(selection)
    if (ranges.length > 1)
      return t('selectionOfRanges', {
        ranges: format.number(ranges.length),
        cells: format.number(ranges.reduce((sum, range) => sum + cellsIn(range), 0)),
      })
    const range = rangeOf(selection)
    return t('selection', { rows: format.number(rowsIn(range)), columns: format.number(columnsIn(range)) })
  })()
  // Always in the page: a live region that appears together with its text is not read.
  return (
    <span className={styles.fact} aria-live="polite">
      {text}
    </span>
  )
}

const marks: Record<SaveState, ReactNode> = {
  saved: <Check size={14} aria-hidden />,
  saving: <LoaderCircle size={14} aria-hidden />,
  failed: <CircleAlert size={14} aria-hidden />,
}

function SavedMark({ document }: { readonly document: DatasetDocument }) {
  const { t } = useTranslation('datasets')
  const saveState = useStore(document.state, (state) => state.saveState)
  const words = { saved: t('saved'), saving: t('saving'), failed: t('unsaved') }
  return (
    <span
      className={cx(styles.fact, styles.saved, saveState === 'failed' && styles.failed)}
      data-save-state={saveState}
    >
      {marks[saveState]}
      {words[saveState]}
    </span>
  )
}
