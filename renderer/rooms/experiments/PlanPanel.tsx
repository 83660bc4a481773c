import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { ExperimentPlan, PlanIssue } from '../../../core/contract/index.ts'
import { CommandButton } from '../../commands/index.ts'
import { cx, ProgressBar, Spinner } from '../../ui/index.ts'
import { ErrorNotice } from '../../errors/index.ts'
import { useFormat } from '../../language/index.ts'
import { useSystem } from '../settings/index.ts'
import { startCommand } from './commands.tsx'
import { activeRun, useExperiments } from './experiments.store.ts'
import { useForm } from './form.store.ts'
import styles from './PlanPanel.module.css'

/** What the run would do and take, and the one button that starts it. */
export function PlanPanel() {
  const { t } = useTranslation('experiments')
  const plan = useForm((state) => state.plan)
  const submit = useForm((state) => state.submit)
  const running = useExperiments((state) => activeRun(state)?.name ?? null)
  const known = plan.kind === 'ready' ? plan.plan : plan.kind === 'planning' ? plan.last : null
  return (
    <aside className={styles.plan} aria-label={t('plan.title')}>
      <div className={styles.scroll}>
        <h2 className={styles.title}>
          {t('plan.title')}
          {plan.kind === 'planning' && <Spinner size={14} />}
        </h2>
        {plan.kind === 'none' && <p className={styles.quiet}>{t('plan.none')}</p>}
        {plan.kind === 'failed' && <ErrorNotice error={plan.error} />}
        {known && <Facts plan={known} stale={plan.kind === 'planning'} />}
        {known && noticesOf(known).map(({ error, tone }) => <ErrorNotice key={error.code} error={error} tone={tone} />)}
      </div>
      <div className={styles.foot}>
        {submit.kind === 'refused' && submit.setting === null && <ErrorNotice error={submit.error} />}
        {running !== null && <p className={styles.quiet}>{t('plan.busy', { name: running })}</p>}
        <CommandButton
          command={startCommand(t)}
          variant="primary"
          size="large"
          className={styles.start as string}
          {...(submit.kind === 'starting' && { icon: <Spinner size={16} /> })}
        />
      </div>
    </aside>
  )
}

const tones = ['error', 'warning', 'info'] as const
const toneOf = ({ severity, error }: PlanIssue): (typeof tones)[number] =>
  severity === 'error' ? 'error' : error.code === 'plan/few-rows' ? 'info' : 'warning'

/** What is to be said beside the form, the gravest first: a small window shows no more. */
const noticesOf = ({ issues }: ExperimentPlan) =>
  issues
    .filter(({ severity, setting }) => severity === 'warning' || setting === null)
    .map((issue) => ({ error: issue.error, tone: toneOf(issue) }))
    .sort((a, b) => tones.indexOf(a.tone) - tones.indexOf(b.tone))

function Facts({ plan, stale }: { readonly plan: ExperimentPlan; readonly stale: boolean }) {
  const { t } = useTranslation('experiments')
  const format = useFormat()
  const deviceName = useSystem(({ system }) =>
    system.kind === 'ready' ? system.info.devices.find(({ kind }) => kind === plan.device)?.name : undefined,
  )
  return (
    <dl className={cx(styles.facts, stale && styles.stale)}>
      <Fact
        label={t('plan.rows')}
        note={
          plan.validationRowCount > 0
            ? t('plan.validationRows', { count: plan.validationRowCount })
            : t('plan.noValidation')
        }
      >
        {t('plan.trainRows', { count: plan.trainRowCount })}
      </Fact>
      <Fact label={t('plan.steps')} note={t('plan.perEpoch', { count: plan.stepsPerEpoch })}>
        {t('plan.totalSteps', { count: plan.totalSteps })}
      </Fact>
      {plan.trainableParameterCount > 0 && (
        <Fact label={t('plan.parameters')} extra>
          {t('plan.parameterCount', { size: format.compact(plan.trainableParameterCount) })}
        </Fact>
      )}
      <Fact label={t('plan.device')} note={deviceName}>
        {t(`device.${plan.device}`)}
      </Fact>
      {plan.memoryBytes > 0 && <Memory plan={plan} />}
    </dl>
  )
}

/** `extra`: left out where there is little room. */
function Fact({
  label,
  note,
  extra = false,
  children,
}: {
  readonly label: string
  readonly note?: string | undefined
  readonly extra?: boolean
  readonly children: ReactNode
}) {
  return (
    <div className={cx(styles.fact, extra && styles.extra)}>
      <dt>{label}</dt>
      <dd>
        {children}
        {note && <span className={styles.note}>{note}</span>}
      </dd>
    </div>
  )
}

function Memory({
  plan: { memoryBytes: needed, availableMemoryBytes: available, device, issues },
}: {
  readonly plan: ExperimentPlan
}) {
  const { t } = useTranslation('experiments')
  const format = useFormat()
  const share = needed / available
  // Where even all of the memory is too little, an issue tells it.
  const isCrowded =
    share > 1 && !issues.some(({ error }) => error.code === 'plan/memory' || error.code === 'plan/gpu-memory')
  return (
    <div className={styles.fact}>
      <dt>{t('plan.memory')}</dt>
      <dd>
        {t(share <= 1 ? 'plan.fits' : 'plan.tooMuch', {
          needed: format.bytes(needed),
          available: format.bytes(available),
        })}
        <ProgressBar
          label={t('plan.memory')}
          value={share}
          tone={share > 1 ? 'shu' : share > 0.8 ? 'warning' : 'accent'}
          className={styles.meter as string}
        />
        {isCrowded && (
          <span className={styles.advice}>{t(device === 'cuda' ? 'plan.crowdedGpu' : 'plan.crowded')}</span>
        )}
      </dd>
    </div>
  )
}
