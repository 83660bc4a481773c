import { Button as AriaButton } from 'react-aria-components'
import { isAnswering, send, useChat } from './chat.store.ts'
import { useSuggestions } from './useSuggestions.ts'
import styles from './Suggestions.module.css'

/** Questions to begin with, from what the run in view was taught. */
export function Suggestions() {
  const busy = useChat(isAnswering)
  const groups = useSuggestions()
  return (
    <div className={styles.groups}>
      {groups.map(({ label, questions }) => (
        <div key={label} className={styles.group} role="group" aria-label={label}>
          <p className={styles.label}>{label}</p>
          <div className={styles.chips}>
            {questions.map((question) => (
              <AriaButton
                key={question}
                className={styles.chip as string}
                isDisabled={busy}
                onPress={() => void send(question)}
              >
                {question}
              </AriaButton>
            ))}
          </div>
        </div>
      ))}
    </div>
  )
}
