import { useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import styles from './Splitter.module.css'

export interface TwoPanesProps {
  /** The list. */
  readonly left: ReactNode
  /** The thing. */
  readonly right: ReactNode
  /** Of the list, in pixels; undefined until the bar has been moved. */
  readonly width: number | undefined
  readonly onWidthChange: (width: number) => void
  /** Until the bar has been moved, and after a double click on it. */
  readonly leftWidth?: number
  readonly minimum?: number
  readonly maximum?: number
}

const KEY_STEP = 16

/** list | thing, with a bar between that drags and follows the arrow keys. */
export function TwoPanes({
  left,
  right,
  width: chosen,
  onWidthChange,
  leftWidth = 272,
  minimum = 200,
  maximum = 440,
}: TwoPanesProps) {
  const { t } = useTranslation()
  const frame = useRef<HTMLDivElement>(null)
  const width = chosen ?? leftWidth
  const place = (next: number) => onWidthChange(Math.round(Math.min(maximum, Math.max(minimum, next))))

  const drag = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
    place(event.clientX - (frame.current?.getBoundingClientRect().left ?? 0))
  }
  const keyDown = (event: KeyboardEvent) => {
    const moves: Record<string, number> = {
      ArrowLeft: width - KEY_STEP,
      ArrowRight: width + KEY_STEP,
      Home: minimum,
      End: maximum,
    }
    const next = moves[event.key]
    if (next === undefined) return
    event.preventDefault()
    place(next)
  }
  return (
    <div
      ref={frame}
      className={styles.frame}
      style={{ gridTemplateColumns: `min(${width}px, 38%) 1px minmax(0, 1fr)` }}
    >
      <div className={styles.left}>{left}</div>
      <div
        role="separator"
        tabIndex={0}
        aria-orientation="vertical"
        aria-label={t('resizeList')}
        aria-valuenow={width}
        aria-valuemin={minimum}
        aria-valuemax={maximum}
        className={styles.bar}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={drag}
        onDoubleClick={() => place(leftWidth)}
        onKeyDown={keyDown}
      />
      <div className={styles.right}>{right}</div>
    </div>
  )
}
