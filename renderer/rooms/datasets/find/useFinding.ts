import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import type { AppError, DatasetInfo, FindQuery } from '../../../../core/contract/index.ts'
import { toast } from '../../../ui/index.ts'
import { useFormat } from '../../../language/index.ts'
import { toastError } from '../../../errors/index.ts'
import * as api from '../datasets.api.ts'
import type { DatasetDocument } from '../document.ts'
import { inView } from '../documentView.ts'
import { goToCell } from '../goToCell.ts'
import { useFind } from './find.store.ts'

export type Finding = ReturnType<typeof useFinding>

/** What is looked for in the table, how many cells match, and the acts of finding and replacing. */
export function useFinding(document: DatasetDocument, info: DatasetInfo) {
  const { t } = useTranslation('datasets')
  const format = useFormat()
  const [text, setText] = useState('')
  const [replacement, setReplacement] = useState('')
  const [matchCase, setMatchCase] = useState(false)
  const [regex, setRegex] = useState(false)
  const query = useMemo<FindQuery | null>(
    () => (text === '' ? null : { text, matchCase, kind: regex ? 'regex' : 'contains' }),
    [text, matchCase, regex],
  )
  useEffect(() => useFind.setState({ query }), [query])
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
  return {
    text,
    setText,
    replacement,
    setReplacement,
    matchCase,
    setMatchCase,
    regex,
    setRegex,
    query,
    count,
    error,
    find,
    replace,
  }
}

/** How many cells match, after a moment without typing; again when the table changes. */
function useCount(
  document: DatasetDocument,
  info: DatasetInfo,
  query: FindQuery | null,
): { readonly count: number | null; readonly error: AppError | null } {
  const [found, setFound] = useState<{ count: number | null; error: AppError | null }>({ count: null, error: null })
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
  }, [document, info.id, info.version, query, filters])
  return found
}

const COUNT_DELAY_MS = 200

/** The selected cell, as replacing one match names it; nothing where its row is not loaded. */
function activeCell(document: DatasetDocument) {
  const { row, column } = document.grid.getState().selection.active
  const rowId = document.rows.row(row)?.rowId
  const columnId = document.state.getState().info.columns[column]?.id
  return rowId === undefined || rowId === null || columnId === undefined ? null : { rowId, columnId }
}
