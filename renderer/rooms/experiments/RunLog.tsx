import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { LogLine } from '../../../core/contract/index.ts'
import { cx } from '../../ui/index.ts'
import { logSentence, useFormat, useLanguage } from '../../language/index.ts'
import styles from './RunLog.module.css'

const ROW_PX = 26
/** Nearer to the end than this, the log follows new lines. */
const FOLLOW_PX = 40

/** The run's log; follows its end until the reader scrolls up. */
export const RunLog = memo(function RunLog({ log }: { readonly log: readonly LogLine[] }) {
  const { t } = useTranslation('experiments')
  const format = useFormat()
  const language = useLanguage()
  const frame = useRef<HTMLDivElement>(null)
  const follows = useRef(true)
  const rows = useVirtualizer({
    count: log.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  })
  useEffect(() => {
    if (follows.current && log.length > 0) rows.scrollToIndex(log.length - 1, { align: 'end' })
  }, [log.length, rows])
  const scroll = () => {
    const { current } = frame
    if (current) follows.current = current.scrollHeight - current.scrollTop - current.clientHeight < FOLLOW_PX
  }
  if (log.length === 0) return <p className={styles.none}>{t('run.noLog')}</p>
  return (
    <div
      ref={frame}
      className={styles.log}
      onScroll={scroll}
      tabIndex={0}
      role="log"
      aria-label={t('run.log')}
      aria-live="off"
      style={{ height: Math.min(320, rows.getTotalSize() + 2) }}
    >
      <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {rows.getVirtualItems().map((row) => {
          const line = log[row.index] as LogLine
          return (
            <div
              key={row.key}
              ref={rows.measureElement}
              data-index={row.index}
              className={cx(styles.line, styles[line.level])}
              style={{ transform: `translateY(${row.start}px)` }}
            >
              <time className={styles.time}>{format.time(line.time)}</time>
              <span>{logSentence(line, language)}</span>
            </div>
          )
        })}
      </div>
    </div>
  )
})
