import type {
  ApiModel,
  ApiServerState,
  AppError,
  GpuPackPlan,
  GpuPackProgress,
  GpuPackState,
  LeftLibrary,
  LibraryMove,
  LibraryMovePlan,
  LibraryUsage,
  Preferences,
  Result,
  SystemInfo,
  TrashContents,
  TrashEntry,
} from '../../../core/contract/index.ts'

export const readSystem = (): Promise<Result<SystemInfo, AppError>> => window.studio.call('system.info', {})
export const readPreferences = (): Promise<Result<Preferences, AppError>> =>
  window.studio.call('system.preferences', {})
export const writePreferences = (change: Partial<Preferences>): Promise<Result<Preferences, AppError>> =>
  window.studio.call('system.setPreferences', change)
export const writeLibrary = (folder: string): Promise<Result<SystemInfo, AppError>> =>
  window.studio.call('system.setLibrary', { folder })
export const takeLibrary = (): Promise<Result<SystemInfo, AppError>> => window.studio.call('system.takeLibrary', {})
export const hostKind = (): 'desktop' | 'web' => window.studio.host
export const onPreferences = (listener: (preferences: Preferences) => void): (() => void) =>
  window.studio.on('system.preferences', listener)
export const onLibrary = (listener: () => void): (() => void) => window.studio.on('system.library', listener)

export const readUsage = (): Promise<Result<LibraryUsage, AppError>> => window.studio.call('library.usage', {})
export const planMove = (folder: string): Promise<Result<LibraryMovePlan, AppError>> =>
  window.studio.call('library.plan', { folder })
export const startMove = (folder: string): Promise<Result<null, AppError>> =>
  window.studio.call('library.move', { folder })
export const cancelMove = (): Promise<Result<null, AppError>> => window.studio.call('library.cancelMove', {})
export const readMove = (): Promise<Result<LibraryMove | null, AppError>> => window.studio.call('library.moveState', {})
export const readLeft = (): Promise<Result<readonly LeftLibrary[], AppError>> => window.studio.call('library.left', {})
export const removeLeft = (id: string): Promise<Result<null, AppError>> =>
  window.studio.call('library.removeLeft', { id })
export const onMove = (listener: (move: LibraryMove) => void): (() => void) =>
  window.studio.on('library.move', listener)

export const readTrash = (): Promise<Result<TrashContents, AppError>> => window.studio.call('trash.list', {})
export const restoreFromTrash = (item: Pick<TrashEntry, 'kind' | 'id'>): Promise<Result<TrashContents, AppError>> =>
  window.studio.call('trash.restore', item)
export const removeFromTrash = (item: Pick<TrashEntry, 'kind' | 'id'>): Promise<Result<TrashContents, AppError>> =>
  window.studio.call('trash.remove', item)
export const emptyTrash = (): Promise<Result<TrashContents, AppError>> => window.studio.call('trash.empty', {})
export const onTrash = (listener: () => void): (() => void) => window.studio.on('trash.changed', listener)

export const readGpuPack = (): Promise<Result<GpuPackState, AppError>> => window.studio.call('gpuPack.state', {})
export const planGpuPack = (): Promise<Result<GpuPackPlan, AppError>> => window.studio.call('gpuPack.plan', {})
export const downloadGpuPack = (): Promise<Result<null, AppError>> => window.studio.call('gpuPack.download', {})
export const cancelGpuPack = (): Promise<Result<null, AppError>> => window.studio.call('gpuPack.cancel', {})
export const removeGpuPack = (): Promise<Result<GpuPackState, AppError>> => window.studio.call('gpuPack.remove', {})
export const moveGpuPack = (folder: string): Promise<Result<GpuPackState, AppError>> =>
  window.studio.call('gpuPack.setFolder', { folder })
export const onGpuPackProgress = (listener: (progress: GpuPackProgress) => void): (() => void) =>
  window.studio.on('gpuPack.progress', listener)

type Answer<T> = Promise<Result<T, AppError>>
export const readApiServer = (): Answer<ApiServerState> => window.studio.call('apiServer.state', {})
export const startApiServer = (): Answer<ApiServerState> => window.studio.call('apiServer.start', {})
export const stopApiServer = (): Answer<ApiServerState> => window.studio.call('apiServer.stop', {})
export const readApiModels = (): Answer<readonly ApiModel[]> => window.studio.call('apiServer.models', {})
export const replaceApiKey = (): Answer<{ readonly key: string }> => window.studio.call('apiServer.replaceKey', {})
export const onApiServer = (listener: (server: ApiServerState) => void): (() => void) =>
  window.studio.on('apiServer.changed', listener)
/** Models and runs that came, went, or were renamed. */
export function onModels(listener: () => void): () => void {
  const { studio } = window
  const ends = [
    studio.on('models.changed', listener),
    studio.on('models.removed', listener),
    studio.on('experiments.changed', ({ state }) => {
      if (state.kind !== 'training') listener()
    }),
    studio.on('experiments.removed', listener),
  ]
  return () => ends.forEach((end) => end())
}
