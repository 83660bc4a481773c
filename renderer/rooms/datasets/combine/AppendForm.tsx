import { useEffect, useState } from 'react'
import type { ColumnTarget, DatasetId, DatasetInfo, Page } from '../../../../core/contract/index.ts'
import { addsSomething } from '../columns/columnTargets.ts'
import { ColumnTargets } from '../columns/ColumnTargets.tsx'
import * as api from '../datasets.api.ts'
import { useDataset } from '../useDataset.ts'
import type { CombineFormProps } from './CombineDialog.tsx'
import { OtherDataset, taken } from './OtherDataset.tsx'

const SHOWN_ROWS = 5

/** Rows of another dataset below this one's. */
export function AppendForm({ document, info, onReady }: CombineFormProps) {
  const [from, setFrom] = useState<DatasetId | null>(null)
  const [targets, setTargets] = useState<readonly ColumnTarget[] | null>(null)
  const other = useDataset(from)
  const page = useFirstRows(other)
  const choose = (id: DatasetId) => {
    setFrom(id)
    map(null)
  }
  const map = (next: readonly ColumnTarget[] | null) => {
    setTargets(next)
    onReady(
      from === null || !next || !addsSomething(next)
        ? null
        : async () => {
            await document.settled()
            return taken(await api.appendDataset({ id: info.id, from, targets: [...next] }))
          },
    )
  }
  return (
    <>
      <OtherDataset info={info} value={from} onChange={choose} />
      {other && (
        <ColumnTargets
          key={other.id}
          info={info}
          sources={other.columns}
          targets={targets}
          onChange={map}
          rows={page?.rows.map(({ cells }) => cells) ?? []}
          isWhole={other.rowCount <= SHOWN_ROWS}
        />
      )}
    </>
  )
}

function useFirstRows(info: DatasetInfo | null): Page | null {
  const [read, setRead] = useState<{ readonly of: DatasetInfo; readonly page: Page } | null>(null)
  useEffect(() => {
    let isCurrent = true
    if (info)
      void api.page(info.id, 0, SHOWN_ROWS).then((result) => {
        if (isCurrent && result.ok) setRead({ of: info, page: result.value })
      })
    return () => {
      isCurrent = false
    }
  }, [info])
  return read?.of === info ? (read?.page ?? null) : null
}
