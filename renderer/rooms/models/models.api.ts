import type { AppError, ModelDetail, ModelId, ModelSummary, Result } from '../../../core/contract/index.ts'

export const listModels = (): Promise<Result<readonly ModelSummary[], AppError>> =>
  window.studio.call('models.list', {})
export const openModel = (id: ModelId): Promise<Result<ModelDetail, AppError>> =>
  window.studio.call('models.open', { id })
export const onChanged = (listener: () => void): (() => void) => window.studio.on('models.changed', listener)
export const onLibrary = (listener: () => void): (() => void) => window.studio.on('system.library', listener)
