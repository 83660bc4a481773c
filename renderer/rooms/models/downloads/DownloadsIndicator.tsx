import { CircleAlert, CircleCheck, CirclePause, Download } from 'lucide-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Button as AriaButton, VisuallyHidden } from 'react-aria-components'
import { useFormat } from '../../../language/index.ts'
import { cx } from '../../../ui/index.ts'
import { overviewOf, type Overview } from './downloads.selectors.ts'
import { openDownloads, useDownloads } from './downloads.store.ts'
import styles from './Downloads.module.css'

const icons = { moving: Download, failed: CircleAlert, paused: CirclePause, done: CircleCheck }

/** How much comes in, in every room; opens the list. What begins and ends is said to screen readers. */
export function DownloadsIndicator() {
  const overview = useOverview()
  const announcement = useDownloads((state) => state.announcement)
  return (
    <>
      {overview && <Indicator overview={overview} />}
      <VisuallyHidden>
        <p role="status">{announcement}</p>
      </VisuallyHidden>
    </>
  )
}

function useOverview(): Overview | null {
  const downloads = useDownloads((state) => state.downloads)
  const additions = useDownloads((state) => state.additions)
  const seen = useDownloads((state) => state.seen)
  return useMemo(() => overviewOf({ downloads, additions, seen }), [downloads, additions, seen])
}

function Indicator({ overview: { state, count, share } }: { readonly overview: Overview }) {
  const { t } = useTranslation('models')
  const format = useFormat()
  const Icon = icons[state]
  const text =
    state !== 'moving'
      ? t(`downloads.indicator.${state}`)
      : share === null
        ? t('downloads.indicator.start', { count })
        : t('downloads.indicator.moving', { count, percent: format.percent(share) })
  return (
    <AriaButton
      className={cx(styles.indicator, styles[state])}
      aria-label={`${t('downloads.open')} ${text}`}
      onPress={openDownloads}
    >
      <Icon size={15} aria-hidden />
      <span className={styles.indicatorText}>{text}</span>
      {state === 'moving' && (
        <span className={styles.meter} aria-hidden>
          <span style={{ width: `${(share ?? 0) * 100}%` }} />
        </span>
      )}
    </AriaButton>
  )
}
