import { create } from 'zustand'
import {
  readOptions,
  type AppError,
  type ColumnTarget,
  type DatasetId,
  type ImportOptions,
  type ImportPreview,
  type PickedFile,
} from '../../../core/contract/index.ts'
import { columnsOption, type ColumnChoice } from './columns/columnChoices.ts'
import * as api from './datasets.api.ts'

/**
 * A file that the user looks at before it becomes a dataset. `options` are the choices made so far; the preview tells
 * the others.
 */
interface Looking {
  readonly file: PickedFile
  readonly options: ImportOptions
  /** What becomes of the columns; null while all stay as they are in the file. */
  readonly choices: readonly ColumnChoice[] | null
  readonly preview: ImportPreview | null
  readonly error: AppError | null
  /** The dataset that gets the rows; null makes a new one. */
  readonly into: DatasetId | null
  /** Where its columns go in that dataset; null until the host has matched them. */
  readonly targets: readonly ColumnTarget[] | null
}

interface Importing {
  readonly looking: Looking | null
}

/** The import dialog. Session scope. */
export const useImporting = create<Importing>()(() => ({ looking: null }))

const { getState: get, setState: set } = useImporting
let resolve: ((confirmed: Looking | null) => void) | null = null

/** Shows what a file would become and resolves with the user's choices, or null where nothing is to be imported. */
export function lookAt(file: PickedFile): Promise<Looking | null> {
  resolve?.(null)
  set({ looking: { file, options: {}, choices: null, preview: null, error: null, into: null, targets: null } })
  void refresh()
  return new Promise((done) => {
    resolve = done
  })
}

/** Every choice of how a file is read, taken back. */
export const UNDECIDED: ImportOptions = Object.fromEntries(readOptions.map((option) => [option, undefined]))

/** Another choice of how the file is read: the preview follows, and its columns may be others. */
export function choose(options: ImportOptions): void {
  const { looking } = get()
  if (!looking) return
  const asked = { ...looking.options, ...options, columns: undefined }
  set({ looking: { ...looking, choices: null, targets: null, options: asked } })
  void refresh()
}

/** Other columns, names or another order of them: the preview follows. */
export function chooseColumns(choices: readonly ColumnChoice[], sources: readonly string[]): void {
  const { looking } = get()
  if (!looking) return
  set({ looking: { ...looking, choices, options: { ...looking.options, columns: columnsOption(choices, sources) } } })
  void refresh()
}

/** Another dataset, or a new one. Where rows go below others, targets say what becomes of the file's own columns. */
export function chooseTarget(into: DatasetId | null): void {
  const { looking } = get()
  if (!looking) return
  set({ looking: { ...looking, into, targets: null } })
  if (into !== null && looking.options.columns) choose({})
}

export function chooseTargets(targets: readonly ColumnTarget[]): void {
  set(({ looking }) => ({ looking: looking && { ...looking, targets } }))
}

/** Ends the dialog: with the choices, or without importing. */
export function finishLooking(confirmed: boolean): void {
  const { looking } = get()
  set({ looking: null })
  resolve?.(confirmed ? looking : null)
  resolve = null
}

async function refresh(): Promise<void> {
  const asked = get().looking
  if (!asked) return
  const result = await api.previewFile(asked.file.path, asked.options)
  // Only the latest question's answer counts.
  if (get().looking?.options !== asked.options || get().looking?.file !== asked.file) return
  set(({ looking }) => ({
    looking: looking && {
      ...looking,
      ...(result.ok ? { preview: result.value, error: null } : { preview: null, error: result.error }),
    },
  }))
}
