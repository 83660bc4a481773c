import { FolderOpen } from 'lucide-react'
import { Label, Radio, RadioGroup } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import type { ExportChoice, ExportFormId, ExportPlan } from '../../../../core/contract/index.ts'
import { ErrorNotice } from '../../../errors/index.ts'
import { errorSentence, useFormat, useLanguage } from '../../../language/index.ts'
import { Button, LoadingPane, Select } from '../../../ui/index.ts'
import { isDownloaded } from './exports.api.ts'
import {
  chooseFolder,
  chooseForm,
  chooseOption,
  chooseStep,
  chosenOf,
  loadPlan,
  pastOf,
  showJob,
  useExports,
} from './exports.store.ts'
import { OllamaChoice } from './OllamaOutlet.tsx'
import styles from './ExportDialog.module.css'

type Shown = NonNullable<ReturnType<typeof useExports.getState>['shown']>

/** What the run is written as, from which checkpoint, and where. */
export function ExportChoices({ shown }: { readonly shown: Shown }) {
  const { plan, error } = shown
  if (plan.kind === 'loading')
    return (
      <div className={styles.loading}>
        <LoadingPane />
      </div>
    )
  if (plan.kind === 'failed') return <ErrorNotice error={plan.error} onRetry={() => void loadPlan()} />
  return (
    <div className={styles.choices}>
      <Past id={shown.id} />
      <Forms plan={plan.plan} form={shown.form} chosen={shown.options} />
      <Options plan={plan.plan} shown={shown} />
      <Steps plan={plan.plan} />
      <Place plan={plan.plan} form={shown.form} />
      {shown.form === 'ollama' && <OllamaChoice />}
      {error && <ErrorNotice error={error} />}
    </div>
  )
}

/** Exports of the run that are still there. */
function Past({ id }: { readonly id: Shown['id'] }) {
  const { t } = useTranslation('experiments')
  const format = useFormat()
  const jobs = pastOf(
    useExports((state) => state.jobs),
    id,
  )
  if (jobs.length === 0) return null
  return (
    <details className={styles.answers}>
      <summary>{t('exports.past.title', { count: jobs.length })}</summary>
      <ul className={styles.past}>
        {jobs.map(({ jobId, form, options, step, finishedAt, publication }) => (
          <li key={jobId}>
            <span className={styles.cardText}>
              <span>
                {[t(`exports.forms.${form}.title`), ...Object.values(options), t('run.atStep', { step })].join(' · ')}
              </span>
              <span className={styles.cardHint}>
                {finishedAt !== null && format.when(finishedAt)}
                {publication?.state === 'done' &&
                  ` · ${t('exports.past.published', { repository: publication.repository })}`}
                {publication?.state === 'failed' && ` · ${t('exports.past.unpublished')}`}
              </span>
            </span>
            <Button size="small" onPress={() => showJob(jobId)}>
              {t('exports.show')}
            </Button>
          </li>
        ))}
      </ul>
    </details>
  )
}

interface FormsProps {
  readonly plan: ExportPlan
  readonly form: ExportFormId
  readonly chosen: Shown['options']
}

function Forms({ plan, form, chosen }: FormsProps) {
  const { t } = useTranslation('experiments')
  return (
    <RadioGroup value={form} onChange={(id) => chooseForm(id as ExportFormId)} className={styles.forms as string}>
      <Label className={styles.label}>{t('exports.form')}</Label>
      <div className={styles.cards}>
        {plan.choices.map((choice) => (
          <Card key={choice.form} choice={choice} chosen={chosen} />
        ))}
      </div>
    </RadioGroup>
  )
}

function Card({ choice, chosen }: { readonly choice: ExportChoice; readonly chosen: Shown['options'] }) {
  const { form, refusal } = choice
  const { t } = useTranslation('experiments')
  const format = useFormat()
  const language = useLanguage()
  return (
    <Radio value={form} isDisabled={refusal !== null} className={styles.card as string}>
      <span className={styles.dot} aria-hidden />
      <span className={styles.cardText}>
        <span className={styles.cardHead}>
          <span className={styles.cardTitle}>{t(`exports.forms.${form}.title`)}</span>
          {refusal === null && <span className={styles.size}>{format.bytes(sizeOf(choice, chosen))}</span>}
        </span>
        <span className={styles.cardHint}>
          {refusal === null ? t(`exports.forms.${form}.text`) : errorSentence(refusal, language)}
        </span>
      </span>
    </Radio>
  )
}

/** With the options that are chosen. */
function sizeOf(choice: ExportChoice, chosen: Shown['options']): number {
  const wanted = chosenOf(choice, chosen)
  const sizes = Object.entries(choice.options).map(
    ([name, values]) => values.find(({ value }) => value === wanted[name])?.sizeBytes,
  )
  return sizes[0] ?? choice.sizeBytes
}

/** How exact the weights are, where the form leaves that open. */
function Options({ plan, shown }: { readonly plan: ExportPlan; readonly shown: Shown }) {
  const { t } = useTranslation('experiments')
  const format = useFormat()
  const choice = plan.choices.find(({ form }) => form === shown.form)
  const mixes = choice?.options['mix']
  if (!choice || !mixes) return null
  return (
    <Select
      label={t('exports.mix')}
      value={chosenOf(choice, shown.options)['mix'] ?? ''}
      items={mixes.map(({ value, sizeBytes }) => ({
        id: value,
        label: t('exports.mixItem', {
          value,
          note: t(`exports.mixes.${value as MixName}`),
          size: format.bytes(sizeBytes),
        }),
      }))}
      onChange={(value) => chooseOption('mix', value)}
    />
  )
}

type MixName = 'Q8_0' | 'Q4_K_M' | 'Q4_0' | 'F16' | 'BF16'

/** Nothing to choose where there is one checkpoint. */
function Steps({ plan: { steps, step } }: { readonly plan: ExportPlan }) {
  const { t } = useTranslation('experiments')
  if (steps.length < 2) return null
  return (
    <Select
      label={t('exports.checkpoint')}
      value={String(step)}
      items={steps.map((each) => ({ id: String(each), label: t('run.atStep', { step: each }) }))}
      onChange={(id) => chooseStep(Number(id))}
      className={styles.steps as string}
    />
  )
}

function Place({ plan, form }: { readonly plan: ExportPlan; readonly form: ExportFormId }) {
  const { t } = useTranslation('experiments')
  const format = useFormat()
  const { name = '', folder = null } = plan.choices.find((choice) => choice.form === form) ?? {}
  if (isDownloaded(form)) return <p className={styles.cardHint}>{t('exports.willDownload', { name })}</p>
  return (
    <div className={styles.place}>
      <div className={styles.placeText}>
        <span className={styles.label}>{t('exports.place')}</span>
        <span className={styles.path}>{folder ?? plan.folder}</span>
        <span className={styles.cardHint}>
          {t('exports.named', { name })}
          {plan.freeBytes !== null && t('exports.free', { free: format.bytes(plan.freeBytes) })}
        </span>
      </div>
      {folder === null && (
        <Button icon={<FolderOpen size={14} />} onPress={() => void chooseFolder()}>
          {t('exports.choosePlace')}
        </Button>
      )}
    </div>
  )
}
