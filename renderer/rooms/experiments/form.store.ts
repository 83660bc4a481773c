import { create } from 'zustand'
import {
  presets,
  settingCatalogue,
  settingOf,
  type AppError,
  type ExperimentPlan,
  type Preset,
  type SettingKey,
} from '../../../core/contract/index.ts'
import { goTo } from '../../session/index.ts'
import * as api from './experiments.api.ts'
import { upsert } from './experiments.store.ts'
import { presetValues, problemsOf, toSettings, type RawValues } from './form.ts'

type PlanState =
  | { readonly kind: 'none' }
  | { readonly kind: 'planning'; readonly last: ExperimentPlan | null }
  | { readonly kind: 'ready'; readonly plan: ExperimentPlan }
  | { readonly kind: 'failed'; readonly error: AppError }
type Submit =
  | { readonly kind: 'idle' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'refused'; readonly error: AppError; readonly setting: SettingKey | null }

interface ExperimentForm {
  readonly presetId: string
  readonly values: RawValues
  /** Settings whose problems are shown: those that were left once, all after a refused start. */
  readonly touched: ReadonlySet<SettingKey> | 'all'
  /** Groups whose 詳しい設定 is open. */
  readonly opened: ReadonlySet<string>
  readonly plan: PlanState
  readonly submit: Submit
  /** The setting to scroll to, from the palette; a number so that the same one can be asked for twice. */
  readonly reveal: { readonly key: SettingKey; readonly time: number } | null
}

const first = presets[0] as Preset
const PLAN_DELAY_MS = 250

/** The form of the next experiment. Session scope. */
export const useForm = create<ExperimentForm>()(() => ({
  presetId: first.id,
  values: presetValues(first),
  touched: new Set(),
  opened: new Set<string>(),
  plan: { kind: 'none' },
  submit: { kind: 'idle' },
  reveal: null,
}))

let timer: ReturnType<typeof setTimeout> | undefined
let asked = 0

/** Asks for the plan of the values soon; only the last answer counts. */
export function replan(): void {
  clearTimeout(timer)
  const { values } = useForm.getState()
  const turn = ++asked
  if (values['dataset.id'] === '') return useForm.setState({ plan: { kind: 'none' } })
  useForm.setState(({ plan }) => ({
    plan: { kind: 'planning', last: plan.kind === 'ready' ? plan.plan : plan.kind === 'planning' ? plan.last : null },
  }))
  timer = setTimeout(async () => {
    const result = await api.planExperiment(toSettings(values))
    if (turn === asked)
      useForm.setState({
        plan: result.ok ? { kind: 'ready', plan: result.value } : { kind: 'failed', error: result.error },
      })
  }, PLAN_DELAY_MS)
}

export function setValue(key: SettingKey, value: string | boolean): void {
  useForm.setState(({ values, submit }) => ({
    values: { ...values, [key]: value },
    submit: submit.kind === 'refused' ? { kind: 'idle' } : submit,
  }))
  replan()
}

export function touch(key: SettingKey): void {
  useForm.setState(({ touched }) =>
    touched === 'all' || touched.has(key) ? {} : { touched: new Set([...touched, key]) },
  )
}

/** Fills in a preset; the chosen name, dataset and model stay. */
export function fillPreset(preset: Preset): void {
  const { values } = useForm.getState()
  const kept = {
    'general.experiment_name': String(values['general.experiment_name']),
    'dataset.id': String(values['dataset.id']),
    'general.llm_backbone': String(values['general.llm_backbone']),
  }
  useForm.setState({ presetId: preset.id, values: presetValues(preset, kept), submit: { kind: 'idle' } })
  replan()
}

/** Fills the form with other values, such as those of an earlier run. */
export function fillForm(values: RawValues): void {
  useForm.setState({ values, touched: new Set(), submit: { kind: 'idle' } })
  replan()
}

/** Opens the form, with a dataset chosen where one is given. */
export function openForm(datasetId?: string): void {
  if (datasetId !== undefined) setValue('dataset.id', datasetId)
  goTo('experiments', null)
}

/** Opens the form at one setting. */
export function revealSetting(key: SettingKey): void {
  const { group } = settingOf(key)
  useForm.setState(({ opened }) => ({ opened: new Set([...opened, group]), reveal: { key, time: Date.now() } }))
  goTo('experiments', null)
}

/** Starts the experiment and shows it; a refusal stays in the form, at its setting. */
export async function startTraining(): Promise<void> {
  const { values, submit } = useForm.getState()
  if (submit.kind === 'starting') return
  const wrong = Object.keys(problemsOf(values)) as SettingKey[]
  if (wrong[0]) {
    useForm.setState(({ opened }) => ({
      touched: 'all',
      opened: new Set([...opened, ...wrong.map((key) => settingOf(key).group)]),
    }))
    return revealSetting(wrong[0])
  }
  useForm.setState({ submit: { kind: 'starting' } })
  const result = await api.startExperiment(toSettings(values))
  if (!result.ok)
    return useForm.setState({ submit: { kind: 'refused', error: result.error, setting: settingIn(result.error) } })
  upsert(result.value)
  useForm.setState({
    submit: { kind: 'idle' },
    touched: new Set(),
    values: { ...useForm.getState().values, 'general.experiment_name': '' },
  })
  goTo('experiments', result.value.id)
}

const settingIn = ({ facts }: AppError): SettingKey | null =>
  typeof facts['setting'] === 'string' && facts['setting'] in settingCatalogue ? (facts['setting'] as SettingKey) : null
