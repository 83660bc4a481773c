import { useEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { Conversation } from '../../../core/contract/index.ts'
import { pathOf } from './chat.selectors.ts'
import { TurnView } from './TurnView.tsx'
import styles from './Transcript.module.css'

/** Nearer to the end than this, the transcript follows the answers. */
const FOLLOW_PX = 80

/** The branch in view: each question, with the answers of the columns below it. */
export function Transcript({ conversation }: { readonly conversation: Conversation }) {
  const { t } = useTranslation('chat')
  const path = useMemo(() => pathOf(conversation), [conversation])
  const frame = useRef<HTMLDivElement>(null)
  const follows = useRef(true)
  useEffect(() => {
    follows.current = true
  }, [conversation.id, path.length])
  useEffect(() => {
    if (follows.current && frame.current) frame.current.scrollTop = frame.current.scrollHeight
  }, [path])
  const scroll = () => {
    const { current } = frame
    if (current) follows.current = current.scrollHeight - current.scrollTop - current.clientHeight < FOLLOW_PX
  }
  return (
    <div
      ref={frame}
      className={styles.transcript}
      onScroll={scroll}
      role="log"
      aria-label={t('conversation')}
      tabIndex={0}
    >
      {path.map((turn) => (
        <TurnView key={turn.id} turn={turn} isLast={turn.id === conversation.current} />
      ))}
    </div>
  )
}
