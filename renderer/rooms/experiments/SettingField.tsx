import { memo, useEffect, useRef, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useShallow } from 'zustand/react/shallow'
import {
  settingOf,
  settingTexts,
  type AppError,
  type ExperimentPlan,
  type SettingDefinition,
  type SettingKey,
} from '../../../core/contract/index.ts'
import { text } from '../../../texts/index.ts'
import { Button, cx, NumberTextField, Select, Switch, TextField } from '../../ui/index.ts'
import { errorSentence, useFormat, useLanguage } from '../../language/index.ts'
import { toastError } from '../../errors/index.ts'
import { createDataset, isReadable, useDatasets } from '../datasets/index.ts'
import { DevicePicker } from './DevicePicker.tsx'
import { ModelPicker, type PickerProps } from './ModelPicker.tsx'
import { experimentItems, isTrained, useExperiments } from './experiments.store.ts'
import { problemOf } from './form.ts'
import { setValue, touch, useForm } from './form.store.ts'
import styles from './SettingField.module.css'

/** One row of the form: label, control, and below it the explanation or what is wrong. */
export const SettingField = memo(function SettingField({ settingKey }: { readonly settingKey: SettingKey }) {
  const language = useLanguage()
  const definition = settingOf(settingKey)
  const error = useFieldError(settingKey)
  const row = useReveal(settingKey)
  const { label } = settingTexts(settingKey, language)
  const sentence = error && errorSentence(error, language)
  return (
    <div ref={row} className={cx(styles.row, sentence && styles.wrong)} data-setting={settingKey}>
      <span className={styles.label} aria-hidden onClick={() => focusControl(row.current)}>
        {label}
      </span>
      <div className={styles.side} onBlur={() => touch(settingKey)}>
        <Control settingKey={settingKey} definition={definition} label={label} error={sentence} />
      </div>
    </div>
  )
})

/** The form's own check, then what the host said of the setting: in its plan or at a refused start. */
function useFieldError(key: SettingKey): AppError | null {
  const problem = useForm(
    useShallow(({ values, touched }) => (touched === 'all' || touched.has(key) ? problemOf(values, key) : null)),
  )
  const refused = useForm(({ submit }) => (submit.kind === 'refused' && submit.setting === key ? submit.error : null))
  const planned = useForm(({ plan }) => (plan.kind === 'ready' ? planError(plan.plan, key) : null))
  if (!problem) return refused ?? planned
  const { key: setting, code, ...facts } = problem
  return { code, facts: { setting, ...facts } }
}

/** The host repeats the catalogue's checks; those are shown once the field was left. */
const planError = ({ issues }: ExperimentPlan, key: SettingKey): AppError | null =>
  issues.find(
    (issue) => issue.setting === key && issue.severity === 'error' && !issue.error.code.startsWith('setting/'),
  )?.error ?? null

const focusControl = (row: HTMLElement | null): void =>
  row?.querySelector<HTMLElement>('input, button')?.focus({ preventScroll: true })

/** Scrolls to the row and marks it when the palette asked for this setting. */
function useReveal(key: SettingKey) {
  const row = useRef<HTMLDivElement>(null)
  const time = useForm(({ reveal }) => (reveal?.key === key ? reveal.time : null))
  useEffect(() => {
    if (time === null || !row.current) return
    row.current.scrollIntoView({ block: 'center' })
    focusControl(row.current)
    useForm.setState({ reveal: null })
  }, [time])
  return row
}

interface ControlProps {
  readonly settingKey: SettingKey
  readonly definition: SettingDefinition
  readonly label: string
  readonly error: string | null
}

function Control({ settingKey, definition, label, error }: ControlProps): ReactNode {
  const language = useLanguage()
  const value = useForm((state) => state.values[settingKey])
  const change = (next: string | boolean) => setValue(settingKey, next)
  const { help, options } = settingTexts(settingKey, language)
  const shared = { label, labelHidden: true, error, help }
  switch (definition.kind) {
    case 'boolean':
      return (
        <>
          <Switch label={label} value={value === true} onChange={change} />
          <p className={styles.help}>{help}</p>
        </>
      )
    case 'choice':
      if (settingKey === 'environment.device')
        return <DevicePicker {...shared} definition={definition} value={String(value)} onChange={change} />
      return (
        <Select
          {...shared}
          items={definition.choices.map((id) => ({ id, label: options?.[id] ?? id }))}
          value={String(value)}
          onChange={change}
          className={styles.medium as string}
        />
      )
    case 'integer':
    case 'number':
      return (
        <NumberTextField
          {...shared}
          value={String(value)}
          onChange={change}
          min={definition.min}
          max={definition.max}
          step={definition.step}
          {...(definition.unit && { unit: text(language).units[definition.unit] })}
        />
      )
    case 'text':
      return (
        <TextField
          {...shared}
          value={String(value)}
          onChange={change}
          maxLength={definition.maxCharacters}
          className={styles.wide as string}
        />
      )
    case 'reference':
      return <ReferencePicker to={definition.to} {...shared} value={String(value)} onChange={change} />
  }
}

function ReferencePicker({ to, ...props }: PickerProps & { readonly to: 'dataset' | 'model' | 'experiment' }) {
  switch (to) {
    case 'dataset':
      return <DatasetPicker {...props} />
    case 'model':
      return <ModelPicker {...props} />
    case 'experiment':
      return <ExperimentPicker {...props} />
  }
}

/** Experiments that have learnt something, and none. */
function ExperimentPicker({ value, onChange, ...rest }: PickerProps) {
  const { t } = useTranslation('experiments')
  const format = useFormat()
  const trained = useExperiments(useShallow((state) => experimentItems(state).filter(isTrained)))
  const items = [
    { id: NO_EXPERIMENT, label: t('form.noExperiment') },
    ...trained.map(({ id, name, modelName, createdAt }) => ({
      id,
      label: name,
      detail: `${modelName} · ${format.when(createdAt)}`,
    })),
  ]
  const pick = (id: string) => onChange(id === NO_EXPERIMENT ? '' : id)
  return (
    <Select {...rest} items={items} value={value || NO_EXPERIMENT} onChange={pick} className={styles.wide as string} />
  )
}

const NO_EXPERIMENT = 'none'

function DatasetPicker({ value, ...rest }: PickerProps) {
  const { t } = useTranslation('experiments')
  const format = useFormat()
  const list = useDatasets((state) => state.list)
  if (list.kind === 'ready' && list.items.length === 0) {
    const open = async () => {
      const result = await createDataset('sample')
      if (result.ok) rest.onChange(result.value.id)
      else toastError(result.error)
    }
    return (
      <>
        <div className={styles.none}>
          <span>{t('form.noDataset')}</span>
          <Button size="small" onPress={() => void open()}>
            {t('form.openSample')}
          </Button>
        </div>
        {rest.error && <p className={styles.error}>{rest.error}</p>}
        <p className={styles.help}>{rest.help}</p>
      </>
    )
  }
  const items =
    list.kind === 'ready'
      ? list.items
          .filter(isReadable)
          .map((item) => ({
            id: item.id,
            label: item.name,
            detail: t('form.rows', { count: item.rowCount, when: format.when(item.updatedAt) }),
          }))
      : []
  return (
    <Select
      {...rest}
      items={items}
      value={value || null}
      placeholder={t('form.choose')}
      className={styles.wide as string}
    />
  )
}
