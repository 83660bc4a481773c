import type { ReactNode } from 'react'
import styles from './EmptyState.module.css'

/** What a view shows while it has nothing: what will be here, and the act that brings it. */
export function EmptyState({
  icon,
  title,
  text,
  children,
}: {
  readonly icon?: ReactNode
  readonly title: string
  readonly text?: string
  readonly children?: ReactNode
}) {
  return (
    <div className={styles.empty}>
      {icon && <div className={styles.icon}>{icon}</div>}
      <h2 className={styles.title}>{title}</h2>
      {text && <p className={styles.text}>{text}</p>}
      {children && <div className={styles.actions}>{children}</div>}
    </div>
  )
}
