import { create } from 'zustand'
import type { FindQuery } from '../../../../core/contract/index.ts'

export type FindField = 'find' | 'replace'

interface Finding {
  /** The field that is to have the focus, a new object whenever it was asked for; null while the tools are closed. */
  readonly asked: { readonly field: FindField } | null
  /** What is looked for; null while nothing is. */
  readonly query: FindQuery | null
}

/** Finding and replacing in the open table. Session scope. */
export const useFind = create<Finding>()(() => ({ asked: null, query: null }))

/** Opens the tools, or goes back to them. */
export const openFind = (field: FindField): void => useFind.setState({ asked: { field } })
export const closeFind = (): void => useFind.setState({ asked: null, query: null })
