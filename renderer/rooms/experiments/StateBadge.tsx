import { useTranslation } from 'react-i18next'
import type { RunState } from '../../../core/contract/index.ts'
import { cx } from '../../ui/index.ts'
import styles from './StateBadge.module.css'

/** The state of a run in a word, with a mark whose form (not only its colour) tells it. */
export function StateBadge({
  kind,
  quiet = false,
}: {
  readonly kind: RunState['kind'] | 'damaged'
  readonly quiet?: boolean
}) {
  const { t } = useTranslation('experiments')
  return (
    <span className={cx(styles.badge, quiet && styles.quiet, styles[kind])}>
      <span className={styles.mark} aria-hidden />
      {t(`state.${kind}`)}
    </span>
  )
}
