import type {
  ExperimentSummary,
  AdditionId,
  AppError,
  CuratedModels,
  ModelAddition,
  ModelDetail,
  ModelFit,
  ModelId,
  ModelSummary,
  ModelUser,
  Result,
} from '../../../core/contract/index.ts'

type Answer<T> = Promise<Result<T, AppError>>

export const hostKind = (): 'desktop' | 'web' => window.studio.host
export const listModels = (): Answer<readonly ModelSummary[]> => window.studio.call('models.list', {})
export const openModel = (id: ModelId): Answer<ModelDetail> => window.studio.call('models.open', { id })
export const fit = (id: ModelId): Answer<ModelFit> => window.studio.call('models.fit', { id })
export const curated = (): Answer<CuratedModels> => window.studio.call('models.curated', {})
export const addFolder = (folder: string): Answer<ModelAddition> => window.studio.call('models.addFolder', { folder })
export const addGguf = (file: string): Answer<ModelAddition> => window.studio.call('models.addGguf', { file })
export const cancelAddition = (additionId: AdditionId): Answer<null> =>
  window.studio.call('models.cancelAddition', { additionId })
export const rename = (id: ModelId, name: string): Answer<ModelSummary> =>
  window.studio.call('models.rename', { id, name })
export const users = (id: ModelId): Answer<readonly ModelUser[]> => window.studio.call('models.users', { id })
export const remove = (id: ModelId): Answer<null> => window.studio.call('models.remove', { id })
export const restore = (id: ModelId): Answer<ModelSummary> => window.studio.call('models.restore', { id })
export const openFolder = (id: ModelId): Answer<null> => window.studio.call('models.openFolder', { id })
export const adopt = (adapterId: ModelId, baseId: ModelId): Answer<ExperimentSummary> =>
  window.studio.call('experiments.adopt', { adapterId, baseId })
/** Makes the place of a dropped folder or file known to the host; on the desktop only. */
export const adoptFolder = (folder: File) => window.studio.adoptFile(folder)
export const onChanged = (listener: (change: { readonly id: ModelId | null }) => void): (() => void) =>
  window.studio.on('models.changed', listener)
export const onAddition = (listener: (addition: ModelAddition) => void): (() => void) =>
  window.studio.on('models.addition', listener)
export const onLibrary = (listener: () => void): (() => void) => window.studio.on('system.library', listener)
