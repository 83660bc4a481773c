import i18next from 'i18next'
import type {
  DatasetId,
  DatasetInfo,
  DatasetSource,
  ImportId,
  PickedFile,
  WritingDescription,
} from '../../../core/contract/index.ts'
import { formatNumber, type Language } from '../../language/index.ts'
import { goTo, useSession } from '../../session/index.ts'
import { toast } from '../../ui/index.ts'
import { toastError } from '../../errors/index.ts'
import * as api from './datasets.api.ts'
import { createDataset, forget, takeInfo, useDatasets } from './datasets.store.ts'
import type { DatasetDocument } from './document.ts'
import { loadFormats } from './formats.store.ts'
import { lookAt } from './importing.store.ts'

/** The room's texts, outside of components. */
const texts = () => i18next.getFixedT(null, 'datasets')

function select(id: DatasetId): void {
  useSession.getState().select('datasets', id)
  focusGridSoon(id)
}

/** A dataset that the user has just made is ready for typing once it is drawn. */
function focusGridSoon(id: DatasetId, attemptsLeft = 20): void {
  const { editor } = useDatasets.getState()
  const input =
    editor.kind === 'open' &&
    editor.id === id &&
    document.querySelector<HTMLTextAreaElement>(`[data-grid-input="${editor.document.key}"]`)
  if (input) input.focus({ preventScroll: true })
  else if (attemptsLeft > 0) setTimeout(() => focusGridSoon(id, attemptsLeft - 1), 50)
}

/** Creates a dataset and opens it in the room. */
export async function createAndOpen(from: 'empty' | 'template' | 'sample'): Promise<void> {
  const result = await createDataset(from)
  if (!result.ok) return toastError(result.error)
  goTo('datasets', result.value.id)
  select(result.value.id)
}

export async function importByDialog(): Promise<void> {
  const formats = await loadFormats()
  if (!formats.ok) return toastError(formats.error)
  const picked = await api.pickFile(formats.value.importEndings)
  if (!picked.ok) return toastError(picked.error)
  if (picked.value) await importPicked(picked.value)
}

/** Imports files that were dropped onto the room, one after another. */
export async function importDropped(files: readonly File[]): Promise<void> {
  for (const file of files) {
    const picked = await api.adoptFile(file)
    if (picked.ok) await importPicked(picked.value)
    else toastError(picked.error)
  }
}

interface Picked {
  /** Of the dataset that is made; without it the file's. */
  readonly name?: string
  readonly more?: readonly PickedFile[]
  /** Where the files come from. */
  readonly source?: DatasetSource
}

/**
 * Shows what the file would become, then makes a dataset of it or adds its rows to one; `more` files are read in the
 * same way and added to it. Where that fails or is cancelled, no new dataset stays. True where all of it is there.
 */
export async function importPicked(file: PickedFile, { name, more = [], source }: Picked = {}): Promise<boolean> {
  const chosen = await lookAt(file)
  if (!chosen) return false
  const { into, options } = chosen
  const targets = chosen.targets ?? []
  const from = source ? { source } : {}
  let result = await importing(file, (importId) =>
    into
      ? api.appendFile({ id: into, file: file.path, options, targets: [...targets], importId, ...from })
      : api.importFile({ file: file.path, options, importId, ...(name !== undefined && { name }), ...from }),
  )
  const made = result.ok && !into ? result.value.id : null
  for (const next of more) {
    if (!result.ok) break
    const { id } = result.value
    // What the first file made new columns for is found there by its name.
    const known = targets.filter(({ to }) => to !== 'new')
    result = await importing(next, (importId) =>
      api.appendFile({ id, file: next.path, options, targets: known, importId, ...from }),
    )
  }
  if (!result.ok) {
    if (made) await api.remove(made)
    if (result.error.code === 'dataset/import-cancelled') toast(texts()('importCancelled', { name: file.name }))
    else toastError(result.error)
    return false
  }
  takeInfo(result.value)
  const { name: where } = result.value
  toast(into ? texts()('appended', { file: file.name, name: where }) : texts()('imported', { name: where }))
  select(result.value.id)
  return true
}

/** Shows that a file is being imported until the work on it has ended. */
async function importing<T>({ name }: PickedFile, work: (importId: ImportId) => Promise<T>): Promise<T> {
  const importId = crypto.randomUUID() as string as ImportId
  useDatasets.setState({ importing: { importId, file: name, progress: null, isStopping: false } })
  try {
    return await work(importId)
  } finally {
    useDatasets.setState({ importing: null })
  }
}

/** Ends the import that is shown. */
export function cancelImport(): void {
  const { importing } = useDatasets.getState()
  if (!importing) return
  useDatasets.setState({ importing: { ...importing, isStopping: true } })
  void api.cancelImport(importing.importId)
}

/** Moves the dataset to the trash; the toast brings it back. */
export async function removeDataset({ id, name }: DatasetInfo, opened: DatasetDocument): Promise<void> {
  await opened.settled()
  await removeUnopened(id, name)
}

/** The same for one that cannot be opened. */
export async function removeUnopened(id: DatasetId, name: string): Promise<void> {
  const result = await api.remove(id)
  if (!result.ok) return toastError(result.error)
  forget(id)
  toast(texts()('removed', { name }), { label: texts()('undo'), run: () => void restoreDataset(id) })
}

async function restoreDataset(id: DatasetId): Promise<void> {
  const result = await api.restore(id)
  if (!result.ok) return toastError(result.error)
  takeInfo(result.value)
  select(id)
}

/** Keeps the first of rows that are alike in every column, and tells how many went: one undo step. */
export async function removeDuplicates(info: DatasetInfo, opened: DatasetDocument): Promise<void> {
  await opened.settled()
  const before = opened.state.getState().info.rowCount
  await opened.edit([{ kind: 'removeDuplicates', columnIds: info.columns.map(({ id }) => id) }])
  const count = before - opened.state.getState().info.rowCount
  toast(texts()('duplicatesRemoved', { count, rows: formatNumber(count, i18next.language as Language) }))
}

/** Asks where to, and writes the dataset there. */
export async function exportDataset(
  info: DatasetInfo,
  opened: DatasetDocument,
  { id: format, ending, fileName }: WritingDescription,
): Promise<void> {
  const save = await api.pickSave(fileName ?? `${fileNameOf(info.name)}.${ending}`)
  if (!save.ok) return toastError(save.error)
  if (!save.value) return
  const { target } = save.value
  await opened.settled()
  const result = await api.exportTo(info.id, target, format)
  if (!result.ok) return toastError(result.error)
  await api.finishSave(target)
  const rows = formatNumber(result.value.rowCount, i18next.language as Language)
  toast(texts()('exported', { rows, file: baseName(result.value.file) }))
}

/** The name without what Windows or Unix refuses in file names. */
export const fileNameOf = (name: string): string =>
  name.replace(/[\\/:*?"<>|\p{Cc}]/gu, '_').replace(/^\.+|[. ]+$/g, '') || 'dataset'

const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path
