import { CircleAlert, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from './cx.ts'
import styles from './Notice.module.css'

export type Tone = 'info' | 'warning' | 'error'
const icons: Record<Tone, ReactNode> = {
  info: <Info size={16} aria-hidden />,
  warning: <TriangleAlert size={16} aria-hidden />,
  error: <CircleAlert size={16} aria-hidden />,
}

/** A sentence that stays in the view, with the acts that answer it. */
export function Notice({
  tone,
  children,
  actions,
  className,
}: {
  readonly tone: Tone
  readonly children: ReactNode
  readonly actions?: ReactNode
  readonly className?: string
}) {
  return (
    <div role={tone === 'error' ? 'alert' : 'status'} className={cx(styles.notice, styles[tone], className)}>
      {icons[tone]}
      <div className={styles.text}>{children}</div>
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  )
}
