import { FolderOpen } from 'lucide-react'
import { Label, Radio, RadioGroup } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import type { ExportChoice, ExportFormId, ExportPlan } from '../../../../core/contract/index.ts'
import { ErrorNotice } from '../../../errors/index.ts'
import { errorSentence, useFormat, useLanguage } from '../../../language/index.ts'
import { Button, LoadingPane, Select } from '../../../ui/index.ts'
import { isDownloaded } from './exports.api.ts'
import { chooseFolder, chooseForm, chooseStep, loadPlan, useExports } from './exports.store.ts'
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
      <Forms plan={plan.plan} form={shown.form} />
      <Steps plan={plan.plan} />
      <Place plan={plan.plan} form={shown.form} />
      {error && <ErrorNotice error={error} />}
    </div>
  )
}

function Forms({ plan, form }: { readonly plan: ExportPlan; readonly form: ExportFormId }) {
  const { t } = useTranslation('experiments')
  return (
    <RadioGroup value={form} onChange={(id) => chooseForm(id as ExportFormId)} className={styles.forms as string}>
      <Label className={styles.label}>{t('exports.form')}</Label>
      <div className={styles.cards}>
        {plan.choices.map((choice) => (
          <Card key={choice.form} choice={choice} />
        ))}
      </div>
    </RadioGroup>
  )
}

function Card({ choice: { form, sizeBytes, refusal } }: { readonly choice: ExportChoice }) {
  const { t } = useTranslation('experiments')
  const format = useFormat()
  const language = useLanguage()
  return (
    <Radio value={form} isDisabled={refusal !== null} className={styles.card as string}>
      <span className={styles.dot} aria-hidden />
      <span className={styles.cardText}>
        <span className={styles.cardHead}>
          <span className={styles.cardTitle}>{t(`exports.forms.${form}.title`)}</span>
          {refusal === null && <span className={styles.size}>{format.bytes(sizeBytes)}</span>}
        </span>
        <span className={styles.cardHint}>
          {refusal === null ? t(`exports.forms.${form}.text`) : errorSentence(refusal, language)}
        </span>
      </span>
    </Radio>
  )
}

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
  const name = plan.choices.find((choice) => choice.form === form)?.name ?? ''
  if (isDownloaded(form)) return <p className={styles.cardHint}>{t('exports.willDownload', { name })}</p>
  return (
    <div className={styles.place}>
      <div className={styles.placeText}>
        <span className={styles.label}>{t('exports.place')}</span>
        <span className={styles.path}>{plan.folder}</span>
        <span className={styles.cardHint}>
          {t('exports.named', { name })}
          {plan.freeBytes !== null && t('exports.free', { free: format.bytes(plan.freeBytes) })}
        </span>
      </div>
      <Button icon={<FolderOpen size={14} />} onPress={() => void chooseFolder()}>
        {t('exports.choosePlace')}
      </Button>
    </div>
  )
}
