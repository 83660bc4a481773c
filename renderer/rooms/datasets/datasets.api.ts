import type {
  AppError,
  Calls,
  DatasetEdit,
  DatasetId,
  DatasetInfo,
  DatasetSummary,
  DatasetStatistics,
  DatasetView,
  ImportId,
  FileFormats,
  ImportOptions,
  ImportPreview,
  ImportProgress,
  ModelId,
  Page,
  Result,
} from '../../../core/contract/index.ts'

type Answer<T> = Promise<Result<T, AppError>>
type From = Calls['datasets.create']['input']['from']
export type ExportFormat = Calls['datasets.export']['input']['format']

export const list = () => window.studio.call('datasets.list', {})
export const create = (from: From, name?: string): Answer<DatasetInfo> =>
  window.studio.call('datasets.create', name === undefined ? { from } : { from, name })
export const importFile = (input: Calls['datasets.import']['input']): Answer<DatasetInfo> =>
  window.studio.call('datasets.import', input)
export const formats = (): Answer<FileFormats> => window.studio.call('datasets.formats', {})
export const previewFile = (file: string, options: ImportOptions): Answer<ImportPreview> =>
  window.studio.call('datasets.preview', { file, options })
export const appendFile = (input: Calls['datasets.appendFile']['input']): Answer<DatasetInfo> =>
  window.studio.call('datasets.appendFile', input)
export const cancelImport = (importId: ImportId) => window.studio.call('datasets.cancelImport', { importId })
export const open = (id: DatasetId): Answer<DatasetInfo> => window.studio.call('datasets.open', { id })
export const page = (id: DatasetId, offset: number, limit: number, view?: DatasetView): Answer<Page> =>
  window.studio.call('datasets.page', { id, offset, limit, ...(view && { view }) })
export const cell = (input: Calls['datasets.cell']['input']) => window.studio.call('datasets.cell', input)
export const range = (input: Calls['datasets.range']['input']) => window.studio.call('datasets.range', input)
export const edit = (id: DatasetId, edits: readonly DatasetEdit[], view?: DatasetView): Answer<DatasetInfo> =>
  window.studio.call('datasets.edit', { id, edits: [...edits], ...(view && { view }) })
export const findCell = (input: Calls['datasets.findCell']['input']) => window.studio.call('datasets.findCell', input)
export const matches = (input: Calls['datasets.matches']['input']) => window.studio.call('datasets.matches', input)
export const replace = (input: Calls['datasets.replace']['input']) => window.studio.call('datasets.replace', input)
export const appendDataset = (input: Calls['datasets.appendDataset']['input']): Answer<DatasetInfo> =>
  window.studio.call('datasets.appendDataset', input)
export const matchColumns = (input: Calls['datasets.matchColumns']['input']) =>
  window.studio.call('datasets.matchColumns', input)
export const join = (input: Calls['datasets.join']['input']): Answer<DatasetInfo> =>
  window.studio.call('datasets.join', input)
export const split = (input: Calls['datasets.split']['input']) => window.studio.call('datasets.split', input)
export const sampleRows = (input: Calls['datasets.sample']['input']) => window.studio.call('datasets.sample', input)
export const sample = (input: Calls['experiments.sample']['input']) => window.studio.call('experiments.sample', input)
export const undo = (id: DatasetId): Answer<DatasetInfo> => window.studio.call('datasets.undo', { id })
export const redo = (id: DatasetId): Answer<DatasetInfo> => window.studio.call('datasets.redo', { id })
export const check = (input: Calls['datasets.check']['input']) => window.studio.call('datasets.check', input)
export const repair = (input: Calls['datasets.repair']['input']) => window.studio.call('datasets.repair', input)
export const history = (id: DatasetId) => window.studio.call('datasets.history', { id })
export const goToStep = (id: DatasetId, step: number): Answer<DatasetInfo> =>
  window.studio.call('datasets.goToStep', { id, step })
export const save = (id: DatasetId): Answer<DatasetInfo> => window.studio.call('datasets.save', { id })
export const rename = (id: DatasetId, name: string): Answer<DatasetInfo> =>
  window.studio.call('datasets.rename', { id, name })
export const remove = (id: DatasetId): Answer<null> => window.studio.call('datasets.remove', { id })
export const restore = (id: DatasetId): Answer<DatasetInfo> => window.studio.call('datasets.restore', { id })
export const statistics = (id: DatasetId, modelId: ModelId | null): Answer<DatasetStatistics> =>
  window.studio.call('datasets.statistics', { id, ...(modelId && { modelId }) })
export const exportTo = (id: DatasetId, target: string, format: ExportFormat) =>
  window.studio.call('datasets.export', { id, target, format })

export const pickFile = (extensions: readonly string[]) => window.studio.pickFile({ extensions })
export const adoptFile = (file: File) => window.studio.adoptFile(file)
export const pickSave = (suggestedName: string) => window.studio.pickSave({ suggestedName })
export const finishSave = (target: string) => window.studio.finishSave(target)

export const onChanged = (listener: (info: DatasetInfo) => void) => window.studio.on('datasets.changed', listener)
export const onImportProgress = (listener: (progress: ImportProgress) => void) =>
  window.studio.on('datasets.importProgress', listener)
export const onRemoved = (listener: (removed: { readonly id: DatasetId }) => void) =>
  window.studio.on('datasets.removed', listener)
export const onListed = (listener: (items: readonly DatasetSummary[]) => void) =>
  window.studio.on('datasets.listed', listener)
export const onLibrary = (listener: () => void) => window.studio.on('system.library', listener)
