import { ArrowDown, ArrowUp, X } from 'lucide-react'
import { useEffect, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import type { AppError, DatasetInfo, FindQuery } from '../../../core/contract/index.ts'
import { Button, IconButton, toast } from '../../ui/index.ts'
import { errorSentence, useFormat, useLanguage } from '../../language/index.ts'
import { toastError } from '../../errors/index.ts'
import * as api from './datasets.api.ts'
import type { DatasetDocument } from './document.ts'
import { inView } from './documentView.ts'
import styles from './FindBar.module.css'
import { goToCell } from './goToCell.ts'

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
  const language = useLanguage()
  const format = useFormat()
  const [text, setText] = useState('')
  const [replacement, setReplacement] = useState('')
  const [matchCase, setMatchCase] = useState(false)
  const [regex, setRegex] = useState(false)
  const query: FindQuery | null = text === '' ? null : { text, matchCase, kind: regex ? 'regex' : 'contains' }
  const { count, error } = useCount(document, info, query)

  const find = async (direction: 'next' | 'previous') => {
    if (!query) return
    await document.settled()
    const result = await api.findCell({
      id: info.id,
      query,
      direction,
      from: document.grid.getState().selection.active,
      ...inView(document.view()),
    })
    if (!result.ok) return toastError(result.error)
    if (!result.value) return toast(t('find.none', { text }))
    goToCell(document, { row: result.value.row, column: result.value.column })
    if (result.value.wrapped) toast(t('find.wrapped'))
  }
  const replace = async (all: boolean) => {
    if (!query) return
    const at = all ? null : activeCell(document)
    const replaced = await document.replace({ query, replacement, ...(at ? { at } : {}) })
    if (replaced === null) return
    if (all || replaced === 0) toast(t('find.replaced', { count: replaced, cells: format.number(replaced) }))
    if (!all) await find('next')
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return
    if (event.key === 'Escape') {
      event.preventDefault()
      onClose()
      focusGrid(document)
    }
  }
  const onFindKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229 || event.key !== 'Enter') return
    event.preventDefault()
    void find(event.shiftKey ? 'previous' : 'next')
  }
  return (
    <div className={styles.bar} role="search" aria-label={t('find.title')} data-region="find" onKeyDown={onKeyDown}>
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
      <label className={styles.option}>
        <input type="checkbox" checked={matchCase} onChange={(event) => setMatchCase(event.target.checked)} />{' '}
        {t('find.matchCase')}
      </label>
      <label className={styles.option}>
        <input type="checkbox" checked={regex} onChange={(event) => setRegex(event.target.checked)} /> {t('find.regex')}
      </label>
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
      <RowField document={document} />
      <span className={styles.count} role="status">
        {error
          ? errorSentence(error, language)
          : query && count !== null
            ? t('find.count', { count, cells: format.number(count) })
            : ''}
      </span>
      <IconButton icon={<X size={15} />} label={t('close')} size="small" onPress={onClose} />
    </div>
  )
}

/** How many cells match, after a moment without typing; again when the table changes. */
function useCount(
  document: DatasetDocument,
  info: DatasetInfo,
  query: FindQuery | null,
): { readonly count: number | null; readonly error: AppError | null } {
  const [found, setFound] = useState<{ count: number | null; error: AppError | null }>({ count: null, error: null })
  const key = JSON.stringify(query)
  const filters = useStore(document.state, (state) => state.filters)
  useEffect(() => {
    let current = true
    const timer = setTimeout(() => {
      if (!query) return setFound({ count: null, error: null })
      void document
        .settled()
        .then(() => api.matches({ id: info.id, query, limit: 0, ...inView(document.view()) }))
        .then((result) => {
          if (current)
            setFound(result.ok ? { count: result.value.cellCount, error: null } : { count: null, error: result.error })
        })
    }, COUNT_DELAY_MS)
    return () => {
      current = false
      clearTimeout(timer)
    }
    // The query is made anew at every drawing; its text says whether it changed.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [document, info.id, info.version, key, filters])
  return found
}

const COUNT_DELAY_MS = 200

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

/** The selected cell, as replacing one match names it; nothing where its row is not loaded. */
function activeCell(document: DatasetDocument) {
  const { row, column } = document.grid.getState().selection.active
  const rowId = document.rows.row(row)?.rowId
  const columnId = document.state.getState().info.columns[column]?.id
  return rowId === undefined || rowId === null || columnId === undefined ? null : { rowId, columnId }
}
