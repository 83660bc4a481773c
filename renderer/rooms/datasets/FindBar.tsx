import { ArrowDown, ArrowUp, X } from 'lucide-react'
import type { KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import type { DatasetInfo } from '../../../core/contract/index.ts'
import { Button, IconButton } from '../../ui/index.ts'
import { errorSentence, useFormat, useLanguage } from '../../language/index.ts'
import type { DatasetDocument } from './document.ts'
import styles from './FindBar.module.css'
import { goToCell } from './goToCell.ts'
import { useFinding, type Finding } from './useFinding.ts'

interface FindBarProps {
  readonly document: DatasetDocument
  readonly info: DatasetInfo
  readonly onClose: () => void
}

/**
 * Finding and replacing in the whole table, and going to a row. Enter finds the next match, Shift+Enter the one before,
 * Escape closes.
 */
export function FindBar({ document, info, onClose }: FindBarProps) {
  const { t } = useTranslation('datasets')
  const finding = useFinding(document, info)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return
    if (event.key === 'Escape') {
      event.preventDefault()
      onClose()
      focusGrid(document)
    }
  }
  return (
    <div className={styles.bar} role="search" aria-label={t('find.title')} data-region="find" onKeyDown={onKeyDown}>
      <FindField finding={finding} />
      <FindOptions finding={finding} />
      <ReplaceTools finding={finding} />
      <RowField document={document} />
      <span className={styles.count} role="status">
        <CountText finding={finding} />
      </span>
      <IconButton icon={<X size={15} />} label={t('close')} size="small" onPress={onClose} />
    </div>
  )
}

interface PartProps {
  readonly finding: Finding
}

function FindField({ finding: { text, setText, query, find } }: PartProps) {
  const { t } = useTranslation('datasets')
  const onFindKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229 || event.key !== 'Enter') return
    event.preventDefault()
    void find(event.shiftKey ? 'previous' : 'next')
  }
  return (
    <>
      <input
        className={styles.text}
        autoFocus
        type="search"
        aria-label={t('find.text')}
        placeholder={t('find.text')}
        value={text}
        maxLength={1000}
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onFindKey}
      />
      <IconButton
        icon={<ArrowUp size={15} />}
        label={t('find.previous')}
        size="small"
        isDisabled={!query}
        onPress={() => void find('previous')}
      />
      <IconButton
        icon={<ArrowDown size={15} />}
        label={t('find.next')}
        size="small"
        isDisabled={!query}
        onPress={() => void find('next')}
      />
    </>
  )
}

function FindOptions({ finding: { matchCase, setMatchCase, regex, setRegex } }: PartProps) {
  const { t } = useTranslation('datasets')
  return (
    <>
      <label className={styles.option}>
        <input type="checkbox" checked={matchCase} onChange={(event) => setMatchCase(event.target.checked)} />{' '}
        {t('find.matchCase')}
      </label>
      <label className={styles.option}>
        <input type="checkbox" checked={regex} onChange={(event) => setRegex(event.target.checked)} /> {t('find.regex')}
      </label>
    </>
  )
}

function ReplaceTools({ finding: { replacement, setReplacement, count, replace } }: PartProps) {
  const { t } = useTranslation('datasets')
  return (
    <>
      <input
        className={styles.text}
        aria-label={t('find.replacement')}
        placeholder={t('find.replacement')}
        value={replacement}
        maxLength={1000}
        spellCheck={false}
        onChange={(event) => setReplacement(event.target.value)}
      />
      <Button size="small" isDisabled={!count} onPress={() => void replace(false)}>
        {t('find.replace')}
      </Button>
      <Button size="small" isDisabled={!count} onPress={() => void replace(true)}>
        {t('find.replaceAll')}
      </Button>
    </>
  )
}

/** Why nothing can be found, or how many cells match. */
function CountText({ finding: { query, count, error } }: PartProps) {
  const { t } = useTranslation('datasets')
  const language = useLanguage()
  const format = useFormat()
  return error
    ? errorSentence(error, language)
    : query && count !== null
      ? t('find.count', { count, cells: format.number(count) })
      : ''
}

/** A row number to go to. */
function RowField({ document }: { readonly document: DatasetDocument }) {
  const { t } = useTranslation('datasets')
  const active = useStore(document.grid, (state) => state.selection.active)
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229 || event.key !== 'Enter') return
    event.preventDefault()
    const row = Number(event.currentTarget.value.normalize('NFKC').replaceAll(',', ''))
    if (!Number.isInteger(row) || row < 1) return
    goToCell(document, { row: Math.min(row, Math.max(1, document.rows.rowCount())) - 1, column: active.column })
    focusGrid(document)
  }
  return (
    <input
      className={styles.row}
      inputMode="numeric"
      aria-label={t('find.goToRow')}
      placeholder={t('find.goToRow')}
      onKeyDown={onKeyDown}
    />
  )
}

const focusGrid = (document: DatasetDocument): void =>
  document.grid.getState().context?.env.textarea()?.focus({ preventScroll: true })
