import type { ReactNode } from 'react'
import styles from './hub.module.css'

export interface HubEntry {
  readonly id: string
  /** Below the id: sentences and figures. */
  readonly detail: ReactNode
  /** Right of both, such as whether it fits. */
  readonly aside?: ReactNode
}

/** Repositories, each a button: moving through a list of options would open each. */
export function HubResults({
  label,
  icon,
  entries,
  onOpen,
}: {
  readonly label: string
  readonly icon: ReactNode
  readonly entries: readonly HubEntry[]
  readonly onOpen: (id: string) => void
}) {
  return (
    <ul className={styles.results} aria-label={label}>
      {entries.map(({ id, detail, aside }) => (
        <li key={id}>
          <button type="button" className={styles.result} onClick={() => onOpen(id)}>
            <span className={styles.resultIcon} aria-hidden>
              {icon}
            </span>
            <span className={styles.resultText}>
              <strong>{id}</strong>
              <span className={styles.resultDetail}>{detail}</span>
            </span>
            {aside && <span className={styles.resultAside}>{aside}</span>}
          </button>
        </li>
      ))}
    </ul>
  )
}
