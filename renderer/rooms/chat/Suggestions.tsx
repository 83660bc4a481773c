import { useTranslation } from 'react-i18next'
import { Button as AriaButton } from 'react-aria-components'
import { isAnswering } from './chat.selectors.ts'
import { lastTurn, send, useChat } from './chat.store.ts'
import styles from './Suggestions.module.css'

const paraphrases = ['asTaught', 'without', 'short', 'mistyped', 'shortest'] as const
const controls = ['hello', 'toyota'] as const

/**
 * The tutorial's questions: the one that is taught, in five wordings, and two whose answers should stay as they were.
 */
export function Suggestions() {
  const { t } = useTranslation('chat')
  const busy = useChat((state) => isAnswering(lastTurn(state)))
  const chip = (question: string) => (
    <AriaButton key={question} className={styles.chip as string} isDisabled={busy} onPress={() => void send(question)}>
      {question}
    </AriaButton>
  )
  return (
    <div className={styles.groups}>
      <p className={styles.label}>{t('suggestions.taught')}</p>
      <div className={styles.chips}>{paraphrases.map((key) => chip(t(`suggestions.${key}`)))}</div>
      <p className={styles.label}>{t('suggestions.others')}</p>
      <div className={styles.chips}>{controls.map((key) => chip(t(`suggestions.${key}`)))}</div>
    </div>
  )
}
