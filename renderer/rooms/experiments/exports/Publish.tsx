import { CircleCheck, CloudUpload, ExternalLink } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import {
  MAX_CARD_CHARACTERS,
  type ExportJob,
  type ExportPublication,
  type PublicationPlan,
} from '../../../../core/contract/index.ts'
import { ErrorNotice, openOutside } from '../../../errors/index.ts'
import { HubTokenForm } from '../../../hub/index.ts'
import { errorSentence, useFormat, useLanguage } from '../../../language/index.ts'
import {
  Button,
  LoadingPane,
  Notice,
  ProgressBar,
  Segmented,
  Select,
  Switch,
  TextArea,
  TextField,
} from '../../../ui/index.ts'
import { cancel } from './exports.store.ts'
import {
  changePublish,
  closePublish,
  isRepositoryName,
  openPublish,
  publish,
  usePublish,
  type PublishForm,
} from './publish.store.ts'
import styles from './ExportDialog.module.css'

/** The way of what was written to the Hub: asked first, then followed. */
export function Publish({ job }: { readonly job: ExportJob }) {
  const { t } = useTranslation('experiments')
  const form = usePublish((state) => (state.form?.jobId === job.jobId ? state.form : null))
  const { publication } = job
  if (form) return <Form form={form} />
  if (publication?.state === 'sending') return <Sending job={job} publication={publication} />
  return (
    <div className={styles.working}>
      {publication?.state === 'done' && <Published publication={publication} />}
      {publication?.state === 'cancelled' && <Notice tone="info">{t('exports.publish.cancelled')}</Notice>}
      {publication?.error && <Failed publication={publication} />}
      <div>
        <Button icon={<CloudUpload size={14} />} onPress={() => void openPublish(job.jobId)}>
          {t(publication === null ? 'exports.publish.act' : 'exports.publish.again')}
        </Button>
      </div>
    </div>
  )
}

function Form({ form }: { readonly form: PublishForm }) {
  const { t } = useTranslation(['experiments', 'common'])
  const { plan, jobId } = form
  const section = useRef<HTMLElement>(null)
  useEffect(() => void section.current?.scrollIntoView({ block: 'nearest' }), [plan.kind])
  return (
    <section ref={section} className={styles.publish} aria-label={t('exports.publish.title')}>
      <h3 className={styles.label}>{t('exports.publish.title')}</h3>
      {plan.kind === 'loading' && <LoadingPane />}
      {plan.kind === 'failed' && <ErrorNotice error={plan.error} onRetry={() => void openPublish(jobId)} />}
      <HubTokenForm onChanged={() => void openPublish(jobId)} />
      {plan.kind === 'ready' && <Choices form={form} plan={plan.plan} />}
      {form.error && <ErrorNotice error={form.error} />}
      <div className={styles.publishActs}>
        <Button onPress={closePublish}>{t('common:cancel')}</Button>
        {plan.kind === 'ready' && (
          <Button
            variant="primary"
            isDisabled={form.isStarting || !isRepositoryName(form.name)}
            onPress={() => void publish()}
          >
            {t(form.isPrivate ? 'exports.publish.startPrivate' : 'exports.publish.startPublic')}
          </Button>
        )}
      </div>
    </section>
  )
}

function Choices({ form, plan }: { readonly form: PublishForm; readonly plan: PublicationPlan }) {
  const { t } = useTranslation('experiments')
  const format = useFormat()
  const language = useLanguage()
  const { owner, name, isPrivate, mayExist, card } = form
  return (
    <>
      <div className={styles.repository}>
        <Select
          label={t('exports.publish.owner')}
          value={owner}
          items={plan.owners.map((each) => ({ id: each, label: each }))}
          onChange={(id) => changePublish({ owner: id })}
        />
        <TextField
          label={t('exports.publish.name')}
          value={name}
          maxLength={96}
          onChange={(typed) => changePublish({ name: typed })}
          error={isRepositoryName(name) ? null : t('exports.publish.nameRule')}
        />
      </div>
      <Segmented
        label={t('exports.publish.visibility')}
        value={isPrivate ? 'private' : 'public'}
        items={[
          { id: 'private', label: t('exports.publish.private') },
          { id: 'public', label: t('exports.publish.public') },
        ]}
        onChange={(id) => changePublish({ isPrivate: id === 'private' })}
      />
      <Switch value={mayExist} onChange={(value) => changePublish({ mayExist: value })}>
        {t('exports.publish.mayExist')}
      </Switch>
      {plan.warnings.map((warning) => (
        <Notice key={errorSentence(warning, language)} tone="warning">
          {errorSentence(warning, language)}
        </Notice>
      ))}
      <details className={styles.answers}>
        <summary>{t('exports.publish.card')}</summary>
        <TextArea
          label={t('exports.publish.cardEdit')}
          labelHidden
          value={card}
          rows={10}
          maxLength={MAX_CARD_CHARACTERS}
          onChange={(typed) => changePublish({ card: typed })}
          className={styles.cardEditor as string}
        />
        {card !== plan.card && (
          <Button variant="quiet" onPress={() => changePublish({ card: plan.card })}>
            {t('exports.publish.cardReset')}
          </Button>
        )}
      </details>
      <p className={styles.cardHint}>{t('exports.publish.what', { size: format.bytes(plan.totalBytes) })}</p>
    </>
  )
}

interface SendingProps {
  readonly job: ExportJob
  readonly publication: ExportPublication
}

function Sending({ job, publication: { repository, sentBytes, totalBytes, remainingSeconds } }: SendingProps) {
  const { t } = useTranslation('experiments')
  const format = useFormat()
  const label = t('exports.publish.sending', { repository })
  const done = t('run.of', { value: format.bytes(sentBytes), total: format.bytes(totalBytes) })
  const left = remainingSeconds === null ? '' : t('remaining', { time: format.duration(remainingSeconds) })
  return (
    <div className={styles.working}>
      <span className={styles.label}>{label}</span>
      <ProgressBar label={label} value={totalBytes > 0 ? sentBytes / totalBytes : null} thick />
      <span className={styles.cardHint}>{[done, left].filter(Boolean).join(' · ')}</span>
      <div>
        <Button onPress={() => void cancel(job.jobId)}>{t('exports.stop')}</Button>
      </div>
    </div>
  )
}

function Published({ publication: { repository, url } }: Pick<SendingProps, 'publication'>) {
  const { t } = useTranslation('experiments')
  return (
    <div className={styles.place}>
      <p className={styles.good}>
        <CircleCheck size={16} aria-hidden />
        {t('exports.publish.done', { repository })}
      </p>
      <Button icon={<ExternalLink size={14} />} onPress={() => void openOutside(url)}>
        {t('exports.publish.open')}
      </Button>
    </div>
  )
}

function Failed({ publication: { error, sentBytes } }: Pick<SendingProps, 'publication'>) {
  const { t } = useTranslation('experiments')
  return (
    <>
      {error && <ErrorNotice error={error} />}
      {sentBytes > 0 && <span className={styles.cardHint}>{t('exports.publish.goesOn')}</span>}
    </>
  )
}
