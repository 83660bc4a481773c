import type {
  AppError,
  ExperimentId,
  ExportFormId,
  ExportJob,
  ExportPlan,
  Result,
} from '../../../../core/contract/index.ts'

type Answer<T> = Promise<Result<T, AppError>>

/** What is to go out: a run's checkpoint, into a folder or the library's own. */
export interface Source {
  readonly id: ExperimentId
  readonly step?: number
  readonly folder?: string
}

export const planExport = (source: Source): Answer<ExportPlan> => window.studio.call('exports.plan', source)
export const startExport = (source: Source, form: ExportFormId, target: string | null): Answer<ExportJob> =>
  window.studio.call('exports.start', { ...source, form, ...(target === null ? {} : { target }) })
/** A browser shows no folders of this computer: one file is sent to it instead. */
export const isDownloaded = (form: ExportFormId): boolean => window.studio.host === 'web' && form === 'zip'
export const pickSave = (suggestedName: string) => window.studio.pickSave({ suggestedName })
export const finishSave = (target: string): Promise<void> => window.studio.finishSave(target)
export const cancelExport = (jobId: string): Answer<null> => window.studio.call('exports.cancel', { jobId })
export const testExport = (jobId: string): Answer<null> => window.studio.call('exports.test', { jobId })
export const listExports = (): Answer<readonly ExportJob[]> => window.studio.call('exports.list', {})
export const onProgress = (listener: (job: ExportJob) => void): (() => void) =>
  window.studio.on('exports.progress', listener)
