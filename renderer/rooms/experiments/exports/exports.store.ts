import i18next from 'i18next'
import { create } from 'zustand'
import {
  isExporting,
  ok,
  type AppError,
  type ExperimentId,
  type ExperimentSummary,
  type ExportChoice,
  type ExportFormId,
  type ExportJob,
  type ExportPlan,
  type Result,
} from '../../../../core/contract/index.ts'
import { pickFolder } from '../../../dialogs/index.ts'
import { toastError } from '../../../errors/index.ts'
import { goTo } from '../../../session/index.ts'
import { toast } from '../../../ui/index.ts'
import * as api from './exports.api.ts'
import { askOllama, registrationOf } from './ollama.store.ts'

type PlanState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready'; readonly plan: ExportPlan }
  | { readonly kind: 'failed'; readonly error: AppError }

/** The dialog of one run: what is chosen, then the job that came of it. */
interface Shown {
  readonly id: ExperimentId
  readonly name: string
  readonly plan: PlanState
  readonly form: ExportFormId
  /** Choices of forms by their names; a form's first where there is none. */
  readonly options: Readonly<Record<string, string>>
  /** Null: the checkpoint that the run's settings name. */
  readonly step: number | null
  /** Null: the library's own folder. */
  readonly folder: string | null
  readonly isStarting: boolean
  readonly jobId: string | null
  /** Why the last order was refused. */
  readonly error: AppError | null
}

interface Exports {
  readonly shown: Shown | null
  /** Mirror of the host's jobs, by id. */
  readonly jobs: Readonly<Record<string, ExportJob>>
}

/** Exports of runs. Session scope; jobs are the host's. */
export const useExports = create<Exports>()(() => ({ shown: null, jobs: {} }))

export const isUnderWay = ({ state }: ExportJob): boolean => isExporting(state)
const jobOf = (id: ExperimentId): ExportJob | undefined =>
  Object.values(useExports.getState().jobs).find((job) => job.experimentId === id && isUnderWay(job))

/** What the run was written as before, the latest first. */
export const pastOf = (jobs: Exports['jobs'], id: ExperimentId): readonly ExportJob[] =>
  Object.values(jobs)
    .filter((job) => job.experimentId === id && job.state === 'done' && !api.isDownloaded(job.form))
    .sort((a, b) => (b.finishedAt ?? '').localeCompare(a.finishedAt ?? ''))

export const showJob = (jobId: string): void => change({ jobId, error: null })

/** What was chosen last: the next dialog begins with them. */
let last: Pick<Shown, 'form' | 'options' | 'folder'> = { form: 'gguf', options: {}, folder: null }

/** Opens the dialog of a run: its job where one is under way, else the choice. */
export function openExport({ id, name }: Pick<ExperimentSummary, 'id' | 'name'>): void {
  const jobId = jobOf(id)?.jobId ?? null
  const chosen = { ...last, step: null, isStarting: false, jobId, error: null }
  useExports.setState({ shown: { id, name, plan: { kind: 'loading' }, ...chosen } })
  void askOllama(name)
  if (jobId === null) void loadPlan()
}

export const closeExport = (): void => useExports.setState({ shown: null })

function change(changes: Partial<Shown>): void {
  useExports.setState(({ shown }) => ({ shown: shown && { ...shown, ...changes } }))
}

const sourceOf = ({ id, step, folder }: Shown): api.Source => ({
  id,
  ...(step === null ? {} : { step }),
  ...(folder === null ? {} : { folder }),
})

/** Asks what the run can be written as. An answer to an earlier question is not shown. */
export async function loadPlan(): Promise<void> {
  const { shown } = useExports.getState()
  if (!shown) return
  const result = await api.planExport(sourceOf(shown))
  const now = useExports.getState().shown
  if (!now || now.id !== shown.id || now.step !== shown.step || now.folder !== shown.folder) return
  if (!result.ok) return change({ plan: { kind: 'failed', error: result.error } })
  const { choices } = result.value
  const usable = choices.filter(({ refusal }) => refusal === null)
  const form = usable.some((choice) => choice.form === now.form) ? now.form : (usable[0]?.form ?? now.form)
  change({ plan: { kind: 'ready', plan: result.value }, form })
}

export const chooseForm = (form: ExportFormId): void => change({ form, error: null })

export function chooseOption(name: string, value: string): void {
  const { shown } = useExports.getState()
  if (shown) change({ options: { ...shown.options, [name]: value }, error: null })
}

/** What is chosen of the options that a form has. */
export const chosenOf = ({ options }: ExportChoice, chosen: Shown['options']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(options).map(([name, values]) => [
      name,
      (values.find(({ value }) => value === chosen[name]) ?? values[0])?.value ?? '',
    ]),
  )

export function chooseStep(step: number): void {
  change({ step, error: null })
  void loadPlan()
}

export async function chooseFolder(): Promise<void> {
  const folder = await pickFolder()
  if (folder === null) return
  change({ folder, error: null })
  await loadPlan()
}

/** Files that this window fetches when they are written, by job. */
const downloads = new Map<string, string>()

/** Where the host puts the file that the browser fetches; null for what stays in a folder. */
async function targetOf({ form, plan }: Shown): Promise<Result<string | null, AppError>> {
  if (!api.isDownloaded(form) || plan.kind !== 'ready') return ok(null)
  const name = plan.plan.choices.find((choice) => choice.form === form)?.name ?? ''
  const save = await api.pickSave(name)
  return save.ok ? ok(save.value?.target ?? null) : save
}

export async function start(): Promise<void> {
  const { shown } = useExports.getState()
  if (!shown || shown.isStarting) return
  const choice = shown.plan.kind === 'ready' && shown.plan.plan.choices.find(({ form }) => form === shown.form)
  if (!choice) return
  last = { form: shown.form, options: shown.options, folder: shown.folder }
  change({ isStarting: true, error: null })
  const target = await targetOf(shown)
  const result = target.ok
    ? await api.startExport(sourceOf(shown), {
        form: shown.form,
        options: chosenOf(choice, shown.options),
        target: target.value,
        ...registrationOf(shown.form),
      })
    : target
  if (!result.ok) return change({ isStarting: false, error: result.error })
  if (target.ok && target.value !== null) downloads.set(result.value.jobId, target.value)
  if (!useExports.getState().jobs[result.value.jobId]) keep(result.value)
  change({ isStarting: false, jobId: result.value.jobId })
}

export async function cancel(jobId: string): Promise<void> {
  const result = await api.cancelExport(jobId)
  if (!result.ok) toastError(result.error)
}

export async function testAgain(jobId: string): Promise<void> {
  const result = await api.testExport(jobId)
  if (!result.ok) toastError(result.error)
}

/** Shows the model that a run became, whose id is the name of its folder. */
export function openModel(place: string): void {
  closeExport()
  goTo('models', place.split(/[\\/]/).at(-1) ?? null)
}

/** Back to the choice, with what was chosen before. */
export function chooseAgain(): void {
  change({ jobId: null, plan: { kind: 'loading' }, error: null })
  void loadPlan()
}

const keep = (job: ExportJob): void => useExports.setState(({ jobs }) => ({ jobs: { ...jobs, [job.jobId]: job } }))

function end(job: ExportJob): void {
  const target = downloads.get(job.jobId)
  downloads.delete(job.jobId)
  if (target !== undefined && job.state === 'done') void api.finishSave(target)
  tellEnd(job)
}

/** Shows a job that has ended while its dialog was closed. */
function tellEnd(job: ExportJob): void {
  const { shown } = useExports.getState()
  if (shown?.jobId === job.jobId) return
  const open = () => {
    goTo('experiments', job.experimentId)
    openExport({ id: job.experimentId, name: job.experimentName })
    change({ jobId: job.jobId })
  }
  const words = i18next.getFixedT(null, 'experiments')
  if (job.state === 'failed' && job.error) toastError(job.error)
  if (job.state === 'done')
    toast(words('exports.doneToast', { name: job.experimentName }), { label: words('exports.show'), run: open })
}

/** Loads the jobs and follows them; returns what ends it. */
export function connectExports(): () => void {
  void api.listExports().then((result) => result.ok && result.value.forEach(keep))
  return api.onProgress((job) => {
    const before = useExports.getState().jobs[job.jobId]
    keep(job)
    if (before && isUnderWay(before) && !isUnderWay(job)) end(job)
  })
}
