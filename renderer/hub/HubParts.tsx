import { ExternalLink } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { openOutside } from '../errors/index.ts'
import { useFormat } from '../language/index.ts'
import { Button } from '../ui/index.ts'
import { Card } from './Card.tsx'
import styles from './hub.module.css'

/** A repository's id, and the way to its page. */
export function HubHeading({ id, url }: { readonly id: string; readonly url: string }) {
  const { t } = useTranslation('hub')
  return (
    <header className={styles.name}>
      <h3>{id}</h3>
      <Button variant="quiet" size="small" icon={<ExternalLink size={14} />} onPress={() => void openOutside(url)}>
        {t('page')}
      </Button>
    </header>
  )
}

export type HubFact = readonly [label: string, value: ReactNode]

/** What is known, in short; what is empty is left out. */
export function HubFacts({ facts }: { readonly facts: readonly HubFact[] }) {
  return (
    <dl className={styles.facts}>
      {facts
        .filter(([, value]) => value !== '')
        .map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}

export interface HubListedFile {
  readonly path: string
  readonly sizeBytes: number
  /** False: shown because it is there, but not taken. */
  readonly isTaken: boolean
}

/** Files with their sizes; with `onToggle`, those that may be taken are chosen here. */
export function HubFileList({
  label,
  files,
  chosen = [],
  onToggle,
}: {
  readonly label: string
  readonly files: readonly HubListedFile[]
  readonly chosen?: readonly string[]
  readonly onToggle?: (path: string) => void
}) {
  const format = useFormat()
  const line = ({ path, sizeBytes }: HubListedFile) => (
    <span className={styles.fileLine}>
      <span className={styles.path}>{path}</span>
      <span className={styles.size}>{format.bytes(sizeBytes)}</span>
    </span>
  )
  return (
    <ul className={styles.list} aria-label={label} tabIndex={0}>
      {files.map((file) => (
        <li key={file.path} data-quiet={!file.isTaken || undefined}>
          {onToggle ? (
            <label className={styles.file}>
              <input
                type="checkbox"
                checked={chosen.includes(file.path)}
                disabled={!file.isTaken}
                onChange={() => onToggle(file.path)}
              />
              {line(file)}
            </label>
          ) : (
            line(file)
          )}
        </li>
      ))}
    </ul>
  )
}

/** A part of a page, under its heading. */
export function HubSection({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <h4 className={styles.heading}>{title}</h4>
      {children}
    </section>
  )
}

/** A quiet sentence. */
export const HubNote = ({ children }: { readonly children: ReactNode }) => <p className={styles.quiet}>{children}</p>

/** The card in a frame of its own that scrolls. */
export const HubCard = ({
  title,
  text,
  none,
}: {
  readonly title: string
  readonly text: string
  readonly none: string
}) => (
  <HubSection title={title}>
    <div className={styles.cardFrame} tabIndex={0} role="group" aria-label={title}>
      {text ? <Card text={text} /> : <HubNote>{none}</HubNote>}
    </div>
  </HubSection>
)
