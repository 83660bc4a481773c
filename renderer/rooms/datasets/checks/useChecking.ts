import { useEffect, useMemo } from 'react'
import type { DatasetInfo } from '../../../../core/contract/index.ts'
import type { DatasetDocument } from '../document.ts'
import { AUTOMATIC_ROWS, check, marksOf, useChecks, type Marks } from './checks.store.ts'

const DELAY_MS = 800

/**
 * Checks the dataset a moment after it was opened and after every change, unless it is large; returns the cells to
 * mark.
 */
export function useChecking(document: DatasetDocument, info: DatasetInfo): Marks {
  const report = useChecks((state) => (state.id === info.id ? state.report : null))
  useEffect(() => {
    if (info.rowCount > AUTOMATIC_ROWS) return
    const timer = setTimeout(() => void check(document), DELAY_MS)
    return () => clearTimeout(timer)
  }, [document, info.version, info.rowCount])
  return useMemo(() => marksOf(report?.problems ?? []), [report])
}
