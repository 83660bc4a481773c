import { LoaderCircle } from 'lucide-react'
import { ProgressBar as AriaProgressBar } from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import { cx } from './cx.ts'
import styles from './Progress.module.css'

/** Shown where something comes in a moment. */
export function Spinner({ size = 18, label }: { readonly size?: number; readonly label?: string }) {
  const { t } = useTranslation()
  return (
    <span role="status" className={styles.spinner} aria-label={label ?? t('loading')}>
      <LoaderCircle size={size} aria-hidden />
    </span>
  )
}

/** A spinner in the middle of an empty pane. */
export const LoadingPane = () => (
  <div className={styles.pane}>
    <Spinner size={22} />
  </div>
)

/** `value` from 0 to 1; null while the end is unknown. */
export function ProgressBar({
  label,
  value,
  tone = 'accent',
  thick = false,
  className,
}: {
  readonly label: string
  readonly value: number | null
  readonly tone?: 'accent' | 'quiet' | 'warning' | 'shu'
  readonly thick?: boolean
  readonly className?: string
}) {
  return (
    <AriaProgressBar
      aria-label={label}
      value={value === null ? undefined : Math.min(100, value * 100)}
      isIndeterminate={value === null}
      className={cx(styles.progress, className)}
    >
      {({ percentage, isIndeterminate }) => (
        <div className={cx(styles.track, thick && styles.thick)}>
          <div
            className={cx(styles.bar, styles[tone], isIndeterminate && styles.moving)}
            style={{ width: isIndeterminate ? '30%' : `${percentage ?? 0}%` }}
          />
        </div>
      )}
    </AriaProgressBar>
  )
}
