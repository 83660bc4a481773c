import { create } from 'zustand'
import type { FileFormats, FormatDescription, Result, WritingDescription } from '../../../core/contract/index.ts'
import * as api from './datasets.api.ts'

/** What can be imported and exported: the same while the studio runs. Session scope; null until it is asked for. */
export const useFormats = create<{ readonly known: FileFormats | null }>()(() => ({ known: null }))

/** Asks the host once. */
export async function loadFormats(): Promise<Result<FileFormats>> {
  const { known } = useFormats.getState()
  if (known) return { ok: true, value: known }
  const result = await api.formats()
  if (result.ok) useFormats.setState({ known: result.value })
  return result
}

/** Every way to export a dataset. */
export const writingsOf = (known: FileFormats | null): readonly WritingDescription[] =>
  known?.formats.flatMap(({ writes }) => writes) ?? []

/** The usual ending of each format. */
export const usualEndings = (known: FileFormats | null): string =>
  (known?.formats ?? []).map(({ endings: [usual = ''] }: FormatDescription) => usual).join(', ')
