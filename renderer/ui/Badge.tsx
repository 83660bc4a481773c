import type { ReactNode } from 'react'
import { cx } from './cx.ts'
import styles from './Badge.module.css'

/** A word about a thing; its icon tells it apart where colours cannot. */
export function Badge({
  tone = 'neutral',
  icon,
  children,
}: {
  readonly tone?: 'neutral' | 'good' | 'warning' | 'bad'
  readonly icon?: ReactNode
  readonly children: ReactNode
}) {
  return (
    <span className={cx(styles.badge, styles[tone])}>
      {icon && (
        <span className={styles.icon} aria-hidden>
          {icon}
        </span>
      )}
      {children}
    </span>
  )
}
