import type {
  AppError,
  ExperimentId,
  ExportFormId,
  ExportJob,
  ExportPlan,
  OllamaState,
  PublicationPlan,
  Result,
} from '../../../../core/contract/index.ts'

type Answer<T> = Promise<Result<T, AppError>>

/** What is to go out: a run's checkpoint, into a folder or the library's own. */
export interface Source {
  readonly id: ExperimentId
  readonly step?: number
  readonly folder?: string
}

export const planExport = (source: Source): Answer<ExportPlan> => window.studio.call('exports.plan', source as never)
/** What Ollama is to call it; whether a model of that name goes. */
export interface Registration {
  readonly name: string
  readonly replace: boolean
}

export const findOllama = (): Answer<OllamaState | null> => window.studio.call('exports.ollama', {})
export const register = (jobId: string, wanted: Registration): Answer<null> =>
  window.studio.call('exports.register', { jobId, ...wanted } as never)
/** What is begun: a form with its choices, into one file where a target is given. */
export interface Wanted {
  readonly form: ExportFormId
  readonly options: Readonly<Record<string, string>>
  readonly target: string | null
  readonly ollama?: Registration
}

export const startExport = (source: Source, { target, ...wanted }: Wanted): Answer<ExportJob> =>
  window.studio.call('exports.start', { ...source, ...wanted, ...(target === null ? {} : { target }) } as never)
/** Forms that are one file. */
const FILES: ReadonlySet<ExportFormId> = new Set(['gguf', 'gguf-lora', 'zip'])
/** A browser shows no folders of this computer: one file is sent to it instead. */
export const isDownloaded = (form: ExportFormId): boolean => window.studio.host === 'web' && FILES.has(form)
export const pickSave = (suggestedName: string) => window.studio.pickSave({ suggestedName })
export const finishSave = (target: string): Promise<void> => window.studio.finishSave(target)
export const cancelExport = (jobId: string): Answer<null> => window.studio.call('exports.cancel', { jobId })
export const testExport = (jobId: string): Answer<null> => window.studio.call('exports.test', { jobId })
export const planPublication = (jobId: string): Answer<PublicationPlan> =>
  window.studio.call('exports.publicationPlan', { jobId })
/** Where to, and how it is seen there. */
export interface WantedPublication {
  readonly jobId: string
  readonly repository: string
  readonly isPrivate: boolean
  readonly mayExist: boolean
}
export const publish = (wanted: WantedPublication): Answer<null> =>
  window.studio.call('exports.publish', wanted as never)
export const listExports = (): Answer<readonly ExportJob[]> => window.studio.call('exports.list', {})
export const onProgress = (listener: (job: ExportJob) => void): (() => void) =>
  window.studio.on('exports.progress', listener)
