import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import type { DatasetInfo } from '../../../../core/contract/index.ts'
import * as api from '../datasets.api.ts'
import type { DatasetDocument } from '../document.ts'
import { inView } from '../documentView.ts'
import { useFind } from './find.store.ts'
import { foundIn, type Found } from './found.ts'

/** Rows are asked for in blocks, so that scrolling by a row asks nothing. */
const BLOCK_ROWS = 50
/** Of the host's call. */
const MAX_HITS = 1000

/** The matches in the rows that are drawn; null while nothing is looked for. */
export function useFound(document: DatasetDocument, info: DatasetInfo): Found | null {
  const query = useFind((state) => state.query)
  const filters = useStore(document.state, (state) => state.filters)
  const fromRow = useStore(document.grid, ({ shown }) => Math.floor(shown.first / BLOCK_ROWS) * BLOCK_ROWS)
  const toRow = useStore(document.grid, ({ shown }) => Math.ceil((shown.last + 1) / BLOCK_ROWS) * BLOCK_ROWS - 1)
  const [found, setFound] = useState<Found | null>(null)
  useEffect(() => {
    let isCurrent = true
    if (query)
      void document
        .settled()
        .then(() =>
          api.matches({
            id: info.id,
            query: { ...query, fromRow: Math.max(0, fromRow), toRow: Math.max(0, toRow) },
            limit: MAX_HITS,
            ...inView(document.view()),
          }),
        )
        // Why a query is none is told by the tools.
        .then((result) => isCurrent && setFound(result.ok ? foundIn(query, result.value.hits) : null))
    return () => {
      isCurrent = false
    }
  }, [document, info.id, info.version, query, filters, fromRow, toRow])
  return found?.query === query ? found : null
}
