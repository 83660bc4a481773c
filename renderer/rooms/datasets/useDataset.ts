import { useEffect, useState } from 'react'
import type { DatasetId, DatasetInfo } from '../../../core/contract/index.ts'
import { toastError } from '../../errors/index.ts'
import * as api from './datasets.api.ts'

/** A dataset with its columns, once it is known. */
export function useDataset(id: DatasetId | null): DatasetInfo | null {
  const [info, setInfo] = useState<DatasetInfo | null>(null)
  useEffect(() => {
    let current = true
    if (id !== null) {
      void api.open(id).then((result) => {
        if (!current) return
        if (result.ok) setInfo(result.value)
        else toastError(result.error)
      })
    }
    return () => {
      current = false
    }
  }, [id])
  return info?.id === id ? info : null
}
